"""The triplet loss: an anchor is to be nearer to one of its kind than to another, by a margin; and its derivative.

With the embeddings ``a`` of the anchor, ``p`` of the positive, which is of its kind, and ``n`` of the negative, which
is not, and the directions ``u = (a - p) / |a - p|`` and ``v = (a - n) / |a - n|``,

    l = max(0, |a - p| - |a - n| + margin)
    dl/da = u - v        dl/dp = -u        dl/dn = v        where l > 0,        0 where the negative is far enough

There are two kinds of kinks: at ``|a - p| - |a - n| + margin = 0`` the subgradient taken is 0; where two embeddings are
the same they have no direction, and ``u`` or ``v`` is taken as 0. A network that maps everything to one point therefore
stays there: do not start it at zero.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np

from fnn.arrays import Array, describe
from fnn.errors import StructureError
from fnn.losses.reduction import Reduction, expand, reduce
from fnn.losses.vectors import check_members, polar
from fnn.validate import in_range

Triple: TypeAlias = tuple[Array, Array, Array]
"""The embeddings of anchors, positives and negatives."""


def triplet(
    y: Triple,
    target: None = None,
    *,
    margin: float = 1.0,
    reduction: Reduction = "mean",
    sample_weight: Array | None = None,
) -> tuple[float, Triple]:
    """Return the triplet loss of a batch of triples, with Euclidean distances, and its gradient for all three members.

    Shapes: y is ``(anchor, positive, negative)``, each (batch, ..., features). The target is None, for the triple says
    it all: ``fnn.batches(triples, None, ...)``. ``margin`` above 0. ``"mean"`` is over the triples, those that cost
    nothing included. ``sample_weight`` (batch,), or of the shape of a member without its last axis, multiplies the
    losses; a weighted mean divides by the sum of the weights.

    Raises StructureError for another target; HyperparameterError for a bad margin; ShapeError, DtypeError, DataError
    for arrays that do not fit each other or are empty.

    Reference: Hermans, Beyer, Leibe (2017), "In defense of the triplet loss for person re-identification", eq. 2;
    Schroff, Kalenichenko, Philbin (2015), "FaceNet", eq. 3, has the squares of the distances.

    >>> a, p, n = np.array([[0.0, 0.0]]), np.array([[3.0, 4.0]]), np.array([[0.0, 2.0]])
    >>> value, (da, dp, dn) = triplet((a, p, n))
    >>> value, da, dp, dn
    (4.0, array([[-0.6,  0.2]]), array([[0.6, 0.8]]), array([[ 0., -1.]]))
    """
    place = "triplet"
    in_range(place, 0, math.inf, low_open=True, high_open=True, margin=margin)
    if target is not None:
        raise StructureError(place, "None as the target", describe(target), "The triple says it all.")
    check_members(y, place, "anchor", "positive", "negative")
    near, u = polar(y[0] - y[1])
    far, v = polar(y[0] - y[2])
    short: Array = (near - far)[..., 0] + margin
    weight = expand(sample_weight, short, short.shape, place)
    value, factor = reduce(np.maximum(short, 0), weight, reduction, place)
    active: Array = ((short > 0) * factor)[..., None].astype(short.dtype)
    u *= active
    v *= active
    return value, (u - v, -u, v)
