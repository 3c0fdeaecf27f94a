"""The Gaussian error linear unit in its tanh approximation, and its derivative.

    u = sqrt(2 / pi) (x + 0.044715 x^3)        t = tanh u        y = x (1 + t) / 2
    dy/dx = (1 + t) / 2 + x (1 - t^2) u' / 2   with  u' = sqrt(2 / pi) (1 + 3 * 0.044715 x^2)

by the product and the chain rule. It differs from the exact function by less than 5e-4, and is the one to take where
weights were trained with it. ``x`` and ``t`` are cached. ``u`` is computed of ``x`` clipped to [-10, 10], beyond which
``t`` is 1, or -1, to the last bit, so that no power of ``x`` overflows.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np

from fnn.arrays import Array

GeluTanhCache: TypeAlias = tuple[Array, Array]

_ROOT = math.sqrt(2 / math.pi)
_CUBIC = 0.044715


def gelu_tanh_forward(x: Array) -> tuple[Array, GeluTanhCache]:
    """Return ``x (1 + t) / 2``, of the shape of ``x`` (any), and the cache ``(x, t)``.

    Reference: Hendrycks and Gimpel (2016), "Gaussian error linear units (GELUs)", sec. 2.

    >>> gelu_tanh_forward(np.array([-1000.0, -1.0, 0.0, 1.0, 1000.0]))[0].round(6).tolist()
    [-0.0, -0.158808, 0.0, 0.841192, 1000.0]
    """
    c = _clipped(x)
    t: Array = np.tanh(_ROOT * (c + _CUBIC * c * c * c))
    y: Array = x * (0.5 * (1 + t))
    return y, (x, t)


def gelu_tanh_backward(dy: Array, cache: GeluTanhCache) -> Array:
    """Return ``dx = dy ((1 + t) / 2 + x (1 - t^2) u' / 2)``.

    >>> gelu_tanh_backward(np.array([2.0]), (np.array([0.0]), np.array([0.0])))
    array([1.])
    """
    x, t = cache
    c = _clipped(x)
    slope: Array = _ROOT * (1 + 3 * _CUBIC * c * c)
    dx: Array = dy * (0.5 * (1 + t) + 0.5 * c * (1 - t * t) * slope)
    return dx


def _clipped(x: Array) -> Array:
    """Bound ``x``, so that its powers cannot overflow: beyond 10 tanh is 1, or -1, to the last bit."""
    clipped: Array = np.clip(x, -10, 10)
    return clipped
