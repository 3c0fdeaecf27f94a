"""The contrastive loss of pairs: equals are drawn together, others pushed apart up to a margin; and its derivative.

With the embeddings ``a`` and ``b`` of one pair, their distance ``D = |a - b|``, and the target ``t``, 1 for a pair of
equals and 0 for others,

    l = t D^2 / 2 + (1 - t) max(0, margin - D)^2 / 2

By ``dD/da = (a - b) / D``, the direction from b to a,

    dl/da = t (a - b) - (1 - t) max(0, margin - D) (a - b) / D        dl/db = -dl/da

The square takes away the kink at ``D = margin``. At ``D = 0`` there is no direction in which to part two others; the
subgradient taken there is 0.
"""

from __future__ import annotations

import math

import numpy as np

from fnn.arrays import Array
from fnn.losses.reduction import Reduction, expand, reduce
from fnn.losses.targets import Labels, true_or_false
from fnn.losses.vectors import Pair, check_members, polar
from fnn.validate import in_range


def contrastive(
    y: Pair,
    target: Labels,
    *,
    margin: float = 1.0,
    reduction: Reduction = "mean",
    sample_weight: Array | None = None,
) -> tuple[float, Pair]:
    """Return the contrastive loss of a batch of pairs, and its gradient for both members.

    Shapes: y is ``(a, b)``, each (batch, ..., features); target (batch, ...), 1 for pairs of equals and 0 for others,
    integer or of y's dtype (between, a mixture of both). ``margin`` above 0 is the distance from which on others are
    left alone. ``"mean"`` is over the pairs. ``sample_weight`` (batch,), or of target's shape, multiplies the losses; a
    weighted mean divides by the sum of the weights.

    Raises LabelError for targets outside [0, 1]; HyperparameterError for a bad margin; ShapeError, DtypeError,
    DataError for arrays that do not fit each other or are empty.

    Reference: Hadsell, Chopra, LeCun (2006), "Dimensionality reduction by learning an invariant mapping", eq. 4, whose
    Y is ``1 - t``.

    >>> a, b = np.array([[3.0, 0.0], [0.5, 0.0]]), np.array([[1.0, 0.0], [0.0, 0.0]])
    >>> value, (da, db) = contrastive((a, b), np.array([1, 0]), reduction="sum")
    >>> value, da
    (2.125, array([[ 2. , 0. ], [-0.5, -0. ]]))
    """
    place = "contrastive"
    in_range(place, 0, math.inf, low_open=True, high_open=True, margin=margin)
    check_members(y, place, "first", "second")
    length, direction = polar(y[0] - y[1])
    distance = length[..., 0]
    equal = true_or_false(distance, target, place)
    near: Array = np.maximum(margin - distance, 0)
    losses: Array = (equal * distance * distance + (1 - equal) * near * near) / 2
    value, factor = reduce(losses, expand(sample_weight, distance, distance.shape, place), reduction, place)
    da: Array = direction * ((equal * distance - (1 - equal) * near) * factor)[..., None]
    return value, (da, -da)
