"""Attention, with what ONNX has for masks and caches, and rotary positions."""

from __future__ import annotations

import numpy as np

from fnn import ops
from fnn.arrays import Array, BoolArray
from fnn.ops.attention import attention_scores
from tests.onnx.node import AnyArray, Node, NotSupported, Operator, Reason


def attention(node: Node) -> tuple[Array, ...]:
    """Heads are split off the features if they are no axis yet; keys and values of the past come before the others.

    The last output are the scores as products, behind the soft cap, behind the masks, or as weights.
    """
    query = heads(node.array(0), node["q_num_heads"])
    key, value = (heads(node.array(i), node["kv_num_heads"]) for i in (1, 2))
    if node.has(4):
        key, value = (np.concatenate([node.array(i), new], axis=2) for i, new in [(4, key), (5, value)])
    past = node.array(4).shape[2] if node.has(4) else 0
    mask, bias = masks(node, query.shape[2], key.shape[2], past)
    causal, softcap = bool(node["is_causal"]) and not node.has(6), node["softcap"] or None
    y, cache = ops.attention_forward(
        query, key, value, mask=mask, bias=bias, causal=causal, offset=past, scale=node["scale"], softcap=softcap
    )
    if node.array(0).ndim == 3:
        y = y.swapaxes(1, 2).reshape(*node.array(0).shape[:2], -1)
    mode = node["qk_matmul_output_mode"]
    if mode == 3:
        return y, key, value, cache.weights
    scores = attention_scores(query, key, cache.scale, softcap if mode else None)[0]
    if mode == 2:
        scores = np.where(cache.weights > 0, scores if bias is None else scores + bias, -np.inf)
    return y, key, value, scores


def flex_attention(node: Node) -> Array:
    if node["score_mod"] or node["prob_mod"]:
        raise NotSupported(Reason.SUBGRAPH)
    return ops.attention_forward(node.array(0), node.array(1), node.array(2), scale=node["scale"])[0]


def rotary_embedding(node: Node) -> Array:
    """Cosines and sines are looked up by position, if positions are given, and are the same for all heads."""
    x, (cos, sin) = node.array(0), (node.array(1), node.array(2))
    if node.has(3):
        cos, sin = cos[node.integers(3)], sin[node.integers(3)]
    options = {"interleaved": bool(node["interleaved"])}
    y = ops.rotary_forward(heads(x, node["num_heads"]), cos[:, None], sin[:, None], **options)[0]
    return y if x.ndim == 4 else y.swapaxes(1, 2).reshape(x.shape)


def heads(x: Array, count: int | None) -> Array:
    """Return (batch, time, features) as (batch, heads, time, size)."""
    return x if count is None else x.reshape(*x.shape[:2], count, -1).swapaxes(1, 2)


def masks(node: Node, queries: int, keys: int, past: int) -> tuple[BoolArray, Array | None]:
    """Return which keys each query may attend, and what is added to the scores; fnn's causal mask is not among it.

    Where lengths are given the keys are a whole cache, in which the queries stand at the end of each sample, and the
    causal mask differs from sample to sample.
    """
    mask, bias = np.ones((1, 1, queries, keys), np.bool_), None
    behind = np.arange(keys) - np.arange(queries)[:, None] - past  # how far each key stands behind each query
    if node.has(6):
        lengths = node.integers(6)[:, None, None, None]
        mask = mask & (np.arange(keys) < lengths)
        behind = behind + queries - lengths
        if node["is_causal"]:
            mask = mask & (behind <= 0)
    if (left := node["left_window_size"]) not in (None, -1):
        mask = mask & (behind >= -left)
    if (right := node["right_window_size"]) not in (None, -1):
        mask = mask & (behind <= right)
    if node.has(3):
        given = completed(node.raw(3), keys)
        if given.dtype == np.bool_:
            mask = mask & given
        else:
            bias = given
    return mask, bias


def completed(mask: AnyArray, keys: int) -> AnyArray:
    """Return a mask with four axes, in which the last keys are masked if it does not speak of them."""
    mask = mask.reshape((1,) * (4 - mask.ndim) + mask.shape)
    rest = np.full((*mask.shape[:-1], keys - mask.shape[-1]), False if mask.dtype == np.bool_ else -np.inf, mask.dtype)
    return np.concatenate([mask, rest], axis=-1)


OPERATORS: dict[str, Operator] = {
    "Attention": attention,
    "FlexAttention": flex_attention,
    "RotaryEmbedding": rotary_embedding,
}
