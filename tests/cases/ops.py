"""Rows for the ops of `fnn.ops`: pairs of forward and backward."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from fnn import ops
from fnn.arrays import Array
from fnn.random import Key
from tests.cases import Case, activations, attention, away_from, images, normal, sequences


def linear_inputs(*batch: int, bias: bool = True) -> Any:
    def draw(rng: np.random.Generator) -> tuple[Array, ...]:
        arrays = rng.standard_normal((*batch, 3)), rng.standard_normal((3, 2)), rng.standard_normal(2)
        return arrays if bias else arrays[:2]

    return draw


def linear_backward_no_bias(dy: Array, cache: tuple[Array, Array]) -> tuple[Array, Array]:
    dx, dweight, _ = ops.linear_backward(dy, cache)
    return dx, dweight


CASES: list[Case] = [
    *activations.OPS,
    *images.OPS,
    *sequences.OPS,
    *attention.OPS,
    Case(
        "dropout",
        (partial(ops.dropout_forward, key=Key(1), rate=0.4), ops.dropout_backward),
        normal(4, 5),
        analytic=True,
        batched=False,  # the mask depends on the size of the batch
    ),
    Case("elu", (ops.elu_forward, ops.elu_backward), normal(4, 5), analytic=True),
    Case(
        "elu(alpha=2.5)",
        (partial(ops.elu_forward, alpha=2.5), ops.elu_backward),
        away_from(0, 4, 5),
        analytic=True,
    ),
    Case("flatten", (ops.flatten_forward, ops.flatten_backward), normal(4, 2, 3), analytic=True),
    Case("flatten(no axes)", (ops.flatten_forward, ops.flatten_backward), normal(4), analytic=True),
    Case("gelu", (ops.gelu_forward, ops.gelu_backward), normal(4, 5)),
    Case("gelu_tanh", (ops.gelu_tanh_forward, ops.gelu_tanh_backward), normal(4, 5), analytic=True),
    Case("identity", (ops.identity_forward, ops.identity_backward), normal(4, 5), analytic=True),
    Case("leaky_relu", (ops.leaky_relu_forward, ops.leaky_relu_backward), away_from(0, 4, 5), analytic=True),
    Case(
        "leaky_relu(slope=0.3)",
        (partial(ops.leaky_relu_forward, slope=0.3), ops.leaky_relu_backward),
        away_from(0, 4, 5),
        analytic=True,
    ),
    Case("linear", (ops.linear_forward, ops.linear_backward), linear_inputs(4), analytic=True),
    Case("linear(sequence)", (ops.linear_forward, ops.linear_backward), linear_inputs(4, 5), analytic=True),
    Case(
        "linear(no bias)",
        (ops.linear_forward, linear_backward_no_bias),
        linear_inputs(4, bias=False),
        analytic=True,
    ),
    Case("log_softmax", (ops.log_softmax_forward, ops.log_softmax_backward), normal(4, 5), analytic=True),
    Case("log_softmax(images)", (ops.log_softmax_forward, ops.log_softmax_backward), normal(2, 3, 4), analytic=True),
    Case("relu", (ops.relu_forward, ops.relu_backward), away_from(0, 4, 5), analytic=True),
    Case("sigmoid", (ops.sigmoid_forward, ops.sigmoid_backward), normal(4, 5), analytic=True),
    Case("silu", (ops.silu_forward, ops.silu_backward), normal(4, 5), analytic=True),
    Case("softmax", (ops.softmax_forward, ops.softmax_backward), normal(4, 5), analytic=True),
    Case("softmax(images)", (ops.softmax_forward, ops.softmax_backward), normal(2, 3, 4), analytic=True),
    Case("softplus", (ops.softplus_forward, ops.softplus_backward), normal(4, 5), analytic=True),
    Case("step", (ops.step_forward, ops.step_backward), away_from(0, 4, 5)),
    Case("tanh", (ops.tanh_forward, ops.tanh_backward), normal(4, 5), analytic=True),
]
