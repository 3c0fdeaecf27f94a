"""Softmax and cross-entropy in one, from logits, and the derivative, which is simpler than that of either.

With ``p = softmax(z)`` and the target's shares ``t`` (one-hot for a label, so that a label k means ``t[k] = 1``), the
loss of one sample is

    l = -sum_c t[c] log p[c] = log sum_c exp(z[c]) - sum_c t[c] z[c]            since sum_c t[c] = 1
    dl/dz[j] = exp(z[j]) / sum_c exp(z[c]) - t[j]          = p[j] - t[j]

Both are unchanged when a constant is subtracted from the row: subtracting its maximum keeps ``exp`` from overflowing,
and since one term of the sum is then 1, its logarithm is never that of 0. No probability is clipped, hence a sample
that is predicted badly keeps its full gradient, where `categorical_cross_entropy` has none.

Label smoothing ``e`` takes the share ``e`` from the target and spreads it evenly over all ``C`` classes: with

    t'[c] = (1 - e) t[c] + e / C                        which sums to 1 again

in the place of ``t``, so that no logit is rewarded for growing without end.
"""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.kernels import cross_entropy
from fnn.losses.reduction import ClassWeight, Reduction, check_class_weight, check_reduction, expand_rows, reduce, times
from fnn.losses.targets import Labels, check_scores, labels_of, shares_of
from fnn.validate import in_range


def softmax_cross_entropy(
    y: Array,
    target: Labels,
    *,
    label_smoothing: float = 0.0,
    reduction: Reduction = "mean",
    sample_weight: Array | None = None,
    class_weight: ClassWeight | None = None,
) -> tuple[float, Array]:
    """Return the cross-entropy between ``target`` and ``softmax(y)``, and its gradient for the logits ``y``.

    Shapes: y (batch, ..., classes); target either integer labels (batch, ...) or one-hot or soft rows of y's shape.
    ``"mean"`` is over the samples (with more axes: over all labels), ``"sum"`` adds them. ``sample_weight`` (batch,),
    or of the labels' shape, multiplies the losses; ``class_weight`` (classes,) multiplies each by the weight of its
    label (for a soft target, by the mean weight under its shares). A weighted mean divides by the sum of the weights.
    ``label_smoothing`` in [0, 1) is the share of each target that is spread over all classes; class weights go by the
    target as it was before.

    A logit of minus infinity rules a class out, where the targets are labels and not smoothed. Raises LabelError for
    labels out of range or rows that are no shares; ShapeError, DtypeError, DataError for arrays that do not fit each
    other or are empty; HyperparameterError for a smoothing outside.

    References: Bridle (1990), "Probabilistic interpretation of feedforward classification network outputs"; Blanchard,
    Higham, Higham (2021), "Accurately computing the log-sum-exp and softmax functions", sec. 1; Szegedy et al. (2016),
    "Rethinking the inception architecture for computer vision", sec. 7.

    >>> logits = np.log([[0.7, 0.1, 0.2], [0.1, 0.5, 0.4], [0.02, 0.9, 0.08]])
    >>> value, dy = softmax_cross_entropy(logits, np.array([0, 1, 1]))
    >>> round(value, 12), dy.round(4)
    (0.385060880052, array([[-0.1   ,  0.0333,  0.0667],
                            [ 0.0333, -0.1667,  0.1333],
                            [ 0.0067, -0.0333,  0.0267]]))
    """
    place = "softmax_cross_entropy"
    in_range(place, 0, 1, high_open=True, label_smoothing=label_smoothing)
    check_scores(y, place)
    labels = labels_of(y, target, place)
    classes = y.shape[-1]
    weight = expand_rows(sample_weight, y, place)
    factors = None if class_weight is None else check_class_weight(class_weight, classes, y, place)
    logits = y.reshape(-1, classes)
    if labels is not None and weight is None and factors is None and not label_smoothing:
        count = check_reduction(reduction, len(labels), place)
        value, dy = cross_entropy(logits, labels, 1 / count)
        return value / count, dy.reshape(y.shape)
    kept, spread = 1 - label_smoothing, label_smoothing / classes
    dy = logits - logits.max(axis=1, keepdims=True)
    if labels is not None:
        own = np.arange(len(labels)), labels
        target_logit: Array = kept * dy[own][:, None]
        if spread:
            target_logit += spread * dy.sum(axis=1, keepdims=True)
        if factors is not None:
            weight = times(weight, factors[labels][:, None])
    else:
        shares = shares_of(y, target, place)
        if factors is not None:
            weight = times(weight, (shares @ factors)[:, None])
        if spread:
            shares = kept * shares + spread
        target_logit = (shares * dy).sum(axis=1, keepdims=True)
    np.exp(dy, out=dy)
    total: Array = dy.sum(axis=1, keepdims=True)
    value, factor = reduce(np.log(total) - target_logit, weight, reduction, place)
    dy /= total
    if labels is not None:
        dy[own] -= kept
        if spread:
            dy -= spread
    else:
        dy -= shares
    dy *= factor
    return value, dy.reshape(y.shape)
