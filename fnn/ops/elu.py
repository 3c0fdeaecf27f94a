"""The exponential linear unit and its derivative.

    y = x where x > 0, alpha (e^x - 1) where x <= 0        dy/dx = 1 where x > 0, alpha e^x = y + alpha where x < 0

With ``alpha = 1`` the derivative is continuous at 0; otherwise there is a kink, and the subgradient taken at ``x = 0``
is ``alpha``, the limit from the left. ``expm1`` keeps the digits that ``e^x - 1`` loses near 0, and looks at
``min(x, 0)`` only, so that it cannot overflow. Input and output have the same sign, so the output is cached, with
``alpha``.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np

from fnn.arrays import Array
from fnn.validate import in_range

EluCache: TypeAlias = tuple[Array, float]


def elu_forward(x: Array, *, alpha: float = 1.0) -> tuple[Array, EluCache]:
    """Return ``x`` where it is positive, ``alpha * (exp(x) - 1)`` elsewhere, and the cache ``(y, alpha)``.

    Shapes: any. ``alpha`` above 0; far to the left the output tends to ``-alpha``. Raises HyperparameterError for an
    ``alpha`` that is not.

    Reference: Clevert, Unterthiner, Hochreiter (2016), "Fast and accurate deep network learning by exponential linear
    units (ELUs)", sec. 3.

    >>> elu_forward(np.array([-1000.0, 0.0, 2.0]))[0]
    array([-1.,  0.,  2.])
    """
    in_range("elu", 0, math.inf, low_open=True, high_open=True, alpha=alpha)
    alpha = float(alpha)  # a NumPy float64 would widen float32
    y: Array = np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))
    return y, (y, alpha)


def elu_backward(dy: Array, cache: EluCache) -> Array:
    """Return ``dx = dy`` where the output was positive, ``dy * (y + alpha)`` elsewhere.

    >>> elu_backward(np.array([10.0, 10.0]), (np.array([-0.5, 1.0]), 1.0))
    array([ 5., 10.])
    """
    y, alpha = cache
    dx: Array = dy * np.where(y > 0, 1, y + alpha)
    return dx
