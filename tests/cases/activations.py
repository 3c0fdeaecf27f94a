"""Rows for the activations that came after the book's: as ops, and as layers."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from fnn import layers, ops
from fnn.arrays import Array
from tests.cases import Case, Draw, away_from, normal


def away_from_both(low: float, high: float, *shape: int, margin: float = 0.05) -> Draw:
    """Draw numbers below, between and above two kinks, none nearer to either than ``margin``."""

    def draw(rng: np.random.Generator) -> Array:
        part = rng.integers(0, 3, shape)
        x: Array = rng.uniform(margin, high - low - margin, shape) + low + (part - 1) * (high - low)
        return x

    return draw


def apart(*shape: int) -> Draw:
    """Draw numbers no two of which are nearer to each other than 0.1, so that the largest stays the largest."""

    def draw(rng: np.random.Generator) -> Array:
        size = int(np.prod(shape))
        x: Array = 0.1 * (rng.permutation(size) - size / 2).reshape(shape)
        return x

    return draw


def with_slope(x: Draw, *slope: int) -> Draw:
    def draw(rng: np.random.Generator) -> Any:
        return x(rng), rng.standard_normal(slope)

    return draw


HARD_SIGMOID = partial(ops.hard_sigmoid_forward, slope=0.4, offset=0.3)  # its corners are at -0.75 and 1.75
PRELU = (ops.prelu_forward, ops.prelu_backward)

OPS: list[Case] = [
    Case("celu", (ops.celu_forward, ops.celu_backward), normal(4, 5), analytic=True),
    Case("celu(alpha=2.5)", (partial(ops.celu_forward, alpha=2.5), ops.celu_backward), normal(4, 5), analytic=True),
    Case("geglu", (ops.geglu_forward, ops.geglu_backward), normal(4, 6)),
    Case("geglu(sequence)", (ops.geglu_forward, ops.geglu_backward), normal(2, 3, 4)),
    Case("glu", (ops.glu_forward, ops.glu_backward), normal(4, 6), analytic=True),
    Case("glu(sequence)", (ops.glu_forward, ops.glu_backward), normal(2, 3, 4), analytic=True),
    Case("hard_sigmoid", (ops.hard_sigmoid_forward, ops.hard_sigmoid_backward), away_from_both(-3, 3, 4, 5)),
    Case("hard_sigmoid(slope=0.4)", (HARD_SIGMOID, ops.hard_sigmoid_backward), away_from_both(-0.75, 1.75, 4, 5)),
    Case("hard_swish", (ops.hard_swish_forward, ops.hard_swish_backward), away_from_both(-3, 3, 4, 5)),
    Case("hard_tanh", (ops.hard_tanh_forward, ops.hard_tanh_backward), away_from_both(-1, 1, 4, 5)),
    Case(
        "hard_tanh(low=0, high=6)",
        (partial(ops.hard_tanh_forward, low=0, high=6), ops.hard_tanh_backward),
        away_from_both(0, 6, 4, 5),
    ),
    Case("maxout", (partial(ops.maxout_forward, pieces=3), ops.maxout_backward), apart(4, 6), analytic=True),
    Case("maxout(1)", (partial(ops.maxout_forward, pieces=1), ops.maxout_backward), normal(4, 6), analytic=True),
    Case("maxout(images)", (partial(ops.maxout_forward, pieces=2), ops.maxout_backward), apart(2, 3, 2, 4)),
    Case("mish", (ops.mish_forward, ops.mish_backward), normal(4, 5), analytic=True),
    Case("prelu", PRELU, with_slope(away_from(0, 4, 5), 1), analytic=True),
    Case("prelu(one a feature)", PRELU, with_slope(away_from(0, 4, 2, 5), 5), analytic=True),
    Case("prelu(one a row)", PRELU, with_slope(away_from(0, 4, 2, 5), 2, 1), analytic=True),
    Case("selu", (ops.selu_forward, ops.selu_backward), away_from(0, 4, 5), analytic=True),
    Case(
        "selu(alpha=2, scale=3)",
        (partial(ops.selu_forward, alpha=2, scale=3), ops.selu_backward),
        away_from(0, 4, 5),
        analytic=True,
    ),
    Case("softsign", (ops.softsign_forward, ops.softsign_backward), away_from(0, 4, 5), analytic=True),
    Case("swiglu", (ops.swiglu_forward, ops.swiglu_backward), normal(4, 6), analytic=True),
    Case("swiglu(sequence)", (ops.swiglu_forward, ops.swiglu_backward), normal(2, 3, 4), analytic=True),
]

LAYERS: list[Case] = [
    Case("celu", layers.celu(), normal(4, 5)),
    Case("celu(0.5)", layers.celu(0.5), normal(4, 5)),
    Case("geglu", layers.geglu, normal(4, 6)),
    Case("glu", layers.glu, normal(4, 6)),
    Case("glu(sequence)", layers.glu, normal(2, 3, 4)),
    Case("hard_sigmoid", layers.hard_sigmoid, away_from_both(-3, 3, 4, 5)),
    Case("hard_swish", layers.hard_swish, away_from_both(-3, 3, 4, 5)),
    Case("hard_tanh", layers.hard_tanh(), away_from_both(-1, 1, 4, 5)),
    Case("hard_tanh(0, 6)", layers.hard_tanh(0, 6), away_from_both(0, 6, 4, 5)),
    Case("maxout", layers.maxout(3), apart(4, 6)),
    Case("maxout(images)", layers.maxout(2), apart(2, 3, 2, 4)),
    Case("mish", layers.mish, normal(4, 5)),
    Case("prelu", layers.prelu(), away_from(0, 4, 5)),
    Case("prelu(one a feature)", layers.prelu(5), away_from(0, 4, 2, 5)),
    Case("selu", layers.selu, away_from(0, 4, 5)),
    Case("softsign", layers.softsign, normal(4, 5)),
    Case("swiglu", layers.swiglu, normal(4, 6)),
]
