"""The gated unit with swish for its gate, ``a silu(b)``, and its derivative.

With ``x = [a, b]`` halved along the last axis,

    s = 1 / (1 + e^-b)        g = b s        y = a g
    da = dy g                 db = dy a (s + b s (1 - s)) = dy a (s + g (1 - s))

by the product rule and ``ds/db = s (1 - s)``. ``a``, ``g`` and ``s`` are cached. Where ``e^-b`` overflows to infinity
``s`` is 0, the right limit.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from fnn.arrays import Array
from fnn.ops.halves import halves, joined

SwigluCache: TypeAlias = tuple[Array, Array, Array]


def swiglu_forward(x: Array) -> tuple[Array, SwigluCache]:
    """Return ``a b sigmoid(b)`` for ``x = [a, b]``, and the cache ``(a, g, s)``.

    Shapes: x (..., 2 * features), y (..., features). Raises ShapeError for an odd number of features.

    Reference: Shazeer (2020), "GLU variants improve transformer", eq. 5.

    >>> swiglu_forward(np.array([[4.0, 4.0, 1.0, -1000.0]]))[0].round(6).tolist()
    [[2.924234, -0.0]]
    """
    a, b = halves(x, "swiglu")
    with np.errstate(over="ignore"):
        s: Array = 1 / (1 + np.exp(-b))
    g: Array = b * s
    y: Array = a * g
    return y, (a, g, s)


def swiglu_backward(dy: Array, cache: SwigluCache) -> Array:
    """Return ``dx = [dy g, dy a (s + g (1 - s))]``.

    >>> swiglu_backward(np.array([[1.0]]), (np.array([[4.0]]), np.array([[0.0]]), np.array([[0.5]])))
    array([[0., 2.]])
    """
    a, g, s = cache
    return joined(dy * g, dy * a * (s + g * (1 - s)))
