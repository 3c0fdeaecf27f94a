"""The hard swish ``x h(x)``, where ``h`` is the hard sigmoid, and its derivative.

    h = min(max(x / 6 + 1/2, 0), 1)        y = x h
    dy/dx = h + x h'  =  0 where x <= -3,   x / 3 + 1/2 where -3 < x < 3,   1 where x >= 3

by the product rule, with ``h' = 1/6`` between the corners and 0 beyond. At the corners the slope jumps, from 0 to -1/2
and from 3/2 to 1; the derivative taken there is that of the outer side, 0 and 1. ``x`` and ``h`` are cached.
"""

from __future__ import annotations

from typing import TypeAlias

from fnn.arrays import Array

HardSwishCache: TypeAlias = tuple[Array, Array]


def hard_swish_forward(x: Array) -> tuple[Array, HardSwishCache]:
    """Return ``x h(x)``, of the shape of ``x`` (any), and the cache ``(x, h)``. The least value is -3/8, at -3/2.

    Reference: Howard et al. (2019), "Searching for MobileNetV3", sec. 5.2.

    >>> import numpy as np
    >>> hard_swish_forward(np.array([-4.0, -1.5, 0.0, 1.5, 4.0]))[0].tolist()
    [-0.0, -0.375, 0.0, 1.125, 4.0]
    """
    h: Array = (x / 6 + 0.5).clip(0, 1)
    y: Array = x * h
    return y, (x, h)


def hard_swish_backward(dy: Array, cache: HardSwishCache) -> Array:
    """Return ``dx = dy (h + x h')``.

    >>> import numpy as np
    >>> hard_swish_backward(np.array([10.0, 10.0]), (np.array([-1.5, 4.0]), np.array([0.25, 1.0])))
    array([ 0., 10.])
    """
    x, h = cache
    dx: Array = dy * (h + x * ((h > 0) & (h < 1)) / 6)
    return dx
