"""The mish ``x tanh(softplus(x))`` and its derivative.

    p = log(1 + e^x)        s = dp/dx = 1 / (1 + e^-x) = 1 - e^-p
    t = tanh p              dt/dx = (1 - t^2) s
    y = x t                 dy/dx = t + x (1 - t^2) s

by the chain and the product rule. As in softplus, ``p = max(x, 0) + log(1 + e^-|x|)`` cannot overflow; ``tanh`` and
``expm1`` keep the digits of the left tail, where ``p`` is small. ``x``, ``t`` and ``s`` are cached.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from fnn.arrays import Array

MishCache: TypeAlias = tuple[Array, Array, Array]


def mish_forward(x: Array) -> tuple[Array, MishCache]:
    """Return ``x tanh(softplus(x))``, of the shape of ``x`` (any), and the cache. The least value is -0.31.

    Reference: Misra (2020), "Mish: a self regularized non-monotonic activation function".

    >>> mish_forward(np.array([-1000.0, -1.0, 0.0, 1.0, 1000.0]))[0].round(6).tolist()
    [-0.0, -0.303401, 0.0, 0.865098, 1000.0]
    """
    p: Array = np.maximum(x, 0) + np.log1p(np.exp(np.minimum(x, -x)))
    t: Array = np.tanh(p)
    s: Array = -np.expm1(-p)
    y: Array = x * t
    return y, (x, t, s)


def mish_backward(dy: Array, cache: MishCache) -> Array:
    """Return ``dx = dy (t + x (1 - t^2) s)``.

    >>> mish_backward(np.array([10.0]), (np.array([2.0]), np.array([0.5]), np.array([0.2])))
    array([8.])
    """
    x, t, s = cache
    dx: Array = dy * (t + x * (1 - t * t) * s)
    return dx
