"""The gated unit with swish for its gate, ``a silu(b)``, and its derivative.

With ``x = [a, b]`` halved along the last axis,

    s = 1 / (1 + e^-b)        g = b s        y = a g
    da = dy g                 db = dy a (s + b s (1 - s)) = dy a (s + g (1 - s))

by the product rule and ``ds/db = s (1 - s)``. ``x`` and ``s`` are cached. Where ``e^-b`` overflows to infinity ``s`` is
0, the right limit.
"""

from __future__ import annotations

from typing import TypeAlias

from fnn.arrays import Array, check_dy
from fnn.errors import ShapeError
from fnn.kernels import swiglu, swiglu_gradient
from fnn.ops.halves import check_halves

SwigluCache: TypeAlias = tuple[Array, Array]


def swiglu_forward(x: Array) -> tuple[Array, SwigluCache]:
    """Return ``a b sigmoid(b)`` for ``x = [a, b]``, and the cache ``(x, s)``.

    Shapes: x (..., 2 * features), y (..., features). Raises ShapeError for an odd number of features.

    Reference: Shazeer (2020), "GLU variants improve transformer", eq. 5.

    >>> import numpy as np
    >>> swiglu_forward(np.array([[4.0, 4.0, 1.0, -1000.0]]))[0].round(6).tolist()
    [[2.924234, -0.0]]
    """
    check_halves(x, "swiglu")
    y, s = swiglu(x)
    return y, (x, s)


def swiglu_backward(dy: Array, cache: SwigluCache) -> Array:
    """Return ``dx = [dy g, dy a (s + g (1 - s))]``.

    >>> import numpy as np
    >>> swiglu_backward(np.array([[1.0]]), (np.array([[4.0, 0.0]]), np.array([[0.5]])))
    array([[0., 2.]])
    """
    x, s = cache
    check_dy(dy, s, "swiglu")
    if x.shape != (*s.shape[:-1], 2 * s.shape[-1]):
        raise ShapeError("swiglu", f"the cache of one forward, x with twice the features of {s.shape}", f"{x.shape}")
    return swiglu_gradient(dy, x, s)
