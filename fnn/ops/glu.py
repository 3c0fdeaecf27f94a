"""The gated linear unit: one half of the features, gated by the sigmoid of the other; and its derivative.

With ``x = [a, b]`` halved along the last axis,

    s = 1 / (1 + e^-b)        y = a s
    da = dy s                 db = dy a s (1 - s) = dy y (1 - s)

by the product rule and ``ds/db = s (1 - s)``. ``y`` and ``s`` are cached. Where ``e^-b`` overflows to infinity ``s`` is
0, the right limit.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from fnn.arrays import Array
from fnn.ops.halves import halves, joined

GluCache: TypeAlias = tuple[Array, Array]


def glu_forward(x: Array) -> tuple[Array, GluCache]:
    """Return ``a sigmoid(b)`` for ``x = [a, b]``, and the cache ``(y, s)``.

    Shapes: x (..., 2 * features), y (..., features). Raises ShapeError for an odd number of features.

    Reference: Dauphin, Fan, Auli, Grangier (2017), "Language modeling with gated convolutional networks", eq. 1.

    >>> glu_forward(np.array([[4.0, 4.0, 0.0, -1000.0]]))[0]
    array([[2., 0.]])
    """
    a, b = halves(x, "glu")
    with np.errstate(over="ignore"):
        s: Array = 1 / (1 + np.exp(-b))
    y: Array = a * s
    return y, (y, s)


def glu_backward(dy: Array, cache: GluCache) -> Array:
    """Return ``dx = [dy s, dy y (1 - s)]``.

    >>> glu_backward(np.array([[1.0]]), (np.array([[2.0]]), np.array([[0.5]])))
    array([[0.5, 1. ]])
    """
    y, s = cache
    return joined(dy * s, dy * y * (1 - s))
