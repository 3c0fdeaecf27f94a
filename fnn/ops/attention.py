"""Scaled dot-product attention, with masks and grouped queries, and its derivative.

Each query ``q_i`` takes the mean of the values ``v_j``, weighted by how well their keys ``k_j`` fit it:

    s_ij = c <q_i, k_j>          a_ij = e^(s_ij) / sum_l e^(s_il)          y_i = sum_j a_ij v_j

with the sums over the keys that the query may attend. As matrices, for one head: ``S = c Q K^T``, ``A = softmax(S)`` in
each row, ``Y = A V``. Two linear maps and a softmax between them; the chain rule from the end gives

    Y = A V          dV = A^T dY,   dA = dY V^T
    A = softmax(S)   ds_ij = a_ij (da_ij - r_i)          with r_i = sum_l a_il da_il
    S = c Q K^T      dQ = c dS K,   dK = c dS^T Q

The weights are cached, and what they came from.

The scale ``c`` is ``1 / sqrt(size)`` unless given: for independent features of mean 0 and variance 1 the scores have
the variance 1 then, however many features there are, and the softmax does not saturate.

**Masks.** A score that is masked is minus infinity, its weight 0, and no gradient passes. A query that may attend
nothing has the output 0 and the gradient 0; neither depends on any key. A causal mask lets the query at position ``i``
attend the keys at ``0, ..., i``; with ``offset`` keys in front of the first query (from a cache) its position is
``offset`` plus its index.

**Grouped queries.** With fewer heads of keys than of queries, consecutive heads of queries share one head of keys and
values. Their rows are stacked, ``(groups, queries) -> (groups queries)``, and meet the keys in one product: no key is
ever copied, and the gradients of the groups are added up by that product.

**Soft cap.** ``s -> m tanh(s / m)`` keeps scores between ``-m`` and ``m``; its derivative is ``1 - tanh^2(s / m)``.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from fnn.arrays import Array, BoolArray, describe
from fnn.errors import DtypeError, HyperparameterError, ShapeError
from fnn.kernels import softmax_rows, softmax_rows_gradient


class AttentionCache(NamedTuple):
    """What the backward needs; ``weights`` (..., heads, queries, keys) show what was attended."""

    query: Array  # times the scale, heads of a group stacked: (..., key heads, groups * queries, size)
    key: Array
    value: Array
    weights: Array
    slope: Array | None  # of the soft cap
    scale: float


def attention_forward(
    query: Array,
    key: Array,
    value: Array,
    *,
    mask: BoolArray | None = None,
    bias: Array | None = None,
    causal: bool = False,
    offset: int = 0,
    scale: float | None = None,
    softcap: float | None = None,
) -> tuple[Array, AttentionCache]:
    """Return for each query the mean of the values, weighted by the softmax of its scores, and the cache.

    Shapes: query (..., heads, queries, size), key (..., key heads, keys, size), value (..., key heads, keys, outputs);
    y (..., heads, queries, outputs). The number of heads is a multiple of that of key heads: head ``h`` of the queries
    attends head ``h // (heads / key heads)`` of the keys.

    ``mask``: True where a query may attend a key; it has all axes of the scores (..., heads, queries, keys), each of
    its size or 1. ``bias``: constants added to the scores, with axes by the same rule; minus infinity masks.
    ``causal``: keys after the query are masked; ``offset`` is the number of keys before the first query. ``scale`` is
    by default ``1 / sqrt(size)``. ``softcap``, above 0, bounds the scores, before bias and masks.

    The largest score of each row is subtracted before the powers are taken, as in `fnn.ops.softmax`. Raises ShapeError
    for shapes that do not fit, DtypeError for a mask that is not boolean, HyperparameterError for a softcap out of
    range.

    References: Vaswani et al. (2017), "Attention is all you need", eq. 1; Ainslie et al. (2023), "GQA: training
    generalized multi-query transformer models"; Gemma Team
    (2024), "Gemma 2", sec. 2, for the soft cap.

    >>> query, key = np.array([[[0.0, 0.0], [9.0, 0.0]]]), np.array([[[1.0, 0.0], [-1.0, 0.0]]])
    >>> value = np.array([[[1.0], [2.0]]])
    >>> attention_forward(query, key, value)[0].round(3).tolist()
    [[[1.5], [1.0]]]
    >>> attention_forward(query, key, value, causal=True)[0].round(3).tolist()
    [[[1.0], [1.0]]]
    """
    _check(query, key, value)
    scale = 1 / math.sqrt(query.shape[-1]) if scale is None else float(scale)
    scores, slope, stacked = attention_scores(query, key, scale, softcap)
    if bias is not None:
        _check_axes(bias.shape, scores.shape, "bias")
        scores += bias
    if mask is not None:
        _check_mask(mask, scores.shape)
        np.copyto(scores, -np.inf, where=~mask)
    scores = np.ascontiguousarray(scores)  # products of arrays in other layouts may be in another one, too
    queries, keys = scores.shape[-2:]
    if scores.size:
        softmax_rows(scores.reshape(-1, keys), queries, offset if causal else keys)
    weights = scores
    y: Array = (weights.reshape(*stacked.shape[:-1], -1) @ value).reshape(*query.shape[:-1], value.shape[-1])
    return y, AttentionCache(stacked, key, value, weights, slope, scale)


def attention_backward(dy: Array, cache: AttentionCache) -> tuple[Array, Array, Array]:
    """Return ``(dquery, dkey, dvalue)``; those of keys and values are summed over the heads that share them.

    >>> query, key, value = np.zeros((1, 1, 2)), np.ones((1, 4, 2)), np.ones((1, 4, 1))
    >>> _, cache = attention_forward(query, key, value)
    >>> attention_backward(np.ones((1, 1, 1)), cache)[2].ravel().tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    query, key, value, weights, slope, scale = cache
    rows = query.shape[:-1]
    dy_stacked = dy.reshape(*rows, dy.shape[-1])
    dvalue: Array = weights.reshape(*rows, -1).swapaxes(-1, -2) @ dy_stacked
    dscores: Array = (dy_stacked @ value.swapaxes(-1, -2)).reshape(weights.shape)
    dscores = np.ascontiguousarray(dscores)
    softmax_rows_gradient(dscores.reshape(-1, dscores.shape[-1]), weights.reshape(-1, weights.shape[-1]))
    if slope is not None:
        dscores *= slope
    dscores = dscores.reshape(*rows, -1)
    dquery: Array = dscores @ key
    dquery *= scale
    dkey: Array = dscores.swapaxes(-1, -2) @ query
    return dquery.reshape(*weights.shape[:-1], -1), dkey, dvalue


def attention_scores(
    query: Array, key: Array, scale: float, softcap: float | None
) -> tuple[Array, Array | None, Array]:
    """Return the scores, the derivative of the soft cap if there is one, and the scaled queries, stacked by groups."""
    *lead, heads, queries, size = query.shape
    key_heads, keys = key.shape[-3:-1]
    stacked = (query * scale).reshape(*lead, key_heads, heads // key_heads * queries, size)
    scores: Array = (stacked @ key.swapaxes(-1, -2)).reshape(*lead, heads, queries, keys)
    if softcap is None:
        return scores, None, stacked
    if not 0 < softcap < math.inf:
        raise HyperparameterError("attention", "softcap in (0, inf)", repr(softcap), "None means no cap.")
    capped: Array = np.tanh(scores * (1 / softcap))
    return capped * softcap, 1 - capped * capped, stacked


def _check_mask(mask: BoolArray, shape: tuple[int, ...]) -> None:
    if mask.dtype != np.bool_:
        hint = "True where a query may attend; a float mask that is added to the scores is a bias."
        raise DtypeError("attention", "a boolean mask", describe(mask), hint)
    _check_axes(mask.shape, shape, "mask")


def _check(query: Array, key: Array, value: Array) -> None:
    fit = (
        query.ndim == key.ndim == value.ndim >= 3
        and query.shape[:-3] == key.shape[:-3]
        and query.shape[-1] == key.shape[-1]
        and key.shape[:-1] == value.shape[:-1]
    )
    if not fit:
        raise ShapeError(
            "attention",
            "query (..., heads, queries, size), key (..., key heads, keys, size), value (..., key heads, keys, out)",
            f"{query.shape}, {key.shape} and {value.shape}",
        )
    heads, key_heads, keys = query.shape[-3], *key.shape[-3:-1]
    if key_heads < 1 or heads % key_heads:
        hint = "Each head of keys serves the same number of heads of queries."
        raise ShapeError("attention", "heads as a multiple of key heads", f"{heads} and {key_heads}", hint)
    if keys < 1:
        raise ShapeError("attention", "at least one key", f"key of shape {key.shape}")


def _check_axes(given: tuple[int, ...], scores: tuple[int, ...], what: str) -> None:
    """Refuse what NumPy would refuse to broadcast, and what it would broadcast from fewer axes."""
    if len(given) != len(scores) or any(a not in (1, b) for a, b in zip(given, scores, strict=True)):
        hint = (
            f"Write {what}[:, None, None, :] if it is (batch, keys), {what}[None, None] if it is (queries, keys)."
            if len(scores) == 4 and len(given) == 2
            else "Each axis has the size of the scores (..., heads, queries, keys) or 1."
        )
        raise ShapeError("attention", f"{what} of shape {scores}, or with axes of size 1", f"shape {given}", hint)
