"""Floating-point operations, against numbers counted by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fnn
from fnn import layers
from fnn.summary.outline import outline
from tests.cases import Case
from tests.test_cases import STAGES, draw, of_all, sample_shape

Stage = fnn.Model[Any, Any, Any] | fnn.Fn[Any, Any]

double = fnn.fn(lambda x: (2 * x, None), lambda dy, _: 2 * dy, name="double", flops=lambda s: s[0])
mlp = fnn.dense(3, 4) >> fnn.relu >> fnn.dense(4, 3)
MLP = (24 + 4) + 4 + (24 + 3)

COUNTED: list[tuple[str, Stage, tuple[Any, ...], int]] = [
    ("3 x 2 products and sums, 2 biases", fnn.dense(3, 2), (3,), 14),
    ("the same at each of 5 steps", fnn.dense(3, 2), (5, 3), 70),
    ("without a bias", fnn.linear(3, 2), (3,), 12),
    ("one for each number", fnn.gelu, (5, 4), 20),
    ("one for each that comes out", fnn.swiglu, (6,), 3),
    ("one for each that goes in", fnn.maxout(3), (6,), 6),
    ("an exponential is one", fnn.softmax, (7,), 7),
    ("moving", fnn.flatten >> fnn.identity, (5, 4), 0),
    ("looking up", fnn.embedding(27, 8), (5,), 0),
    ("padding", fnn.pad2d(1), (4, 4, 1), 0),
    ("repeating", fnn.upsample2d(2), (4, 4, 1), 0),
    ("a matrix 6 x 3 on 2 channels", fnn.upsample1d(2, method="linear"), (3, 2), 2 * 6 * 3 * 2),
    ("5 x 5 windows of 3 x 3 x 2, 4 outputs", fnn.conv2d(2, 4, 3), (5, 5, 2), 5 * 5 * (2 * 9 * 2 * 4 + 4)),
    (
        "3 x 3 windows that reach 5, 2 of 4 inputs for each of 6 outputs",
        fnn.conv2d(4, 6, 3, stride=2, dilation=2, groups=2, padding="valid"),
        (9, 9, 4),
        3 * 3 * (2 * 9 * 2 * 6 + 6),
    ),
    ("each channel alone, no bias", fnn.depthwise_conv2d(4, 3, bias=None), (6, 6, 4), 6 * 6 * 2 * 9 * 4),
    ("4 windows of 2 steps", fnn.conv1d(1, 1, 2, padding="valid"), (5, 1), 4 * (2 * 2 + 1)),
    ("a kernel spread from each of 4 inputs", fnn.conv_transpose1d(3, 2, 4, stride=2), (4, 3), 4 * 2 * 4 * 3 * 2 + 16),
    ("4 windows of 2 x 2, 3 channels", fnn.max_pool2d(2), (4, 4, 3), 4 * 4 * 3),
    ("a mean over all", fnn.global_average_pool, (4, 4, 3), 4 * 4 * 3),
    ("7 for each: mean, difference, variance (2), division, scale, bias", fnn.layer_norm(4), (3, 4), 7 * 12),
    ("4 for each: mean square (2), division, scale", fnn.rms_norm(4), (3, 4), 4 * 12),
    ("5 steps: two products, sum, bias, tanh", fnn.rnn(3, 4), (5, 3), 5 * (2 * 3 * 4 + 2 * 4 * 4 + 3 * 4)),
    (
        "5 steps: four gates; f c, i g, their sum, tanh, o tanh c",
        fnn.lstm(3, 4),
        (5, 3),
        5 * (2 * 3 * 16 + 2 * 4 * 16 + 3 * 16 + 5 * 4),
    ),
    (
        "5 steps: three gates; r q, b, h - n, z (h - n), their sum",
        fnn.gru(3, 4),
        (5, 3),
        5 * (2 * 3 * 12 + 2 * 4 * 12 + 3 * 12 + 5 * 4),
    ),
    (
        "4 maps of 8 x 8, 3 biases, scaled queries; scores, softmax, means",
        fnn.self_attention(8, 2),
        (3, 8),
        4 * 3 * 2 * 64 + 3 * 3 * 8 + 3 * 8 + 3 * 3 * 2 * 8 + 2 * 3 * 3 + 3 * 3 * 2 * 8,
    ),
    (
        "2 maps of 8 x 8, 2 of 8 x 4, 6 operations for each pair turned; no biases",
        fnn.self_attention(8, 2, key_value_heads=1, rotary=True, bias=False),
        (3, 8),
        3 * 2 * (2 * 64 + 2 * 32) + 3 * (4 + 2) * 6 + 3 * 8 + 3 * 3 * 2 * 8 + 2 * 3 * 3 + 3 * 3 * 2 * 8,
    ),
    ("a sum", mlp, (3,), MLP),
    ("the input added", fnn.residual(mlp), (3,), MLP + 3),
    ("three times", fnn.repeat(mlp, 3), (3,), 3 * MLP),
    ("both members", fnn.shared(mlp), ((3,), (3,)), 2 * MLP),
    ("two sums of two", fnn.parallel(mlp, mlp, join="add"), (3,), 2 * MLP + 3),
    ("side by side", fnn.parallel(mlp, mlp), (3,), 2 * MLP),
    ("at each of 5 steps", fnn.time_distributed(mlp), (5, 3), 5 * MLP),
    ("at each step and each member", fnn.time_distributed(fnn.shared(mlp)), (5, (3,), (3,)), 10 * MLP),
    ("a rule of one's own", double >> double, (3,), 6),
]


@pytest.mark.parametrize(("stage", "shape", "count"), [row[1:] for row in COUNTED], ids=[row[0] for row in COUNTED])
def test_counted_by_hand(stage: Stage, shape: tuple[Any, ...], count: int) -> None:
    assert sum(place.flops or 0 for place in outline(stage, shape)) == count


def test_a_dropout_between_layers_counts() -> None:
    plain, dropping = (fnn.stacked(fnn.gru(3, 4), fnn.gru(4, 2), dropout=rate) for rate in (0, 0.5))
    assert fnn.summary(dropping, (5, 3)).flops - fnn.summary(plain, (5, 3)).flops == 5 * 4


@fnn.record
class Two:
    first: fnn.Dense
    second: fnn.Dense


def test_a_record_changes_nothing() -> None:
    both = fnn.parallel(fnn.dense(3, 4), fnn.dense(3, 4), join="add")
    assert fnn.summary(mlp.into(Two), (3,)).flops == MLP
    assert fnn.summary(both.into(Two), (3,)).flops == fnn.summary(both, (3,)).flops == 2 * 28 + 4


@of_all(STAGES)
def test_every_public_stage_has_a_rule(case: Case) -> None:
    _, (x,) = draw(case, np.float32)
    assert isinstance(case.subject, fnn.Model | fnn.Fn)
    unknown = {place.stage.name for place in outline(case.subject, sample_shape(x)) if place.flops is None}
    assert unknown <= {"scan(cell)"}, "whose step is the test's own, and has no rule"


def test_a_step_with_a_rule_gives_scan_one() -> None:
    def forward(params: None, x: tuple[fnn.Array, fnn.Array]) -> tuple[tuple[fnn.Array, fnn.Array], None]:
        total = x[0] + x[1]
        return (total, total), None

    def backward(dy: tuple[fnn.Array, fnn.Array], _: None) -> tuple[None, tuple[fnn.Array, fnn.Array]]:
        return None, (dy[0] + dy[1], dy[0] + dy[1])

    def adding(key: fnn.Key) -> None:
        return None

    step = fnn.layer(adding, forward, backward, name="add", flops=lambda s: s[0][0])
    assert fnn.summary(fnn.scan(step, np.zeros(3)), (5, 3)).flops == 5 * 3


def test_what_is_not_known_is_said() -> None:
    unknown: fnn.Fn[fnn.Array, fnn.Array] = fnn.fn(lambda x: (x, None), lambda dy, _: dy, name="unknown")
    found = fnn.summary(fnn.dense(3, 2) >> unknown, (3,))
    assert [row.flops for row in found.rows] == [14, None]
    assert found.flops == 14
    assert "at least 14" in str(found)
    assert layers.relu.flops is not None
