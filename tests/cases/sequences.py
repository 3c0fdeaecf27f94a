"""Rows for sequences: recurrent ops and layers, embeddings, padding, and what is made of recurrent models."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from fnn import layers, ops, tree
from fnn.arrays import Array, IntArray, check_float, check_same_dtype
from fnn.layers import LSTMCarry
from fnn.losses import sequence_cross_entropy
from fnn.model import Model, layer
from fnn.recurrent import (
    backwards,
    bidirectional,
    carried,
    padded,
    recurrent,
    scan,
    stacked,
    time_distributed,
)
from fnn.sequences import Padded
from tests.cases import Case, Draw, LossCase, normal

BATCH, TIME, INPUTS, UNITS = 3, 4, 2, 3

MASK = np.array([[True, True, True, True], [True, True, False, False], [False, True, False, True]])
"""A whole sequence, a padded one, and one with holes."""


def floats(*shapes: tuple[int, ...]) -> Draw:
    """Draw several arrays."""
    return lambda rng: tuple(rng.standard_normal(shape) for shape in shapes)


def lstm_inputs(rng: np.random.Generator) -> tuple[Any, ...]:
    x, h, c, *weights = floats(
        (BATCH, TIME, INPUTS), (BATCH, UNITS), (BATCH, UNITS), (INPUTS, 4 * UNITS), (UNITS, 4 * UNITS), (4 * UNITS,)
    )(rng)
    return x, LSTMCarry(h, c), *weights


def of_gates(gates: int) -> Draw:
    return floats(
        (BATCH, TIME, INPUTS), (BATCH, UNITS), (INPUTS, gates * UNITS), (UNITS, gates * UNITS), (gates * UNITS,)
    )


def gru_inputs(rng: np.random.Generator) -> tuple[Any, ...]:
    return *of_gates(3)(rng), rng.standard_normal(UNITS)


RECURRENT_OPS: list[tuple[str, Any, Any, Draw]] = [
    ("gru", ops.gru_forward, ops.gru_backward, gru_inputs),
    ("gru_reset_before", ops.gru_reset_before_forward, ops.gru_reset_before_backward, of_gates(3)),
    ("lstm", ops.lstm_forward, ops.lstm_backward, lstm_inputs),
    ("rnn", ops.rnn_forward, ops.rnn_backward, of_gates(1)),
]

OPTIONS: list[tuple[str, dict[str, Any]]] = [
    ("", {}),
    ("(reverse)", {"reverse": True}),
    ("(mask)", {"mask": MASK}),
    ("(mask, reverse)", {"mask": MASK, "reverse": True}),
]

INDICES = np.array([[0, 2, 2, 4], [2, 1, 0, 0]])

OPS: list[Case] = [
    *(
        Case(name + title, (partial(forward, **options), backward), inputs, analytic=True, batched=False)
        for name, forward, backward, inputs in RECURRENT_OPS  # not batched: the first argument alone is no batch
        for title, options in OPTIONS
    ),
    Case(
        "rnn(relu, mask)",
        (partial(ops.rnn_forward, activation="relu", mask=MASK), ops.rnn_backward),
        of_gates(1),
        batched=False,
    ),
    Case(
        "embedding",
        (partial(ops.embedding_forward, INDICES), ops.embedding_backward),
        normal(5, 3),
        analytic=True,
        batched=False,
    ),
    Case("last_step", (ops.last_step_forward, ops.last_step_backward), normal(3, 4, 2), analytic=True),
    Case(
        "last_step(mask)",
        (partial(ops.last_step_forward, mask=MASK), ops.last_step_backward),
        normal(3, 4, 2),
        analytic=True,
        batched=False,
    ),
    Case("mean_steps", (ops.mean_steps_forward, ops.mean_steps_backward), normal(3, 4), analytic=True),
    Case(
        "mean_steps(mask)",
        (partial(ops.mean_steps_forward, mask=MASK), ops.mean_steps_backward),
        normal(3, 4, 2, 2),
        analytic=True,
        batched=False,
    ),
]


def indices(rng: np.random.Generator) -> IntArray:
    return rng.integers(0, 5, (3, 4))


def with_mask(draw: Draw) -> Draw:
    """Draw values of three sequences of four steps, with a mask that leaves some out."""
    return lambda rng: Padded(draw(rng), MASK)


LAYERS: list[Case] = [
    Case("embedding", layers.embedding(5, 3), indices),
    Case("embedding(no time)", layers.embedding(5, 3), lambda rng: rng.integers(0, 5, 4)),
    Case("gru", layers.gru(2, 3), normal(3, 4, 2)),
    Case("gru_reset_before", layers.gru_reset_before(2, 3), normal(3, 4, 2)),
    Case("last_step", layers.last_step, normal(3, 4, 2)),
    Case("last_step(frames)", layers.last_step, normal(3, 4, 2, 2)),
    Case("last_valid_step", layers.last_valid_step, with_mask(normal(3, 4, 2))),
    Case("lstm", layers.lstm(2, 3), normal(3, 4, 2)),
    Case("lstm(one step)", layers.lstm(2, 3), normal(3, 1, 2)),
    Case("mean_steps", layers.mean_steps, normal(3, 4, 2)),
    Case("mean_valid_steps", layers.mean_valid_steps, with_mask(normal(3, 4, 2))),
    Case("rnn", layers.rnn(2, 3), normal(3, 4, 2)),
    Case("rnn(relu)", layers.rnn(2, 3, activation="relu"), normal(3, 4, 2)),
]


def cell() -> Model[layers.Dense, tuple[Array, Array], tuple[Array, Array]]:
    """A step whose output is not its carry: ``c' = tanh(x + c) W + b``, ``y = c c'``."""
    inner = layers.dense(2, 2)

    def forward(params: layers.Dense, x: tuple[Array, Array]) -> tuple[tuple[Array, Array], Any]:
        value, carry = x
        check_float(value, "cell")
        check_same_dtype(value, params.weight, "cell")
        h: Array = np.tanh(value + carry)
        new: Array = h @ params.weight + params.bias
        return (carry * new, new), (params, h, carry, new)

    def backward(dy: tuple[Array, Array], cache: Any) -> tuple[layers.Dense, tuple[Array, Array]]:
        params, h, carry, new = cache
        dnew = dy[1] + dy[0] * carry
        da: Array = (dnew @ params.weight.T) * (1 - h * h)
        return layers.Dense(h.T @ dnew, dnew.sum(axis=0)), (da, da + dy[0] * new)

    return layer(inner.init, forward, backward, name="cell")


STACK = stacked(layers.lstm(2, 3), time_distributed(layers.dense(3, 2)), layers.gru(2, 2))
TOKENS = stacked(time_distributed(layers.embedding(5, 2)), layers.rnn(2, 3), time_distributed(layers.dense(3, 5)))
BOTH = bidirectional(layers.gru(2, 3))
SCAN = scan(cell(), np.ones(2))


def with_carry(model: Any, draw: Draw) -> Draw:
    """Draw values of three sequences, and a carry."""

    def both(rng: np.random.Generator) -> tuple[Any, Any]:
        x = draw(rng)
        return x, tree.map(lambda leaf: rng.standard_normal(leaf.shape), model.zero_carry(3))

    return both


RECURRENT: list[Case] = [
    Case("backwards", backwards(layers.lstm(2, 3)), normal(3, 4, 2)),
    Case("backwards(padded)", backwards(padded(layers.gru(2, 3))), with_mask(normal(3, 4, 2))),
    Case("backwards(stacked)", backwards(STACK), normal(3, 4, 2)),
    Case("bidirectional", BOTH, normal(3, 4, 2)),
    Case("bidirectional(stacked)", bidirectional(stacked(layers.rnn(2, 3), layers.rnn(3, 2))), normal(3, 4, 2)),
    Case("carried(bidirectional)", carried(BOTH), with_carry(BOTH, normal(3, 4, 2))),
    Case("carried(gru)", carried(layers.gru(2, 3)), with_carry(layers.gru(2, 3), normal(3, 4, 2))),
    Case("carried(lstm)", carried(layers.lstm(2, 3)), with_carry(layers.lstm(2, 3), normal(3, 4, 2))),
    Case("carried(padded)", carried(padded(STACK)), with_carry(STACK, with_mask(normal(3, 4, 2)))),
    Case("carried(stacked)", carried(STACK), with_carry(STACK, normal(3, 4, 2))),
    Case("carried(tokens)", carried(TOKENS), with_carry(TOKENS, indices)),
    Case("padded(bidirectional)", padded(BOTH), with_mask(normal(3, 4, 2))),
    Case("padded(dense)", padded(layers.dense(2, 3)), with_mask(normal(3, 4, 2))),
    Case("padded(embedding)", padded(layers.embedding(5, 2)), with_mask(indices)),
    Case("padded(gru)", padded(layers.gru(2, 3)), with_mask(normal(3, 4, 2))),
    Case("padded(gru_reset_before)", padded(layers.gru_reset_before(2, 3)), with_mask(normal(3, 4, 2))),
    Case("padded(lstm)", padded(layers.lstm(2, 3)), with_mask(normal(3, 4, 2))),
    Case("padded(rnn)", padded(layers.rnn(2, 3)), with_mask(normal(3, 4, 2))),
    Case("padded(scan)", padded(SCAN), with_mask(normal(3, 4, 2))),
    Case("padded(stacked)", padded(STACK), with_mask(normal(3, 4, 2))),
    Case("padded(tanh)", padded(layers.tanh), with_mask(normal(3, 4, 2))),
    Case("recurrent", recurrent(layers.gru(2, 3).sweep, layers.gru(2, 3).begin), normal(3, 4, 2)),
    Case("scan", SCAN, normal(3, 4, 2)),
    Case("scan(backwards)", backwards(SCAN), normal(3, 4, 2)),
    Case("scan(carried)", carried(SCAN), with_carry(SCAN, normal(3, 4, 2))),
    Case("stacked", STACK, normal(3, 4, 2)),
    Case("stacked(of padded)", stacked(padded(layers.gru(2, 2)), padded(BOTH)), with_mask(normal(3, 4, 2))),
    Case("stacked(tokens)", TOKENS, indices),
    Case(
        "stacked(dropout)",
        stacked(layers.rnn(2, 3), layers.rnn(3, 4), dropout=0.4),
        normal(3, 4, 2),
        agrees=False,
        batched=False,  # the mask of the dropout depends on the size of the batch
    ),
    Case("time_distributed", time_distributed(layers.flatten >> layers.dense(6, 3)), normal(3, 4, 2, 3)),
    Case("time_distributed(embedding)", time_distributed(layers.embedding(5, 2)), indices),
]


def scores_and_labels(rng: np.random.Generator) -> tuple[Padded[Array], IntArray]:
    """Padded scores, and labels with -1 in the padding."""
    return Padded(rng.normal(0, 2, (3, 4, 5)), MASK), np.where(MASK, rng.integers(0, 5, (3, 4)), -1)


def padded_labels(rng: np.random.Generator) -> tuple[Array, Padded[IntArray]]:
    y, labels = scores_and_labels(rng)
    return y.values, Padded(labels, y.mask)


def padded_shares(rng: np.random.Generator) -> tuple[Padded[Array], Padded[Array]]:
    y, _ = scores_and_labels(rng)
    mask = MASK.copy()
    mask[0, 1] = False
    return y, Padded(rng.dirichlet(np.ones(5), (3, 4)), mask)


LOSSES: list[LossCase] = [
    LossCase("sequence_cross_entropy (padded scores)", sequence_cross_entropy, scores_and_labels),
    LossCase("sequence_cross_entropy (padded labels)", sequence_cross_entropy, padded_labels),
    LossCase("sequence_cross_entropy (both padded, shares)", sequence_cross_entropy, padded_shares),
    LossCase(
        "sequence_cross_entropy (all options)",
        sequence_cross_entropy,
        scores_and_labels,
        options={"reduction": "sum", "class_weight": [1.0, 0.5, 2.0, 1.0, 3.0], "label_smoothing": 0.1},
    ),
]
