"""Pictures, drawn with matplotlib (``pip install "fnn[plots]"``), which is imported when the first one is drawn.

Each function returns a new `matplotlib.figure.Figure`, made without pyplot and without touching any global setting;
``fig.savefig("curves.png", dpi=200)`` saves it. Classes have the colours of Okabe and Ito (2008), signs run from blue
to red: the colour-blind can tell them apart.
"""

from fnn.plots.boundary import decision_boundary
from fnn.plots.choices import choices
from fnn.plots.confusion import confusion
from fnn.plots.curves import curves
from fnn.plots.images import images
from fnn.plots.network import network
from fnn.plots.scatter import scatter
from fnn.plots.weights import weights

__all__ = ["choices", "confusion", "curves", "decision_boundary", "images", "network", "scatter", "weights"]
