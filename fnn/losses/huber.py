"""Huber's loss, which is a parabola near 0 and straight beyond, and its derivative.

With the error ``e = y - t`` of one output,

    l = e^2 / 2                 dl/dy = e                  where |e| <= delta
    l = delta (|e| - delta/2)   dl/dy = delta sign(e)      beyond

Both pieces are one with the clipped error ``s = min(max(e, -delta), delta)``: ``dl/dy = s`` and ``l = s (e - s/2)``.
Value and slope agree where the pieces meet: there is no kink.
"""

from __future__ import annotations

import math

from fnn.arrays import Array
from fnn.losses.reduction import Reduction, expand, reduce
from fnn.losses.targets import check_pair
from fnn.validate import in_range


def huber(
    y: Array, target: Array, *, delta: float = 1.0, reduction: Reduction = "mean", sample_weight: Array | None = None
) -> tuple[float, Array]:
    """Return the mean of Huber's loss over all outputs of all samples, and its gradient with respect to ``y``.

    ``delta`` above 0 is the error from which on the loss grows only linearly, so that outliers do not rule the fit.
    Shapes, reduction, weights and errors as in `mean_squared_error`; HyperparameterError for another delta.

    Reference: Huber (1964), "Robust estimation of a location parameter".

    >>> import numpy as np
    >>> huber(np.array([1.0, 0.0, -3.0, 0.5]), np.zeros(4))
    (0.78125, array([ 0.25 ,  0.   , -0.25 ,  0.125]))
    """
    place = "huber"
    in_range(place, 0, math.inf, low_open=True, high_open=True, delta=delta)
    delta = float(delta)  # a NumPy float64 would widen float32
    check_pair(y, target, place)
    error: Array = y - target
    dy: Array = error.clip(-delta, delta)
    value, factor = reduce(dy * (error - dy / 2), expand(sample_weight, y, y.shape, place), reduction, place)
    dy *= factor
    return value, dy
