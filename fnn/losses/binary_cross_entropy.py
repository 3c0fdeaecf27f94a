"""Binary cross-entropy from probabilities, clipped as in the book, and its derivative.

With the probability ``p`` of one output clipped to ``q = min(max(p, e), 1 - e)``, ``e = 1e-7``, and its target ``t``,

    l = -t log q - (1 - t) log(1 - q)
    dl/dp = -t / p + (1 - t) / (1 - p) = (p - t) / (p (1 - p))   where e <= p <= 1 - e,   0 elsewhere

Where the clip acts the loss is flat, and the gradient that belongs to it is 0; at the two bounds themselves the
derivative from within is taken. An output that is wrong by so much teaches nothing: train from logits, with
`sigmoid_cross_entropy`, where that may happen.
"""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.losses.reduction import ClassWeight, Reduction, check_class_weight, expand, reduce, times
from fnn.losses.targets import CLIP, Labels, check_probabilities, true_or_false


def binary_cross_entropy(
    y: Array,
    target: Labels,
    *,
    reduction: Reduction = "mean",
    sample_weight: Array | None = None,
    class_weight: ClassWeight | None = None,
) -> tuple[float, Array]:
    """Return the binary cross-entropy between ``target`` and the probabilities ``y``, and its gradient for ``y``.

    Shapes: y and target (batch, ...), one true-or-false question an output; y in [0, 1], the output of a sigmoid;
    target in [0, 1], integer or of y's dtype. Reduction and weights as in `sigmoid_cross_entropy`; the mean over the
    outputs of each sample and then over the samples, as the book takes it, is the mean over all. Probabilities are
    clipped to [1e-7, 1 - 1e-7]; the gradient is 0 where that changes them.

    Raises DataError for predictions outside [0, 1], such as logits; else as `sigmoid_cross_entropy`.

    Reference: Baum and Wilczek (1988), "Supervised learning of probability distributions by neural networks".

    >>> binary_cross_entropy(np.array([[0.5, 0.25]]), np.array([[1, 0]]))
    (0.490414..., array([[-1.        ,  0.66666667]]))
    """
    place = "binary_cross_entropy"
    t = true_or_false(y, target, place)
    check_probabilities(y, place)
    weight = expand(sample_weight, y, y.shape, place)
    if class_weight is not None:
        false, true = check_class_weight(class_weight, 2, y, place)
        weight = times(weight, false + (true - false) * t)
    q: Array = y.clip(CLIP, 1 - CLIP)
    value, factor = reduce((t - 1) * np.log1p(-q) - t * np.log(q), weight, reduction, place)
    dy: Array = q - t
    dy /= q * (1 - q)
    dy *= y == q
    dy *= factor
    return value, dy
