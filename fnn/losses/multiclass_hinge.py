"""The hinge loss over several classes, and its derivative.

With the scores ``y`` of one sample whose class is k, every other class pays for what it lacks to a distance of
``margin`` below the right one:

    v[c] = margin + y[c] - y[k]        l = sum over c != k of max(0, v[c])
    dl/dy[c] = 1 where v[c] > 0, 0 where v[c] < 0, for c != k        dl/dy[k] = -(how many of these are 1)

At ``v[c] = 0`` there is a kink; the subgradient taken there is 0.
"""

from __future__ import annotations

import math

import numpy as np

from fnn.arrays import Array
from fnn.losses.reduction import ClassWeight, Reduction, check_class_weight, expand_rows, reduce, times
from fnn.losses.targets import Labels, check_scores, classes_of
from fnn.validate import in_range


def multiclass_hinge(
    y: Array,
    target: Labels,
    *,
    margin: float = 1.0,
    reduction: Reduction = "mean",
    sample_weight: Array | None = None,
    class_weight: ClassWeight | None = None,
) -> tuple[float, Array]:
    """Return the sum over the wrong classes of what each lacks to the margin, and its gradient for the scores ``y``.

    Shapes: y (batch, ..., classes); target integer labels (batch, ...) or one-hot rows of y's shape. ``margin`` above
    0. Reduction and weights as in `softmax_cross_entropy`. (PyTorch divides by the number of classes.)

    Raises LabelError for labels out of range and soft rows; HyperparameterError for a bad margin; ShapeError,
    DtypeError, DataError for arrays that do not fit each other or are empty.

    Reference: Weston, Watkins (1999), "Support vector machines for multi-class pattern recognition", sec. 3.

    >>> multiclass_hinge(np.array([[2.0, 1.5, 0.0], [0.0, 0.25, 3.0]]), np.array([0, 1]), reduction="sum")
    (5.0, array([[-1.,  1.,  0.], [ 1., -2.,  1.]]))
    """
    place = "multiclass_hinge"
    in_range(place, 0, math.inf, low_open=True, high_open=True, margin=margin)
    check_scores(y, place)
    labels = classes_of(y, target, place)
    weight = expand_rows(sample_weight, y, place)
    if class_weight is not None:
        weight = times(weight, check_class_weight(class_weight, y.shape[-1], y, place)[labels][:, None])
    rows = y.reshape(-1, y.shape[-1])
    own = np.arange(len(labels)), labels
    short: Array = np.maximum(rows - rows[own][:, None] + margin, 0)
    short[own] = 0
    losses: Array = short.sum(axis=1, keepdims=True)
    value, factor = reduce(losses, weight, reduction, place)
    dy: Array = (short > 0).astype(y.dtype)
    dy[own] = -dy.sum(axis=1)
    dy *= factor
    return value, dy.reshape(y.shape)
