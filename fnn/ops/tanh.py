"""The hyperbolic tangent and its derivative.

    y = sinh x / cosh x        dy/dx = (cosh^2 x - sinh^2 x) / cosh^2 x = 1 - y^2

The output is cached; it is all the derivative needs.
"""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array


def tanh_forward(x: Array) -> tuple[Array, Array]:
    """Return ``tanh(x)`` in [-1, 1], of the shape of ``x`` (any), and the cache, which is the output.

    Reference: LeCun, Bottou, Orr, Müller (1998), "Efficient BackProp", sec. 4.4.

    >>> tanh_forward(np.array([-1000.0, 0.0, 1000.0]))[0]
    array([-1.,  0.,  1.])
    """
    y: Array = np.tanh(x)
    return y, y


def tanh_backward(dy: Array, y: Array) -> Array:
    """Return ``dx = dy (1 - y^2)``.

    >>> tanh_backward(np.array([1.0]), np.array([0.5]))
    array([0.75])
    """
    dx: Array = dy * (1 - y * y)
    return dx
