"""Cross-entropy from probabilities, clipped as in the book, and its derivative.

With the probabilities ``p`` of one sample clipped to ``q = min(max(p, e), 1 - e)``, ``e = 1e-7``, and the target's
shares ``t`` (one-hot for a label), the loss of the sample and its derivative are

    l = -sum_c t[c] log q[c]        dl/dp[j] = -t[j] / p[j]  where e <= p[j] <= 1 - e,   0 elsewhere

The clip keeps the logarithm finite. Where it acts the loss is flat, and the gradient that belongs to it is 0; at the
two bounds themselves the derivative from within is taken. (The book goes on with ``-t/p`` there, which is the slope of
another function, and infinite at 0.) A sample predicted with less than 1e-7 therefore teaches nothing: train from
logits, with `softmax_cross_entropy`, where that may happen.

The logarithm is taken of each sample, and the mean comes after it. One of the texts prints the sum over the whole batch
inside the logarithm; that is no mean of losses, and its value falls as the batch grows.
"""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.losses.reduction import ClassWeight, Reduction, check_class_weight, expand_rows, reduce, times
from fnn.losses.targets import CLIP, Labels, check_probabilities, check_scores, shares_of


def categorical_cross_entropy(
    y: Array,
    target: Labels,
    *,
    reduction: Reduction = "mean",
    sample_weight: Array | None = None,
    class_weight: ClassWeight | None = None,
) -> tuple[float, Array]:
    """Return the cross-entropy between ``target`` and the probabilities ``y``, and its gradient with respect to ``y``.

    Shapes: y (batch, ..., classes), the output of a softmax, in [0, 1]; target either integer labels (batch, ...) or
    one-hot or soft rows of y's shape. Reduction and weights as in `softmax_cross_entropy`. Probabilities are clipped to
    [1e-7, 1 - 1e-7]; the gradient is 0 where that changes them.

    Raises DataError for predictions outside [0, 1], such as logits; else as `softmax_cross_entropy`.

    Reference: Good (1952), "Rational decisions".

    >>> y = np.array([[0.7, 0.1, 0.2], [0.1, 0.5, 0.4], [0.02, 0.9, 0.08]])
    >>> categorical_cross_entropy(y, np.array([0, 1, 1]))[0]
    0.3850608800521...
    >>> categorical_cross_entropy(y[:1], np.array([[1, 0, 0]]))
    (0.3566749439387..., array([[-1.42857143, -0.        , -0.        ]]))
    """
    place = "categorical_cross_entropy"
    check_scores(y, place)
    check_probabilities(y, place)
    shares = shares_of(y, target, place)
    weight = expand_rows(sample_weight, y, place)
    if class_weight is not None:
        weight = times(weight, (shares @ check_class_weight(class_weight, y.shape[-1], y, place))[:, None])
    p = y.reshape(-1, y.shape[-1])
    q: Array = p.clip(CLIP, 1 - CLIP)
    losses: Array = -(shares * np.log(q)).sum(axis=1, keepdims=True)
    value, factor = reduce(losses, weight, reduction, place)
    dy: Array = shares / -q
    dy *= p == q
    dy *= factor
    return value, dy.reshape(y.shape)
