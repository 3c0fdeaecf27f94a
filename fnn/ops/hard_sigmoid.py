"""The hard sigmoid, a straight line clipped to [0, 1], and its derivative.

    y = min(max(slope x + offset, 0), 1)        dy/dx = slope where 0 < y < 1, 0 where the clip acts

At the two corners the derivative taken is 0, that of the flat side. The output tells where the clip has acted: it is
cached, with the slope.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np

from fnn.arrays import Array
from fnn.validate import in_range

HardSigmoidCache: TypeAlias = tuple[Array, float]


def hard_sigmoid_forward(x: Array, *, slope: float = 1 / 6, offset: float = 0.5) -> tuple[Array, HardSigmoidCache]:
    """Return ``slope * x + offset`` clipped to [0, 1], of the shape of ``x`` (any), and the cache ``(y, slope)``.

    With the default the corners are at -3 and 3; some frameworks have ``slope=0.2``. Raises HyperparameterError for a
    slope that is not above 0, or an offset that is not finite.

    Reference: Courbariaux, Bengio, David (2015), "BinaryConnect: training deep neural networks with binary weights
    during propagations", eq. 3, with a slope of 1/2.

    >>> hard_sigmoid_forward(np.array([-4.0, -1.5, 0.0, 3.0]))[0]
    array([0.  , 0.25, 0.5 , 1.  ])
    """
    in_range("hard_sigmoid", 0, math.inf, low_open=True, high_open=True, slope=slope)
    in_range("hard_sigmoid", -math.inf, math.inf, low_open=True, high_open=True, offset=offset)
    with np.errstate(over="ignore"):  # infinity is clipped like all else
        line: Array = slope * x + offset
    y: Array = line.clip(0, 1)
    return y, (y, slope)


def hard_sigmoid_backward(dy: Array, cache: HardSigmoidCache) -> Array:
    """Return ``dx = slope * dy`` where the output was between 0 and 1, 0 elsewhere.

    >>> hard_sigmoid_backward(np.array([10.0, 10.0, 10.0]), (np.array([0.0, 0.25, 1.0]), 0.5))
    array([0., 5., 0.])
    """
    y, slope = cache
    dx: Array = slope * dy * ((y > 0) & (y < 1))
    return dx
