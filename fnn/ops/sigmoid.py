"""The logistic sigmoid ``1 / (1 + exp(-x))`` and its derivative.

    y = (1 + e^-x)^-1        dy/dx = e^-x (1 + e^-x)^-2 = y (1 - y)

for ``1 - y = e^-x / (1 + e^-x)``. The output is cached; it is all the derivative needs. Where ``e^-x`` overflows to
infinity the quotient is 0, the right limit, and only NumPy's warning is in the way. Nothing cancels, so that the left
tail keeps all its digits.
"""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array


def sigmoid_forward(x: Array) -> tuple[Array, Array]:
    """Return ``1 / (1 + exp(-x))`` in [0, 1], of the shape of ``x`` (any), and the cache, which is the output.

    Reference: Rumelhart, Hinton, Williams (1986), "Learning representations by back-propagating errors", eq. 2.

    >>> sigmoid_forward(np.array([-1000.0, 0.0, 1000.0]))[0]
    array([0. , 0.5, 1. ])
    """
    with np.errstate(over="ignore"):
        y: Array = 1 / (1 + np.exp(-x))
    return y, y


def sigmoid_backward(dy: Array, y: Array) -> Array:
    """Return ``dx = dy y (1 - y)``.

    >>> sigmoid_backward(np.array([1.0]), np.array([0.5]))
    array([0.25])
    """
    dx: Array = dy * y * (1 - y)
    return dx
