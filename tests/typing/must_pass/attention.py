"""Attention: layers with and without a cache, blocks, transformers, and going on with a prompt."""

from collections.abc import Iterator
from typing import Any, assert_type

import numpy as np

import fnn
from fnn import (
    GRU,
    Array,
    Dense,
    FeedForward,
    IntArray,
    Key,
    KeyValues,
    LayerNorm,
    LearnedPositions,
    Model,
    MultiHeadAttention,
    Padded,
    PreNorm,
    Recurrent,
    Serial,
    Transformer,
    TransformerBlock,
    ops,
)

# --- the cache is in the type ---

whole = fnn.self_attention(8, 2)
assert_type(whole, Recurrent[MultiHeadAttention, None, Array, Array])
causal = fnn.self_attention(8, 2, causal=True, rotary=True)
assert_type(causal, Recurrent[MultiHeadAttention, KeyValues, Array, Array])
params, x = causal.init(Key(0)), np.ones((1, 3, 8), np.float32)
y, cache = causal.step(params, x)
assert_type(y, Array)
assert_type(cache, KeyValues)
y, cache = causal.step(params, x, cache)
assert_type(fnn.padded(causal), Recurrent[MultiHeadAttention, KeyValues, Padded[Array], Padded[Array]])
assert_type(fnn.learned_positions(16, 8), Recurrent[LearnedPositions, IntArray, Array, Array])
assert_type(fnn.sinusoidal_positions, Recurrent[None, IntArray, Array, Array])
assert_type(params.key_bias, Array | None)

# --- blocks ---

assert_type(fnn.feed_forward(8, 32), Model[FeedForward, Array, Array])
framed = fnn.pre_norm(fnn.layer_norm(8), fnn.gru(8, 8))
assert_type(framed, Recurrent[PreNorm[LayerNorm, GRU], Array, Array, Array])
block = fnn.transformer_block(8, 2, causal=True, norm=fnn.rms_norm)
assert_type(block, Recurrent[TransformerBlock, tuple[KeyValues, None], Array, Array])
assert_type(fnn.transformer_block(8, 2), Recurrent[TransformerBlock, tuple[None, None], Array, Array])
encoder = fnn.padded(fnn.transformer_block(8, 2)) >> fnn.mean_valid_steps >> fnn.dense(8, 2)
assert_type(encoder, Serial[Padded[Array], Array, TransformerBlock, Dense])

# --- language models ---

model = fnn.transformer(27, 8, 2, 2)
assert_type(model, Recurrent[Transformer, tuple[Any, ...], IntArray, Array])
language = model.init(Key(0))
assert_type(language.blocks[0].attention.inner, MultiHeadAttention)
prompt = np.array([[1, 2, 3]])
tokens = fnn.generate(model, language, prompt, Key(0), count=5, temperature=0.8, top_k=3)
assert_type(tokens, Iterator[IntArray])
fnn.generate(model, language, fnn.pad_sequences([np.array([1, 2]), np.array([3])]), Key(0))
stack = fnn.stacked(fnn.time_distributed(fnn.embedding(27, 8)), fnn.gru(8, 8), fnn.time_distributed(fnn.dense(8, 27)))
fnn.generate(stack, stack.init(Key(0)), prompt, Key(0))
assert_type(fnn.sample(np.zeros((2, 5), np.float32), Key(0)), IntArray)

# --- the op ---

heads: Array = np.ones((2, 4, 5, 8), np.float32)
out, kept = ops.attention_forward(heads, heads, heads, mask=np.ones((2, 1, 1, 5), np.bool_), causal=True)
assert_type(kept.weights, Array)
assert_type(ops.attention_backward(out, kept), tuple[Array, Array, Array])
