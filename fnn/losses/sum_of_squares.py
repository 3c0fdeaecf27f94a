"""The sum of squared errors and its derivative.

    L = sum_n sum_k (y[n, k] - t[n, k])^2        dL/dy[n, k] = 2 (y[n, k] - t[n, k])

There is no factor of one half; some texts have one, so that the 2 of the derivative goes.
"""

from __future__ import annotations

from fnn.arrays import Array
from fnn.losses.reduction import Reduction, expand, reduce
from fnn.losses.targets import check_pair


def sum_of_squares(
    y: Array, target: Array, *, reduction: Reduction = "sum", sample_weight: Array | None = None
) -> tuple[float, Array]:
    """Return the sum of ``(y - target)**2`` over all outputs of all samples, and its gradient with respect to ``y``.

    Shapes: y and target (batch, ...), of one dtype. The squares of one sample are always added; ``"mean"`` takes the
    mean over the samples of these sums. ``sample_weight`` (batch,) multiplies each sample's sum; a weighted mean
    divides by the sum of the weights. Errors as in `mean_squared_error`.

    Reference: Rumelhart, Hinton, Williams (1986), "Learning representations by back-propagating errors", eq. 3.

    >>> import numpy as np
    >>> sum_of_squares(np.array([[1.0, 2.0], [0.0, 1.0]]), np.zeros((2, 2)))
    (6.0, array([[2., 4.], [0., 2.]]))
    >>> sum_of_squares(np.array([[1.0, 2.0], [0.0, 1.0]]), np.zeros((2, 2)), reduction="mean")[0]
    3.0
    """
    place = "sum_of_squares"
    check_pair(y, target, place)
    error: Array = y - target
    column = (len(y),) + (1,) * (y.ndim - 1)
    losses: Array = (error * error).reshape(len(y), -1).sum(axis=1).reshape(column)
    weight = expand(sample_weight, y, y.shape[:1], place)
    value, factor = reduce(losses, None if weight is None else weight.reshape(column), reduction, place)
    error *= 2 * factor
    return value, error
