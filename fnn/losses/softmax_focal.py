"""The focal loss over classes, from logits: cross-entropy that turns away from what is already right; its derivative.

With ``p = softmax(z)``, the class k of one sample, ``q = p[k]`` and ``u = 1 - q``,

    l = -u^gamma log q

By the product rule, with ``du/dq = -1``, and by that of softmax, ``dq/dz[j] = q (d[j, k] - p[j])``, where ``d`` is 1 if
``j = k`` and else 0,

    dl/dq = gamma u^(gamma - 1) log q - u^gamma / q
    dl/dz[j] = (u^gamma - gamma u^(gamma - 1) q log q) (p[j] - d[j, k])

With ``gamma = 0`` this is `softmax_cross_entropy`. ``log q`` is taken from the logits, the maximum of each row
subtracted first, and ``u = -expm1(log q)``. Where ``q`` comes near 1 the power ``u^(gamma - 1)`` with ``gamma < 1``
grows without bound, but not its product with ``log q = -u - ...``; therefore ``u`` is kept above 0.
"""

from __future__ import annotations

import math

import numpy as np

from fnn.arrays import Array
from fnn.losses.reduction import ClassWeight, Reduction, check_class_weight, expand_rows, reduce, times
from fnn.losses.targets import Labels, check_scores, classes_of
from fnn.validate import in_range


def softmax_focal(
    y: Array,
    target: Labels,
    *,
    gamma: float = 2.0,
    reduction: Reduction = "mean",
    sample_weight: Array | None = None,
    class_weight: ClassWeight | None = None,
) -> tuple[float, Array]:
    """Return the focal loss between ``target`` and ``softmax(y)``, and its gradient for the logits ``y``.

    Shapes: y (batch, ..., classes); target integer labels (batch, ...) or one-hot rows of y's shape. ``gamma`` of at
    least 0 says how much less counts what is predicted well. The paper's alpha is ``class_weight``. Reduction and
    weights as in `softmax_cross_entropy`: a weighted mean divides by the sum of the weights, unlike the paper's.

    Raises LabelError for labels out of range and soft rows; HyperparameterError for a bad gamma; ShapeError,
    DtypeError, DataError for arrays that do not fit each other or are empty.

    Reference: Lin, Goyal, Girshick, He, Dollár (2017), "Focal loss for dense object detection", eq. 4, carried over to
    several classes.

    >>> value, dy = softmax_focal(np.log([[0.75, 0.25], [0.5, 0.5]]), np.array([0, 0]), reduction="sum")
    >>> round(value, 6), dy.round(4)
    (0.191267, array([[-0.0426,  0.0426], [-0.2983,  0.2983]]))
    """
    place = "softmax_focal"
    in_range(place, 0, math.inf, high_open=True, gamma=gamma)
    check_scores(y, place)
    labels = classes_of(y, target, place)
    weight = expand_rows(sample_weight, y, place)
    if class_weight is not None:
        weight = times(weight, check_class_weight(class_weight, y.shape[-1], y, place)[labels][:, None])
    logits = y.reshape(-1, y.shape[-1])
    own = np.arange(len(labels)), labels
    dy: Array = logits - logits.max(axis=1, keepdims=True)
    log_q: Array = dy[own][:, None]
    np.exp(dy, out=dy)
    total: Array = dy.sum(axis=1, keepdims=True)
    log_q = log_q - np.log(total)
    power, slope = focus(log_q, gamma)
    value, factor = reduce(-power * log_q, weight, reduction, place)
    dy /= total
    dy[own] -= 1
    dy *= slope * factor
    return value, dy.reshape(y.shape)


def focus(log_q: Array, gamma: float) -> tuple[Array, Array]:
    """Return ``u^gamma`` and ``u^gamma - gamma u^(gamma - 1) q log q``, where ``u = 1 - q``.

    >>> focus(np.log([0.75]), 1.0)
    (array([0.25]), array([0.46576155]))
    """
    u: Array = np.maximum(-np.expm1(log_q), np.finfo(log_q.dtype).tiny)
    power: Array = u**gamma
    slope: Array = power - gamma * u ** (gamma - 1) * np.exp(log_q) * log_q
    return power, slope
