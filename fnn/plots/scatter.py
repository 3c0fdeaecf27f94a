"""Points in the plane, coloured by their classes: embeddings, or any two features."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fnn.arrays import Array, IntArray
from fnn.plots.style import INK, check_points, draw_points, name_classes, new_figure, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_PLACE = "plots.scatter"


def scatter(
    points: Array,
    labels: IntArray,
    *,
    class_names: Sequence[str] | None = None,
    feature_names: tuple[str, str] = ("x", "y"),
    title: str = "",
) -> Figure:
    """Draw points (n, 2) with one unit of length on both axes, each class in a colour and with a marker of its own.

    ``labels`` (n,) are integers of at least 0, the places of the names in ``class_names``. Points in more dimensions
    come to the plane by principal components, say, which are the first rows of ``vt`` in the singular value
    decomposition of the centred points: ``np.linalg.svd(x - x.mean(axis=0), full_matrices=False)``. Needs matplotlib.

    Raises ShapeError for points that are not in the plane, LabelError for labels that are not one such integer a point,
    DataError for points that are not finite and where there are fewer class names than classes.

    >>> import numpy as np
    >>> points = np.array([[0.0, 0.0], [1.0, 2.0], [1.0, 3.0]])
    >>> fig = scatter(points, np.array([0, 1, 1]), class_names=["cat", "dog"])
    >>> [text.get_text() for text in fig.axes[0].get_legend().get_texts()]
    ['cat', 'dog']
    """
    check_points(_PLACE, points, labels)
    names = name_classes(_PLACE, class_names, int(labels.max()) + 1)
    figure = new_figure(_PLACE, 5.4, 5.0)
    axes = figure.add_subplot()
    draw_points(axes, points, labels, names, feature_names)
    tidy(axes)
    axes.set_aspect("equal", adjustable="datalim")
    if title:
        figure.suptitle(title, fontsize=11, color=INK)
    return figure
