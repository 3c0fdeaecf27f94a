"""The scaled exponential linear unit and its derivative.

    y = scale x where x > 0, scale alpha (e^x - 1) where x <= 0
    dy/dx = scale where x > 0, scale alpha e^x = y + scale alpha where x < 0

The two constants are the solution of two equations: if ``x`` is standard normal, ``y`` has mean 0 and variance 1 again.
A deep net whose weights keep the variance, too (`lecun_normal`), is drawn to that fixed point layer by layer. As alpha
is not 1 there is a kink; the subgradient taken at ``x = 0`` is ``scale alpha``, the limit from the left, as for elu.
Input and output have the same sign, so the output is cached, with the constants.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np

from fnn.arrays import Array
from fnn.validate import in_range

SeluCache: TypeAlias = tuple[Array, float, float]

ALPHA = 1.6732632423543772
"""With `SCALE`, what keeps the mean 0 and the variance 1."""

SCALE = 1.0507009873554805
"""With `ALPHA`, what keeps the mean 0 and the variance 1."""


def selu_forward(x: Array, *, alpha: float = ALPHA, scale: float = SCALE) -> tuple[Array, SeluCache]:
    """Return ``scale * elu(x, alpha)``, and the cache ``(y, alpha, scale)``.

    Shapes: any. Other constants than the two that normalize are for nets trained with them; both above 0, otherwise
    this raises HyperparameterError.

    Reference: Klambauer et al. (2017), "Self-normalizing neural networks", eq. 2.

    >>> selu_forward(np.array([-1000.0, 0.0, 2.0]))[0]
    array([-1.75809934,  0.        ,  2.10140197])
    """
    in_range("selu", 0, math.inf, low_open=True, high_open=True, alpha=alpha, scale=scale)
    y: Array = np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))
    with np.errstate(over="ignore"):  # the largest number, scaled up, is infinite
        y *= scale
    return y, (y, alpha, scale)


def selu_backward(dy: Array, cache: SeluCache) -> Array:
    """Return ``dx = dy * scale`` where the output was positive, ``dy * (y + scale * alpha)`` elsewhere.

    >>> selu_backward(np.array([10.0, 10.0]), (np.array([-1.0, 1.0]), 1.0, 2.0))
    array([10., 20.])
    """
    y, alpha, scale = cache
    dx: Array = dy * np.where(y > 0, scale, y + scale * alpha)
    return dx
