"""Rows for attention and positions: as ops, and as layers."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from fnn import layers, ops
from fnn.arrays import Array
from fnn.attention import feed_forward, pre_norm, transformer, transformer_block
from fnn.ops.rotary import rotary_table
from fnn.recurrent import backwards, padded
from fnn.sequences import Padded
from tests.cases import Case, Draw, normal


def attention(heads: int = 2, key_heads: int = 2, queries: int = 4, keys: int = 5, outputs: int = 3) -> Draw:
    """Draw queries, keys and values, for a batch of 2 and heads of size 3."""

    def draw(rng: np.random.Generator) -> tuple[Array, ...]:
        return (
            rng.standard_normal((2, heads, queries, 3)),
            rng.standard_normal((2, key_heads, keys, 3)),
            rng.standard_normal((2, key_heads, keys, outputs)),
        )

    return draw


def attention_row(name: str, inputs: Draw, **options: Any) -> Case:
    pair = (partial(ops.attention_forward, **options), ops.attention_backward)
    return Case(name, pair, inputs, analytic=True, batched=False)  # the first argument alone is no batch


def rotary_row(name: str, pairs: int, *, interleaved: bool = False) -> Case:
    cos, sin = rotary_table(np.arange(2, 7), 2 * pairs)
    forward = partial(ops.rotary_forward, cos=cos, sin=sin, interleaved=interleaved)
    return Case(name, (forward, ops.rotary_backward), normal(2, 3, 5, 6), analytic=True)


MASK = np.random.default_rng(0).random((2, 1, 4, 5)) < 0.6
MASK[1, 0, 2] = False  # a query that may attend nothing
BIAS = np.random.default_rng(1).standard_normal((1, 4, 1, 5))

OPS: list[Case] = [
    attention_row("attention", attention()),
    attention_row("attention(causal)", attention(queries=5), causal=True),
    attention_row("attention(causal, offset)", attention(queries=2), causal=True, offset=2),
    attention_row("attention(mask)", attention(), mask=MASK),
    attention_row("attention(grouped)", attention(heads=4, outputs=2)),
    attention_row(
        "attention(grouped, all options)",
        attention(heads=4, key_heads=2),
        mask=MASK,
        bias=BIAS,
        causal=True,
        offset=1,
        scale=0.7,
        softcap=1.5,
    ),
    attention_row("attention(one key head)", attention(heads=3, key_heads=1), causal=True, offset=1),
    rotary_row("rotary", 3),
    rotary_row("rotary(interleaved)", 3, interleaved=True),
    rotary_row("rotary(a part)", 2),
    rotary_row("rotary(a part, interleaved)", 2, interleaved=True),
    Case(
        "sinusoidal_positions",
        (ops.sinusoidal_positions_forward, ops.sinusoidal_positions_backward),
        normal(2, 4, 5),
        analytic=True,
    ),
    Case(
        "sinusoidal_positions(given)",
        (
            partial(ops.sinusoidal_positions_forward, positions=np.array([7, 0, 2, 2])),
            ops.sinusoidal_positions_backward,
        ),
        normal(2, 4, 5),
        analytic=True,
    ),
]


def with_mask(draw: Draw) -> Draw:
    """Draw the values of two sequences of four steps, one of them with holes."""
    mask = np.array([[True, True, True, True], [False, True, False, True]])
    return lambda rng: Padded(draw(rng), mask)


SMALL = normal(2, 4, 4)

LAYERS: list[Case] = [
    Case("learned_positions", layers.learned_positions(6, 3), normal(2, 4, 3)),
    Case("learned_positions(padded)", padded(layers.learned_positions(6, 4)), with_mask(SMALL)),
    Case("learned_positions(backwards)", backwards(padded(layers.learned_positions(6, 4))), with_mask(SMALL)),
    Case("self_attention", layers.self_attention(4, 2), SMALL),
    Case("self_attention(causal)", layers.self_attention(4, 2, causal=True), SMALL),
    Case("self_attention(no bias)", layers.self_attention(4, 1, bias=False), SMALL),
    Case("self_attention(grouped, rotary)", layers.self_attention(4, 2, key_value_heads=1, rotary=True), SMALL),
    Case("self_attention(padded)", padded(layers.self_attention(4, 2, rotary=True)), with_mask(SMALL)),
    Case(
        "self_attention(padded, causal, rotary)",
        padded(layers.self_attention(4, 2, causal=True, rotary=True)),
        with_mask(SMALL),
    ),
    Case(
        "self_attention(backwards)",
        backwards(padded(layers.self_attention(4, 2, causal=True, rotary=True))),
        with_mask(SMALL),
    ),
    Case("sinusoidal_positions", layers.sinusoidal_positions, normal(2, 4, 5)),
    Case("sinusoidal_positions(padded)", padded(layers.sinusoidal_positions), with_mask(SMALL)),
]


def tokens(rng: np.random.Generator) -> Any:
    return rng.integers(0, 3, (2, 4))


BLOCK = transformer_block(4, 2, causal=True, hidden=5, rotary=True)

ATTENTION: list[Case] = [
    Case("feed_forward", feed_forward(3, 5), normal(2, 4, 3)),
    Case("feed_forward(swiglu)", feed_forward(3, 4, activation=layers.swiglu), normal(2, 4, 3)),
    Case("feed_forward(dropout)", feed_forward(3, 5, dropout=0.4), normal(2, 4, 3), agrees=False, batched=False),
    Case("pre_norm", pre_norm(layers.layer_norm(4), layers.self_attention(4, 2)), SMALL),
    Case("pre_norm(gru, padded)", padded(pre_norm(layers.rms_norm(4), layers.gru(4, 4))), with_mask(SMALL)),
    Case(
        "pre_norm(dropout)",
        pre_norm(layers.layer_norm(4), layers.self_attention(4, 2, causal=True), dropout=0.4),
        SMALL,
        agrees=False,
        batched=False,
    ),
    Case("transformer", transformer(3, 4, 2, 2, hidden=3), tokens),
    Case("transformer(learned)", transformer(5, 4, 2, 1, hidden=3, positions="learned", length=6), tokens),
    Case(
        "transformer(all options)",
        transformer(
            5,
            4,
            2,
            1,
            positions="sinusoidal",
            hidden=4,
            key_value_heads=1,
            dropout=0.3,
            activation=layers.swiglu,
            norm=layers.rms_norm,
        ),
        tokens,
        agrees=False,
        batched=False,
    ),
    Case("transformer(padded)", padded(transformer(3, 4, 2, 1, hidden=3)), with_mask(tokens)),
    Case("transformer_block", transformer_block(4, 2, hidden=5), SMALL),
    Case("transformer_block(causal, rotary)", BLOCK, SMALL),
    Case("transformer_block(padded)", padded(BLOCK), with_mask(SMALL)),
    Case("transformer_block(backwards)", backwards(padded(BLOCK)), with_mask(SMALL)),
    Case(
        "transformer_block(dropout)",
        transformer_block(4, 2, hidden=5, dropout=0.3),
        SMALL,
        agrees=False,
        batched=False,
    ),
]
