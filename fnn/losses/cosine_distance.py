"""The cosine distance, one less the cosine of the angle between two vectors, and its derivative.

With the directions ``e = y / |y|`` and ``f = t / |t|`` of one prediction and its target, and the cosine ``c = <e, f>``,

    l = 1 - c        dl/dy = (c e - f) / |y|

for ``de/dy = (I - e e^T) / |y|``: a direction changes only across itself, and ``dl/dy`` is at right angles to ``y``. A
vector of zeros has no direction: the cosine with it is taken as 0, and so is the gradient there.
"""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.losses.reduction import Reduction, expand_rows, reduce
from fnn.losses.targets import check_pair
from fnn.losses.vectors import check_members, polar


def cosine_distance(
    y: Array, target: Array, *, reduction: Reduction = "mean", sample_weight: Array | None = None
) -> tuple[float, Array]:
    """Return ``1 - cos(y, target)``, in [0, 2], along the last axis, and its gradient with respect to ``y``.

    Shapes: y and target (batch, ..., features), of one dtype. ``"mean"`` is over the samples (with more axes: over all
    vectors), ``"sum"`` adds them. ``sample_weight`` (batch,), or of the shape of y without its last axis, multiplies
    the distances; a weighted mean divides by the sum of the weights.

    Raises ShapeError, DtypeError, DataError for arrays that do not fit each other or are empty.

    Reference: Salton, Wong, Yang (1975), "A vector space model for automatic indexing", sec. 1.

    >>> value, dy = cosine_distance(np.array([[3.0, 4.0], [0.0, 1.0]]), np.array([[0.0, 2.0], [0.0, 5.0]]))
    >>> round(value, 6), dy
    (0.1, array([[ 0.048, -0.036], [ 0.   ,  0.   ]]))
    """
    place = "cosine_distance"
    check_pair(y, target, place)
    check_members((y, target), place, "prediction", "target")
    features = y.shape[-1]
    length, e = polar(y.reshape(-1, features))
    _, f = polar(target.reshape(-1, features))
    cosine: Array = (e * f).sum(axis=1, keepdims=True)
    value, factor = reduce(1 - cosine, expand_rows(sample_weight, y, place), reduction, place)
    dy: Array = cosine * e - f
    dy /= np.where(length > 0, length, np.inf)
    dy *= factor
    return value, dy.reshape(y.shape)
