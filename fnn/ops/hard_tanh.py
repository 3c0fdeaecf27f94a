"""The hard tanh, which clips to an interval, and its derivative.

    y = min(max(x, low), high)        dy/dx = 1 where low < x < high, 0 where the clip acts

At the two corners the derivative taken is 0, that of the flat side. The output tells where the clip has acted: it is
cached, with the interval.
"""

from __future__ import annotations

from typing import TypeAlias

from fnn.arrays import Array
from fnn.errors import HyperparameterError

HardTanhCache: TypeAlias = tuple[Array, float, float]


def hard_tanh_forward(x: Array, *, low: float = -1.0, high: float = 1.0) -> tuple[Array, HardTanhCache]:
    """Return ``x`` clipped to [low, high], of the shape of ``x`` (any), and the cache ``(y, low, high)``.

    ``low=0, high=6`` is known as relu6. Raises HyperparameterError unless ``low`` is below ``high``.

    Reference: Collobert (2004), "Large scale machine learning".

    >>> import numpy as np
    >>> hard_tanh_forward(np.array([-2.0, 0.5, 1.0]))[0]
    array([-1. ,  0.5,  1. ])
    """
    check_interval(low, high)
    y: Array = x.clip(low, high)
    return y, (y, low, high)


def hard_tanh_backward(dy: Array, cache: HardTanhCache) -> Array:
    """Return ``dx = dy`` where the output was between the ends of the interval, 0 elsewhere.

    >>> import numpy as np
    >>> hard_tanh_backward(np.array([10.0, 10.0, 10.0]), (np.array([-1.0, 0.5, 1.0]), -1.0, 1.0))
    array([ 0., 10.,  0.])
    """
    y, low, high = cache
    dx: Array = dy * ((y > low) & (y < high))
    return dx


def check_interval(low: float, high: float) -> None:
    """Refuse an interval that is empty or has no inside, NaN included."""
    if not low < high:
        raise HyperparameterError("hard_tanh", "low below high", f"{low!r} and {high!r}")
