"""The Kullback-Leibler divergence of a predicted distribution from a target, and its derivative.

With the target's shares ``t`` and the log-probabilities ``y`` of one sample,

    l = sum_c t[c] (log t[c] - y[c])        dl/dy[j] = -t[j]

where ``0 log 0 = 0``. It is the cross-entropy less the target's own entropy, which does not depend on the prediction:
the gradient is that of `negative_log_likelihood`, but the least value, where ``exp(y) = t``, is 0. For logits, as when
one network is taught by another, `softmax_cross_entropy` with soft targets has the same gradient, too.
"""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.losses.reduction import Reduction, expand_rows, reduce
from fnn.losses.targets import Labels, check_log_probabilities, check_scores, shares_of


def kl_divergence(
    y: Array, target: Labels, *, reduction: Reduction = "mean", sample_weight: Array | None = None
) -> tuple[float, Array]:
    """Return the divergence ``KL(target || exp(y))``, and its gradient with respect to the log-probabilities ``y``.

    Shapes: y (batch, ..., classes), the output of a log-softmax, at most 0; target soft or one-hot rows of y's shape,
    or integer labels (batch, ...). ``"mean"`` is over the samples (with more axes: over all rows), ``"sum"`` adds
    them. ``sample_weight`` (batch,), or of the rows' shape, multiplies the losses; a weighted mean divides by the sum
    of the weights.

    Raises DataError for predictions above 0, such as logits; LabelError for rows that are no shares; ShapeError,
    DtypeError, DataError for arrays that do not fit each other or are empty.

    Reference: Kullback, Leibler (1951), "On information and sufficiency", eq. 2.4.

    >>> kl_divergence(np.log([[0.5, 0.5], [0.25, 0.75]]), np.array([[1.0, 0.0], [0.25, 0.75]]), reduction="sum")
    (0.693147180559..., array([[-1.  , -0.  ], [-0.25, -0.75]]))
    """
    place = "kl_divergence"
    check_scores(y, place)
    check_log_probabilities(y, place)
    shares = shares_of(y, target, place)
    rows = y.reshape(shares.shape)
    own: Array = np.log(shares, where=shares > 0, out=np.zeros_like(shares))
    own = np.subtract(own, rows, where=shares > 0, out=own)
    own *= shares
    losses: Array = own.sum(axis=1, keepdims=True)
    value, factor = reduce(losses, expand_rows(sample_weight, y, place), reduction, place)
    dy: Array = -shares
    dy *= factor
    return value, dy.reshape(y.shape)
