"""Sigmoid and binary cross-entropy in one, from logits, and the derivative.

With ``p = 1 / (1 + exp(-z))``, so that ``-log p = log(1 + exp(-z))`` and ``-log(1 - p) = z + log(1 + exp(-z))``, the
loss of one output is

    l = -t log p - (1 - t) log(1 - p) = (1 - t) z + log(1 + exp(-z))        dl/dz = 1 - t - (1 - p) = p - t

``exp(-z)`` overflows for ``z`` far below 0. With ``log(1 + exp(-z)) = max(-z, 0) + log(1 + exp(-|z|))`` it cannot:

    l = max(z, 0) - t z + log(1 + exp(-|z|))        p = 1 / (1 + e) for z >= 0,   e / (1 + e) for z < 0,   e = exp(-|z|)
"""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.losses.reduction import ClassWeight, Reduction, check_class_weight, expand, reduce, times
from fnn.losses.targets import Labels, true_or_false


def sigmoid_cross_entropy(
    y: Array,
    target: Labels,
    *,
    reduction: Reduction = "mean",
    sample_weight: Array | None = None,
    class_weight: ClassWeight | None = None,
) -> tuple[float, Array]:
    """Return the binary cross-entropy between ``target`` and ``sigmoid(y)``, and its gradient for the logits ``y``.

    Shapes: y and target (batch, ...), one true-or-false question an output; target in [0, 1], integer or of y's dtype.
    ``"mean"`` is over all outputs of all samples, ``"sum"`` adds them. ``sample_weight`` (batch,), or with further axes
    of y, multiplies the losses; ``class_weight`` is ``(weight of false, weight of true)``, interpolated for targets
    between. A weighted mean divides by the sum of the weights.

    Raises LabelError for targets outside [0, 1]; ShapeError, DtypeError, DataError for arrays that do not fit each
    other or are empty.

    Reference: Baum and Wilczek (1988), "Supervised learning of probability distributions by neural networks".

    >>> value, dy = sigmoid_cross_entropy(np.array([[0.0], [1000.0], [-1000.0]]), np.array([[1], [1], [1]]))
    >>> value, dy
    (333.56438..., array([[-0.16666667], [ 0.        ], [-0.33333333]]))
    """
    place = "sigmoid_cross_entropy"
    t = true_or_false(y, target, place)
    weight = expand(sample_weight, y, y.shape, place)
    if class_weight is not None:
        false, true = check_class_weight(class_weight, 2, y, place)
        weight = times(weight, false + (true - false) * t)
    e: Array = np.exp(-np.abs(y))
    value, factor = reduce(np.maximum(y, 0) - t * y + np.log1p(e), weight, reduction, place)
    dy: Array = np.where(y >= 0, 1, e)
    dy /= 1 + e
    dy -= t
    dy *= factor
    return value, dy
