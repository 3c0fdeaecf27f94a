"""The mean of squared errors and its derivative.

With ``N`` samples of ``K`` outputs each, the book's mean over the outputs and then over the samples is the mean over
all:

    L = sum_n sum_k (y[n, k] - t[n, k])^2 / (N K)        dL/dy[n, k] = 2 (y[n, k] - t[n, k]) / (N K)
"""

from __future__ import annotations

from fnn.arrays import Array
from fnn.losses.reduction import Reduction, expand, reduce
from fnn.losses.targets import check_pair


def mean_squared_error(
    y: Array, target: Array, *, reduction: Reduction = "mean", sample_weight: Array | None = None
) -> tuple[float, Array]:
    """Return the mean of ``(y - target)**2`` over all outputs of all samples, and its gradient with respect to ``y``.

    Shapes: y and target (batch, ...), of one dtype. ``"sum"`` adds instead. ``sample_weight`` (batch,), or with further
    axes of y, multiplies the squares; a weighted mean divides by the sum of the weights.

    Raises ShapeError for a target of another shape, ``(N,)`` for ``(N, 1)`` say; DtypeError, DataError for one that is
    not float of y's dtype, or empty.

    Reference: Rumelhart, Hinton, Williams (1986), "Learning representations by back-propagating errors", eq. 3, a sum
    with a factor of one half there.

    >>> import numpy as np
    >>> mean_squared_error(np.array([1.0, 0.0, 0.0, 1.0]), np.zeros(4))
    (0.5, array([0.5, 0. , 0. , 0.5]))
    """
    place = "mean_squared_error"
    check_pair(y, target, place)
    error: Array = y - target
    value, factor = reduce(error * error, expand(sample_weight, y, y.shape, place), reduction, place)
    error *= 2 * factor
    return value, error
