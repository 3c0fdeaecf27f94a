"""The gated unit with GELU for its gate, ``a gelu(b)``, and its derivative.

With ``x = [a, b]`` halved along the last axis, ``Phi`` the distribution function of the standard normal distribution
and ``phi = Phi'`` its density,

    y = a b Phi(b)
    da = dy b Phi(b)        db = dy a (Phi(b) + b phi(b))

by the product rule. As in gelu, ``Phi(b) = erfc(-b / sqrt 2) / 2`` keeps the digits in the left tail. ``a`` is cached,
and of the gate ``g = b Phi(b)`` value and derivative.
"""

from __future__ import annotations

from typing import TypeAlias

from fnn.arrays import Array, check_dy
from fnn.kernels import gelu
from fnn.ops.halves import halves, joined

GegluCache: TypeAlias = tuple[Array, Array, Array]


def geglu_forward(x: Array) -> tuple[Array, GegluCache]:
    """Return ``a b Phi(b)`` for ``x = [a, b]``, and the cache ``(a, g, dg/db)``.

    Shapes: x (..., 2 * features), y (..., features). Raises ShapeError for an odd number of features.

    Reference: Shazeer (2020), "GLU variants improve transformer", eq. 5.

    >>> import numpy as np
    >>> geglu_forward(np.array([[4.0, 4.0, 1.0, -1000.0]]))[0].round(6).tolist()
    [[3.365379, -0.0]]
    """
    a, b = halves(x, "geglu")
    g, slope = gelu(b)
    y: Array = a * g
    return y, (a, g, slope)


def geglu_backward(dy: Array, cache: GegluCache) -> Array:
    """Return ``dx = [dy b Phi(b), dy a (Phi(b) + b phi(b))]``.

    >>> import numpy as np
    >>> geglu_backward(np.array([[1.0]]), (np.array([[4.0]]), np.array([[0.0]]), np.array([[0.5]])))
    array([[0., 2.]])
    """
    a, g, slope = cache
    check_dy(dy, g, "geglu")
    return joined(dy * g, dy * a * slope)
