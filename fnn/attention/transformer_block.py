"""The pre-norm transformer block."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeAlias, overload

from fnn.arrays import Array
from fnn.attention.feed_forward import FeedForward, feed_forward
from fnn.attention.pre_norm import PreNorm, pre_norm
from fnn.layers.activations import gelu_tanh
from fnn.layers.layer_norm import LayerNorm, layer_norm
from fnn.layers.rms_norm import RMSNorm
from fnn.layers.self_attention import KeyValues, MultiHeadAttention, self_attention
from fnn.model import Fn, Model
from fnn.recurrent.model import Recurrent
from fnn.recurrent.stacked import stacked
from fnn.recurrent.time_distributed import time_distributed
from fnn.tree import record

Norm: TypeAlias = LayerNorm | RMSNorm


@record
class TransformerBlock:
    """Parameters of a transformer block: attention and feed-forward part, each with the normalization before it."""

    attention: PreNorm[Norm, MultiHeadAttention]
    feed_forward: PreNorm[Norm, FeedForward]


@overload
def transformer_block(
    features: int,
    heads: int,
    *,
    causal: Literal[True],
    hidden: int | None = None,
    key_value_heads: int | None = None,
    rotary: bool = False,
    dropout: float = 0,
    activation: Fn[Array, Array] = gelu_tanh,
    norm: Callable[[int], Model[Any, Array, Array]] = layer_norm,
) -> Recurrent[TransformerBlock, tuple[KeyValues, None], Array, Array]: ...
@overload
def transformer_block(
    features: int,
    heads: int,
    *,
    causal: Literal[False] = False,
    hidden: int | None = None,
    key_value_heads: int | None = None,
    rotary: bool = False,
    dropout: float = 0,
    activation: Fn[Array, Array] = gelu_tanh,
    norm: Callable[[int], Model[Any, Array, Array]] = layer_norm,
) -> Recurrent[TransformerBlock, tuple[None, None], Array, Array]: ...
def transformer_block(
    features: int,
    heads: int,
    *,
    causal: bool = False,
    hidden: int | None = None,
    key_value_heads: int | None = None,
    rotary: bool = False,
    dropout: float = 0,
    activation: Fn[Array, Array] = gelu_tanh,
    norm: Callable[[int], Model[Any, Array, Array]] = layer_norm,
) -> Recurrent[TransformerBlock, Any, Array, Array]:
    """Self-attention, then a feed-forward part, each behind a normalization and with a way around it.

        h = x + dropout(attention(norm(x)))        y = h + dropout(feed_forward(norm(h)))

    From ``(batch, time, features)`` to the same shape. ``hidden`` is by default ``4 * features``. ``dropout`` is the
    probability of dropping on both branches and between the feed-forward layers. ``norm`` is `layer_norm` or
    `rms_norm`, ``activation`` any stage; the other options, and the errors, are those of `self_attention` and
    `feed_forward`. With ``causal``, the carry is the attention's cache of keys and values, and None.

    References: Vaswani et al. (2017), "Attention is all you need", fig. 1; Xiong et al. (2020), "On layer normalization
    in the transformer architecture", for the place of the normalization.

    >>> import fnn, numpy as np
    >>> block = fnn.transformer_block(8, 2, hidden=32, causal=True)
    >>> block.apply(block.init(fnn.Key(0)), np.ones((2, 5, 8), np.float32)).shape
    (2, 5, 8)
    """
    attention: Recurrent[MultiHeadAttention, Any, Array, Array]
    if causal:
        attention = self_attention(features, heads, causal=True, key_value_heads=key_value_heads, rotary=rotary)
    else:
        attention = self_attention(features, heads, key_value_heads=key_value_heads, rotary=rotary)
    inner = feed_forward(features, 4 * features if hidden is None else hidden, activation=activation, dropout=dropout)
    first: Recurrent[PreNorm[Norm, MultiHeadAttention], Any, Array, Array]
    first = pre_norm(norm(features), attention, dropout=dropout)
    second = pre_norm(norm(features), time_distributed(inner), dropout=dropout)
    return stacked(first, second).into(TransformerBlock)
