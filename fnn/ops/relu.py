"""The rectified linear unit ``max(x, 0)`` and its derivative.

    y = max(x, 0)        dy/dx = 1 where x > 0, 0 where x < 0

At ``x = 0`` the function has a kink; the subgradient taken there is 0, as in the book and in most frameworks. The
output is cached rather than the input: ``y > 0`` exactly where ``x > 0``, and the next layer keeps ``y`` alive anyway.
"""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array


def relu_forward(x: Array) -> tuple[Array, Array]:
    """Return ``max(x, 0)``, of the shape of ``x`` (any), and the cache, which is the output. NaN stays NaN.

    Reference: Nair and Hinton (2010), "Rectified linear units improve restricted Boltzmann machines".

    >>> relu_forward(np.array([-1.0, 0.0, 2.0]))[0]
    array([0., 0., 2.])
    """
    y: Array = np.maximum(x, 0)
    return y, y


def relu_backward(dy: Array, y: Array) -> Array:
    """Return ``dx = dy`` where the output was positive, 0 elsewhere.

    >>> _, y = relu_forward(np.array([-1.0, 0.0, 2.0]))
    >>> relu_backward(np.array([10.0, 10.0, 10.0]), y)
    array([ 0.,  0., 10.])
    """
    dx: Array = dy * (y > 0)
    return dx
