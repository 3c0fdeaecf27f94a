"""The leaky rectified linear unit and its derivative.

    y = x where x > 0, slope x where x <= 0        dy/dx = 1 where x > 0, slope where x < 0

At ``x = 0`` the function has a kink; the subgradient taken there is ``slope``, the limit from the left, as for relu.
Input and output have the same sign, so the output is cached, with the slope.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from fnn.arrays import Array
from fnn.validate import in_range

LeakyReluCache: TypeAlias = tuple[Array, float]


def leaky_relu_forward(x: Array, *, slope: float = 0.01) -> tuple[Array, LeakyReluCache]:
    """Return ``x`` where it is positive and ``slope * x`` elsewhere, and the cache ``(y, slope)``. NaN stays NaN.

    Shapes: any. ``slope`` in (0, 1]; raises HyperparameterError outside (a slope of 0 is relu).

    Reference: Maas, Hannun, Ng (2013), "Rectifier nonlinearities improve neural network acoustic models", sec. 2.

    >>> leaky_relu_forward(np.array([-1.0, 0.0, 2.0]))[0]
    array([-0.01,  0.  ,  2.  ])
    """
    in_range("leaky_relu", 0, 1, low_open=True, slope=slope)
    slope = float(slope)  # a NumPy float64 would widen float32
    y: Array = np.where(x > 0, x, slope * x)
    return y, (y, slope)


def leaky_relu_backward(dy: Array, cache: LeakyReluCache) -> Array:
    """Return ``dx = dy`` where the output was positive, ``slope * dy`` elsewhere.

    >>> leaky_relu_backward(np.array([10.0, 10.0]), (np.array([-0.5, 1.0]), 0.5))
    array([ 5., 10.])
    """
    y, slope = cache
    dx: Array = np.where(y > 0, dy, slope * dy)
    return dx
