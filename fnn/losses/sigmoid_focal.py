"""The focal loss for true-or-false questions, from logits, and its derivative.

With the target of one output as a sign, ``s = 1`` for true and ``s = -1`` for false, the probability that the logit
``z`` gives to the right answer, and what it lacks to 1, are

    q = 1 / (1 + exp(-s z))        u = 1 - q        l = -u^gamma log q

By ``dq/dz = s q u`` and the derivative of ``l`` by ``q``, which is that of `softmax_focal`,

    dl/dz = (gamma u^(gamma - 1) log q - u^gamma / q) s q u = -s u (u^gamma - gamma u^(gamma - 1) q log q)

With ``gamma = 0`` this is `sigmoid_cross_entropy`. ``log q = -log(1 + exp(-s z))`` is computed as
``min(s z, 0) - log(1 + exp(-|z|))``, which cannot overflow.
"""

from __future__ import annotations

import math

import numpy as np

from fnn.arrays import Array
from fnn.losses.reduction import ClassWeight, Reduction, check_class_weight, expand, reduce, times
from fnn.losses.softmax_focal import focus
from fnn.losses.targets import Labels, signs_of
from fnn.validate import in_range


def sigmoid_focal(
    y: Array,
    target: Labels,
    *,
    gamma: float = 2.0,
    reduction: Reduction = "mean",
    sample_weight: Array | None = None,
    class_weight: ClassWeight | None = None,
) -> tuple[float, Array]:
    """Return the focal loss between ``target`` and ``sigmoid(y)``, and its gradient for the logits ``y``.

    Shapes: y and target (batch, ...), one true-or-false question an output; target 0 or 1, integer or of y's dtype.
    ``gamma`` of at least 0 says how much less counts what is predicted well. The paper's alpha is ``class_weight``,
    ``(1 - alpha, alpha)``. Reduction and weights as in `sigmoid_cross_entropy`: a weighted mean divides by the sum of
    the weights, unlike the paper's.

    Raises LabelError for other targets; HyperparameterError for a bad gamma; ShapeError, DtypeError, DataError for
    arrays that do not fit each other or are empty.

    Reference: Lin, Goyal, Girshick, He, Dollár (2017), "Focal loss for dense object detection", eq. 4.

    >>> value, dy = sigmoid_focal(np.array([0.0, 0.0, -1000.0]), np.array([1, 0, 1]), reduction="sum")
    >>> round(value, 6), dy.round(4)
    (1000.346574, array([-0.2983,  0.2983, -1.    ]))
    """
    place = "sigmoid_focal"
    in_range(place, 0, math.inf, high_open=True, gamma=gamma)
    signs = signs_of(y, target, place)
    weight = expand(sample_weight, y, y.shape, place)
    if class_weight is not None:
        false, true = check_class_weight(class_weight, 2, y, place)
        weight = times(weight, np.where(signs > 0, true, false))
    log_q: Array = np.minimum(signs * y, 0) - np.log1p(np.exp(-np.abs(y)))
    power, slope = focus(log_q, gamma)
    value, factor = reduce(-power * log_q, weight, reduction, place)
    signs *= np.expm1(log_q)
    signs *= slope * factor
    return value, signs
