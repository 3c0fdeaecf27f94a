"""The supervised contrastive loss: each embedding is to be told from all of the batch by those of its class; derived.

The n pairs of a batch hold 2n embeddings ``z``. With their directions ``e = z / |z|`` and the ``temperature`` T, each
one, i, gives shares to all others by how near they are in angle, and wants them to go to the others of its own class,
``C(i)``, to each the same:

    s[i,j] = <e[i], e[j]> / T        p[i,j] = exp s[i,j] / sum over k != i of exp s[i,k]
    q[i,j] = 1 / |C(i)| for j in C(i), 0 for others        l[i] = -sum_j q[i,j] log p[i,j]

This is a softmax cross-entropy with the soft target ``q[i]``, so that ``dl[i]/ds[i,j] = p[i,j] - q[i,j]``; on the
diagonal, which takes no part, both are 0. In the loss ``L = sum_i w[i] l[i]`` an embedding stands in its own row and
in the column of every other; with ``G[i,j] = w[i] (p[i,j] - q[i,j])`` and by ``de/dz = (I - e e^T) / |z|``,

    dL/de[i] = 1/T sum_j (G[i,j] + G[j,i]) e[j]        dL/dz[i] = (dL/de[i] - <e[i], dL/de[i]> e[i]) / |z[i]|

The largest ``s`` of a row is subtracted before the exponential. The other member of its pair is always in ``C(i)``,
which is therefore never empty. A vector of zeros has no direction: its cosines are taken as 0, and so is its gradient.
"""

from __future__ import annotations

import math

import numpy as np

from fnn.arrays import Array, IntArray, describe
from fnn.errors import LabelError
from fnn.losses.reduction import Reduction, expand_rows, reduce
from fnn.losses.vectors import Pair, check_members, polar
from fnn.validate import in_range


def supervised_contrastive(
    y: Pair,
    target: IntArray,
    *,
    temperature: float = 0.1,
    reduction: Reduction = "mean",
    sample_weight: Array | None = None,
) -> tuple[float, Pair]:
    """Return the supervised contrastive loss of a batch of pairs, each of one class, and its gradient for both members.

    Shapes: y is ``(a, b)``, each (batch, ..., features): two views of one image, say; target (batch, ...), the class
    of each pair, any integer. With classes that are all different this is the loss of pairs without labels (SimCLR).
    ``temperature`` above 0: the lower, the more only the nearest count. ``"mean"`` is over the members of all pairs,
    ``"sum"`` adds them. ``sample_weight`` (batch,), or of target's shape, multiplies the losses of both members; a
    weighted mean divides by the sum of the weights. Takes memory for (2 batch)^2 numbers.

    Raises LabelError for targets that are not one integer a pair; HyperparameterError for a bad temperature;
    ShapeError, DtypeError, DataError for arrays that do not fit each other or are empty.

    Reference: Khosla et al. (2020), "Supervised contrastive learning", eq. 2; Chen et al. (2020), "A simple framework
    for contrastive learning of visual representations", eq. 1, for pairs without labels.

    >>> a, b = np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([[0.0, 1.0], [0.0, 1.0]])
    >>> value, (da, db) = supervised_contrastive((a, b), np.array([3, 5]), temperature=1.0)
    >>> round(value, 4), da.round(4)
    (1.1711, array([[ 0.    , -0.1335],
           [ 0.0611,  0.    ]]))
    """
    place = "supervised_contrastive"
    in_range(place, 0, math.inf, low_open=True, high_open=True, temperature=temperature)
    check_members(y, place, "first", "second")
    _check_labels(target, y[0].shape[:-1], place)
    labels = np.concatenate([target, target], axis=None)
    weight = expand_rows(sample_weight, y[0], place)
    length, e = polar(np.concatenate([member.reshape(-1, member.shape[-1]) for member in y]))

    s: Array = e @ e.T / temperature
    np.fill_diagonal(s, -np.inf)
    s -= s.max(axis=1, keepdims=True)
    s -= np.log(np.exp(s).sum(axis=1, keepdims=True))  # now log p
    same = labels[:, None] == labels
    np.fill_diagonal(same, False)
    q: Array = same / same.sum(axis=1, keepdims=True, dtype=e.dtype)
    losses: Array = -(q * np.where(same, s, 0)).sum(axis=1, keepdims=True)
    value, factor = reduce(losses, None if weight is None else np.concatenate([weight, weight]), reduction, place)

    g: Array = (np.exp(s) - q) * factor
    de: Array = (g + g.T) @ e / temperature
    dz: Array = de - e * (e * de).sum(axis=1, keepdims=True)
    dz /= np.where(length > 0, length, np.inf)
    da, db = dz.reshape(2, *y[0].shape)
    return value, (da, db)


def _check_labels(target: object, shape: tuple[int, ...], place: str) -> None:
    if not isinstance(target, np.ndarray) or target.dtype.kind not in "iu" or target.shape != shape:
        hint = "The label of a pair is the class of both."
        raise LabelError(place, f"labels as integers of shape {shape}", describe(target), hint)
