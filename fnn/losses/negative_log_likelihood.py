"""The negative log-likelihood from log-probabilities, and its derivative.

With the log-probabilities ``y`` of one sample and the target's shares ``t`` (for a label 1 there and 0 elsewhere),

    l = -sum_c t[c] y[c]        dl/dy[j] = -t[j]

After a log-softmax, whose backward is ``dz = dy - p sum(dy)`` with ``p = exp(y)``, this is ``dz = p - t``, for the
shares sum to 1: the gradient of `softmax_cross_entropy`, which does both in one.
"""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.losses.reduction import ClassWeight, Reduction, check_class_weight, expand_rows, reduce, times
from fnn.losses.targets import Labels, check_log_probabilities, check_scores, labels_of, shares_of


def negative_log_likelihood(
    y: Array,
    target: Labels,
    *,
    reduction: Reduction = "mean",
    sample_weight: Array | None = None,
    class_weight: ClassWeight | None = None,
) -> tuple[float, Array]:
    """Return the cross-entropy between ``target`` and ``exp(y)``, and its gradient for the log-probabilities ``y``.

    Shapes: y (batch, ..., classes), the output of a log-softmax, at most 0; target either integer labels (batch, ...)
    or one-hot or soft rows of y's shape. Reduction and weights as in `softmax_cross_entropy`. A log-probability of
    minus infinity counts for nothing where the target's share is 0.

    Raises DataError for predictions above 0, such as logits; else as `softmax_cross_entropy`.

    Reference: Bridle (1990), "Probabilistic interpretation of feedforward classification network outputs".

    >>> y = np.log([[0.7, 0.1, 0.2], [0.1, 0.5, 0.4], [0.02, 0.9, 0.08]])
    >>> negative_log_likelihood(y, np.array([0, 1, 1]))[0]
    0.3850608800521...
    >>> negative_log_likelihood(y[:1], np.array([2]))
    (1.609437912434..., array([[ 0.,  0., -1.]]))
    """
    place = "negative_log_likelihood"
    check_scores(y, place)
    check_log_probabilities(y, place)
    labels = labels_of(y, target, place)
    weight = expand_rows(sample_weight, y, place)
    rows = y.reshape(-1, y.shape[-1])
    factors = None if class_weight is None else check_class_weight(class_weight, y.shape[-1], y, place)
    if labels is not None:
        own = np.arange(len(labels)), labels
        losses: Array = -rows[own][:, None]
        dy: Array = np.zeros_like(rows)
        dy[own] = -1
        if factors is not None:
            weight = times(weight, factors[labels][:, None])
    else:
        shares = shares_of(y, target, place)
        losses = -np.multiply(shares, rows, where=shares > 0, out=np.zeros_like(rows)).sum(axis=1, keepdims=True)
        dy = -shares
        if factors is not None:
            weight = times(weight, (shares @ factors)[:, None])
    value, factor = reduce(losses, weight, reduction, place)
    dy *= factor
    return value, dy.reshape(y.shape)
