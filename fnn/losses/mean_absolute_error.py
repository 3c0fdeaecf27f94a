"""The mean of absolute errors and its derivative.

With ``N`` samples of ``K`` outputs each, the book's mean over the outputs and then over the samples is the mean over
all:

    L = sum_n sum_k |y[n, k] - t[n, k]| / (N K)        dL/dy[n, k] = sign(y[n, k] - t[n, k]) / (N K)

Where the error is 0 there is a kink; the subgradient taken there is 0, so that what is right stays.
"""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.losses.reduction import Reduction, expand, reduce
from fnn.losses.targets import check_pair


def mean_absolute_error(
    y: Array, target: Array, *, reduction: Reduction = "mean", sample_weight: Array | None = None
) -> tuple[float, Array]:
    """Return the mean of ``|y - target|`` over all outputs of all samples, and its gradient with respect to ``y``.

    Shapes, reduction, weights and errors as in `mean_squared_error`. Minimized by the median, where the squared error
    is minimized by the mean. The gradient is 0 where the error is.

    Reference: Koenker and Bassett (1978), "Regression quantiles".

    >>> mean_absolute_error(np.array([1.0, 0.0, -3.0, 1.0]), np.zeros(4))
    (1.25, array([ 0.25,  0.  , -0.25,  0.25]))
    """
    place = "mean_absolute_error"
    check_pair(y, target, place)
    error: Array = y - target
    value, factor = reduce(np.abs(error), expand(sample_weight, y, y.shape, place), reduction, place)
    dy: Array = np.sign(error)
    dy *= factor
    return value, dy
