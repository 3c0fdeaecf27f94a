"""The sigmoid linear unit; the mathematics stands in `fnn.ops.silu`."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.kernels.choice import kernel


@kernel
def silu(x: Array) -> tuple[Array, Array]:
    """Return ``y = x s`` and ``s = 1 / (1 + e^-x)``.

    >>> silu(np.array([0.0, 100.0]))
    (array([  0., 100.]), array([0.5, 1. ]))
    """
    with np.errstate(over="ignore"):
        s: Array = 1 / (1 + np.exp(-x))
    y: Array = x * s
    return y, s


@kernel
def silu_gradient(dy: Array, y: Array, s: Array) -> Array:
    """Return ``dy (s + y (1 - s))``.

    >>> silu_gradient(np.array([2.0]), np.array([0.0]), np.array([0.5]))
    array([1.])
    """
    dx: Array = dy * (s + y * (1 - s))
    return dx
