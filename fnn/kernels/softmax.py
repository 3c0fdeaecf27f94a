"""The softmax of rows of scores, as attention takes it; the mathematics stands in `fnn.ops.attention`."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.kernels.choice import kernel


@kernel
def softmax_rows(scores: Array, queries: int, past: int) -> None:
    """Turn each row of scores (rows, keys) into its softmax, in place; one that is minus infinity all through into 0.

    Row ``r`` belongs to query ``i = r % queries``, which may attend the keys ``0, ..., i + past`` alone.

    >>> scores = np.zeros((2, 2))
    >>> softmax_rows(scores, 2, 0)
    >>> scores
    array([[1. , 0. ],
           [0.5, 0.5]])
    """
    keys = scores.shape[-1]
    if past < keys - 1:
        unseen = ~np.tri(queries, keys, past, dtype=np.bool_)
        np.copyto(scores.reshape(-1, queries, keys), -np.inf, where=unseen)
    top: Array = scores.max(axis=-1, keepdims=True)
    top[top == -np.inf] = 0
    with np.errstate(over="ignore"):  # a difference too large for the dtype is minus infinity
        scores -= top
    np.exp(scores, out=scores)
    total: Array = scores.sum(axis=-1, keepdims=True)
    total[total == 0] = 1
    scores /= total


@kernel
def softmax_rows_gradient(dweights: Array, weights: Array) -> None:
    """Turn the gradient of each row of weights into that of its scores, in place: ``a_j (da_j - sum_l a_l da_l)``.

    >>> gradient = np.array([[1.0, 0.0]])
    >>> softmax_rows_gradient(gradient, np.array([[0.5, 0.5]]))
    >>> gradient
    array([[ 0.25, -0.25]])
    """
    dweights -= np.einsum("rk,rk->r", dweights, weights)[:, None]
    dweights *= weights
