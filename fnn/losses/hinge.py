"""The hinge loss of the support vector machine, and its derivative.

With the score ``y`` of one output and its target as a sign, ``s = 1`` for true and ``s = -1`` for false,

    l = max(0, margin - s y)        dl/dy = -s where s y < margin,   0 where s y > margin

An output on the right side by the margin or more costs nothing and teaches nothing. At ``s y = margin`` there is a
kink; the subgradient taken there is 0.
"""

from __future__ import annotations

import math

import numpy as np

from fnn.arrays import Array
from fnn.losses.reduction import ClassWeight, Reduction, check_class_weight, expand, reduce, times
from fnn.losses.targets import Labels, signs_of
from fnn.validate import in_range


def hinge(
    y: Array,
    target: Labels,
    *,
    margin: float = 1.0,
    reduction: Reduction = "mean",
    sample_weight: Array | None = None,
    class_weight: ClassWeight | None = None,
) -> tuple[float, Array]:
    """Return the hinge loss of the scores ``y``, positive for true, and its gradient with respect to ``y``.

    Shapes: y and target (batch, ...), one true-or-false question an output; target 0 or 1, integer or of y's dtype.
    ``margin`` above 0. Reduction and weights as in `sigmoid_cross_entropy`.

    Raises LabelError for other targets, -1 included; HyperparameterError for a bad margin; ShapeError, DtypeError,
    DataError for arrays that do not fit each other or are empty.

    Reference: Cortes, Vapnik (1995), "Support-vector networks", sec. 3.

    >>> hinge(np.array([0.25, -2.0, 0.5, 4.0]), np.array([1, 0, 0, 1]), reduction="sum")
    (2.25, array([-1.,  0.,  1.,  0.]))
    """
    place = "hinge"
    in_range(place, 0, math.inf, low_open=True, high_open=True, margin=margin)
    signs = signs_of(y, target, place)
    weight = expand(sample_weight, y, y.shape, place)
    if class_weight is not None:
        false, true = check_class_weight(class_weight, 2, y, place)
        weight = times(weight, np.where(signs > 0, true, false))
    short: Array = margin - signs * y
    value, factor = reduce(np.maximum(short, 0), weight, reduction, place)
    dy: Array = np.where(short > 0, -signs, 0)
    dy *= factor
    return value, dy
