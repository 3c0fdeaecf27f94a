"""The continuously differentiable exponential linear unit and its derivative.

    y = x where x > 0, alpha (e^(x / alpha) - 1) where x <= 0
    dy/dx = 1 where x > 0, e^(x / alpha) = y / alpha + 1 where x <= 0

Both sides have the slope 1 at ``x = 0``, for every ``alpha``: there is no kink, unlike in elu, which it equals for
``alpha = 1``. Input and output have the same sign, so the output is cached, with ``alpha``.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np

from fnn.arrays import Array
from fnn.validate import in_range

CeluCache: TypeAlias = tuple[Array, float]


def celu_forward(x: Array, *, alpha: float = 1.0) -> tuple[Array, CeluCache]:
    """Return ``x`` where it is positive, ``alpha * (exp(x / alpha) - 1)`` elsewhere, and the cache ``(y, alpha)``.

    Shapes: any. ``alpha`` above 0, minus which is the limit on the left; raises HyperparameterError otherwise.

    Reference: Barron (2017), "Continuously differentiable exponential linear units".

    >>> celu_forward(np.array([-1000.0, 0.0, 2.0]), alpha=3.0)[0]
    array([-3.,  0.,  2.])
    """
    in_range("celu", 0, math.inf, low_open=True, high_open=True, alpha=alpha)
    with np.errstate(over="ignore"):  # a quotient too large for the dtype is minus infinity, the right limit
        y: Array = np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0) / alpha))
    return y, (y, alpha)


def celu_backward(dy: Array, cache: CeluCache) -> Array:
    """Return ``dx = dy`` where the output was positive, ``dy * (y / alpha + 1)`` elsewhere.

    >>> celu_backward(np.array([10.0, 10.0]), (np.array([-0.5, 1.0]), 2.0))
    array([ 7.5, 10. ])
    """
    y, alpha = cache
    dx: Array = dy * np.where(y > 0, 1, y / alpha + 1)
    return dx
