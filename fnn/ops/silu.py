"""The sigmoid linear unit (swish) ``x sigmoid(x)`` and its derivative.

    s = 1 / (1 + e^-x)        y = x s        dy/dx = s + x s (1 - s) = s + y (1 - s)

by the product rule and ``ds/dx = s (1 - s)``. ``y`` and ``s`` are cached. Where ``e^-x`` overflows to infinity ``s`` is
0, the right limit.
"""

from __future__ import annotations

from typing import TypeAlias

from fnn.arrays import Array, check_dy
from fnn.kernels import silu, silu_gradient

SiluCache: TypeAlias = tuple[Array, Array]


def silu_forward(x: Array) -> tuple[Array, SiluCache]:
    """Return ``x sigmoid(x)``, of the shape of ``x`` (any), and the cache ``(y, s)``. The least value is -0.28.

    Reference: Elfwing, Uchibe, Doya (2018), "Sigmoid-weighted linear units for neural network function approximation in
    reinforcement learning".

    >>> import numpy as np
    >>> silu_forward(np.array([-1000.0, -1.0, 0.0, 1.0, 1000.0]))[0].round(6).tolist()
    [-0.0, -0.268941, 0.0, 0.731059, 1000.0]
    """
    y, s = silu(x)
    return y, (y, s)


def silu_backward(dy: Array, cache: SiluCache) -> Array:
    """Return ``dx = dy (s + y (1 - s))``.

    >>> import numpy as np
    >>> silu_backward(np.array([2.0]), (np.array([0.0]), np.array([0.5])))
    array([1.])
    """
    y, s = cache
    check_dy(dy, y, "silu")
    check_dy(dy, s, "silu")
    return silu_gradient(dy, y, s)
