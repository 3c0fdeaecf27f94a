"""The Gaussian error linear unit ``x Phi(x)``, exactly, and its derivative.

``Phi`` is the distribution function of the standard normal distribution and ``phi = Phi'`` its density:

    Phi(x) = erfc(-x / sqrt 2) / 2        phi(x) = e^(-x^2 / 2) / sqrt(2 pi)
    y = x Phi(x)                          dy/dx = Phi(x) + x phi(x)        (product rule)

``erfc`` rather than ``1 + erf`` keeps the digits in the left tail. The derivative is computed along with ``y``, with
which it has ``Phi`` in common, and is what is cached. For ``phi``, ``x`` is clipped to [-40, 40], outside of which
``phi`` is 0, so that the square cannot overflow.
"""

from __future__ import annotations

from fnn.arrays import Array, check_dy
from fnn.kernels import gelu


def gelu_forward(x: Array) -> tuple[Array, Array]:
    """Return ``x Phi(x)``, of the shape of ``x`` (any), and the cache, ``dy/dx``. The least value is -0.17.

    Reference: Hendrycks and Gimpel (2016), "Gaussian error linear units (GELUs)", sec. 2.

    >>> import numpy as np
    >>> gelu_forward(np.array([-1000.0, -1.0, 0.0, 1.0, 1000.0]))[0].round(6).tolist()
    [-0.0, -0.158655, 0.0, 0.841345, 1000.0]
    """
    return gelu(x)


def gelu_backward(dy: Array, slope: Array) -> Array:
    """Return ``dx = dy (Phi(x) + x phi(x))``.

    >>> import numpy as np
    >>> gelu_backward(np.array([2.0]), np.array([0.5]))
    array([1.])
    """
    check_dy(dy, slope, "gelu")
    return dy * slope
