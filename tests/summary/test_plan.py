"""The plan of a training step, against what tracemalloc sees when it is taken."""

from __future__ import annotations

import importlib
import sys
import tracemalloc
from typing import Any

import attrs
import numpy as np
import pytest

import fnn
from fnn import tree
from fnn.errors import DataError, HyperparameterError, ShapeError, StructureError
from fnn.model import Part
from fnn.summary import Plan
from fnn.summary.inputs import drawer
from tests.examples.scripts import script

Model = fnn.Model[Any, Any, Any]

peak_page = importlib.import_module("fnn.summary.peak")  # `fnn.summary` is the function
with pytest.MonkeyPatch.context() as patch:
    example = script("fashion_cnn", patch)

VOCABULARY = 65
MLP: Model = fnn.dense(784, 128) >> fnn.relu >> fnn.dropout(0.1) >> fnn.dense(128, 10)
CNN: Model = example.cnn()
LSTM: Model = fnn.lstm(64, 128) >> fnn.last_step >> fnn.dense(128, 10)
TRANSFORMER: Model = fnn.transformer(VOCABULARY, 64, 4, 2, dropout=0.1)
MODELS = [
    pytest.param(MLP, (784,), 256, id="mlp"),
    pytest.param(CNN, (28, 28, 1), 64, id="cnn"),
    pytest.param(LSTM, (32, 64), 16, id="lstm"),
    pytest.param(TRANSFORMER, (64,), 16, id="transformer"),
]
ADAM = fnn.adam(1e-3)


def taken(model: Model, shape: tuple[int, ...], batch_size: int, optimizer: fnn.Optimizer[Any] = ADAM) -> int:
    """The most memory that a step takes, with the state and the batch that it is given."""
    rng, labels = np.random.default_rng(0), (batch_size,)
    if model is TRANSFORMER:
        inputs: Any = rng.integers(0, VOCABULARY, (batch_size, *shape))
        labels = inputs.shape
    else:
        inputs = rng.standard_normal((batch_size, *shape), np.float32)
    step = fnn.train_step(model, fnn.softmax_cross_entropy, optimizer)
    step(fnn.start(model, optimizer, fnn.Key(1)), fnn.Batch(inputs, np.zeros(labels, np.int64)))  # compiles the loops
    tracemalloc.start()
    try:
        state = fnn.start(model, optimizer, fnn.Key(1))
        batch = fnn.Batch(inputs.copy(), np.zeros(labels, np.int64))
        tracemalloc.reset_peak()
        step(state, batch)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("factor", [0.25, 1, 4])
@pytest.mark.parametrize(("model", "shape", "batch_size"), MODELS)
def test_the_plan_is_what_a_step_takes(model: Model, shape: tuple[int, ...], batch_size: int, factor: float) -> None:
    size = int(factor * batch_size)
    plan = fnn.summary(model, shape, batch_size=size, optimizer=ADAM).plan
    assert plan is not None
    assert plan.peak == pytest.approx(taken(model, shape, size), rel=0.05)


@pytest.mark.parametrize(("model", "shape", "batch_size"), MODELS)
def test_large_batches_are_foretold(
    model: Model, shape: tuple[int, ...], batch_size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From smaller steps than are taken by default; those of convolutions need full pieces of work."""
    monkeypatch.setattr(peak_page, "ENOUGH", 2**23 if model is CNN else 2**22)
    plan = fnn.summary(model, shape, batch_size=4 * batch_size, optimizer=ADAM).plan
    assert plan is not None
    assert plan.peak == pytest.approx(taken(model, shape, 4 * batch_size), rel=0.05)


def test_the_worst_moment_may_be_another_in_a_larger_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a small batch it is the update, where gradients and new parameters meet, in a large one an activation."""
    monkeypatch.setattr(peak_page, "ENOUGH", 1)
    model, shape, optimizer = fnn.dense(100, 1000) >> fnn.gelu >> fnn.dense(1000, 100), (100,), fnn.sgd(0.1)
    draw = drawer(model, shape, model.init(fnn.Key(0)))
    _, small, middle, large = (peak_page.peak(model, optimizer, draw, size) for size in (4, 4, 8, 4000))
    true = taken(model, shape, 4000, optimizer)
    assert large == pytest.approx(true, rel=0.05)
    assert small + (middle - small) * (4000 - 4) // 4 < 0.75 * true, "a line through the peaks themselves"


def test_optimizers_and_their_state() -> None:
    for optimizer, copies in ((None, 0), (fnn.sgd(0.1), 0), (fnn.momentum(0.1), 1), (ADAM, 2)):
        found = fnn.summary(MLP, (784,), batch_size=8, optimizer=optimizer)
        assert found.plan is not None
        assert found.plan.optimizer_state == copies * found.nbytes
        assert found.plan.peak > (2 + 2 * copies) * found.nbytes


def test_gradients_are_large_enough_to_be_clipped() -> None:
    optimizer = fnn.chain(fnn.clip_by_global_norm(1.0), fnn.sgd(0.1))
    model = fnn.dense(500, 500) >> fnn.relu >> fnn.dense(500, 500)
    plan = fnn.summary(model, (500,), batch_size=8, optimizer=optimizer).plan
    assert plan is not None
    assert plan.peak == pytest.approx(taken(model, (500,), 8, optimizer), rel=0.05)


# --- caches ---


@pytest.mark.parametrize(("model", "shape", "batch_size"), MODELS)
def test_caches_are_what_lives_between_forward_and_backward(
    model: Model, shape: tuple[int, ...], batch_size: int
) -> None:
    found = fnn.summary(model, shape, batch_size=batch_size)
    params = model.init(fnn.Key(0))
    x = drawer(model, shape, params)(batch_size)
    model.forward(params, x, fnn.Key(0))
    tracemalloc.start()
    try:
        backward = model.forward(params, x, fnn.Key(0))[2]
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert callable(backward)
    assert found.plan is not None
    assert found.plan.caches == pytest.approx(held, rel=0.02)
    assert found.plan.caches == sum(row.caches or 0 for row in found.rows)


def test_caches_of_stages() -> None:
    found = fnn.summary(fnn.dense(4, 3) >> fnn.tanh >> fnn.softplus >> fnn.dense(3, 2), (4,), batch_size=100)
    x, y = 4 * 4 * 100, 4 * 3 * 100
    kept = {row.stage: row.caches for row in found.rows}
    assert kept["dense(4, 3)"] == 0, "the batch is not its own"
    assert kept["tanh"] == y
    assert found.plan is not None
    assert found.plan.batch == x
    assert found.plan.caches == sum(row.caches or 0 for row in found.rows)


def test_what_stages_share_counts_once_and_views_as_what_they_look_into() -> None:
    model = fnn.dense(3, 3) >> fnn.tanh >> fnn.flatten >> fnn.identity >> fnn.dense(6, 2)
    found = fnn.summary(model, (2, 3), batch_size=10)
    assert [row.caches for row in found.rows] == [0, 240, 0, 0, 0]


def test_caches_do_not_depend_on_how_stages_are_put_together() -> None:
    a, b, c = fnn.dense(4, 4) >> fnn.tanh, fnn.dense(4, 4) >> fnn.softplus, fnn.dense(4, 4)
    models = (a >> b >> c, a >> (b >> c), fnn.repeat(fnn.residual(a >> b >> c), 1))
    plans = [fnn.summary(model, (4,), batch_size=10).plan for model in models]
    assert len({plan.caches for plan in plans if plan is not None}) == 1


def test_a_stage_that_will_not_run_on_its_own() -> None:
    def only(values: Any) -> tuple[fnn.Array, fnn.Array]:
        return values["x"], values["x"]

    inner = fnn.fn(only, lambda dy, x: {"x": dy}, name="picky", shape=lambda s: s)
    outer = attrs.evolve(fnn.tanh, name="outer", parts=lambda s: [Part("", inner, s)])
    rows = fnn.summary(outer, (4,), batch_size=8).rows
    assert [row.caches for row in rows] == [None]
    assert "?" in str(fnn.summary(outer, (4,), batch_size=8))


# --- inputs ---


def test_indices_are_tried_where_numbers_are_refused() -> None:
    plan = fnn.summary(fnn.embedding(9, 3) >> fnn.gru(3, 4), (5,), batch_size=10).plan
    assert plan is not None
    assert plan.batch == 10 * 5 * 8


def test_an_example_stands_for_what_cannot_be_made_up() -> None:
    words = fnn.pad_sequences([np.array([1, 8, 8, 3]), np.array([5])])
    model = fnn.padded(fnn.embedding(9, 3)) >> fnn.padded(fnn.gru(3, 4)) >> fnn.mean_valid_steps >> fnn.dense(4, 2)
    with pytest.raises(StructureError, match="Give the summary an example"):
        fnn.summary(model, (4,), batch_size=10)
    found = fnn.summary(model, (4,), batch_size=10, example=words)
    assert found.plan is not None
    assert found.plan.batch == 10 * 4 * (8 + 1)
    assert found.plan.caches > 0


def test_float64() -> None:
    single = fnn.dense(4, 3) >> fnn.tanh
    double = attrs.evolve(single, init=lambda key: tree.astype(single.init(key), np.float64))
    plans = [fnn.summary(model, (4,), batch_size=10).plan for model in (single, double)]
    assert plans[0] is not None
    assert plans[1] is not None
    assert plans[1].batch == 2 * plans[0].batch
    assert plans[1].caches == 2 * plans[0].caches


# --- manners ---


def test_a_trace_goes_on_and_none_is_left_behind() -> None:
    fnn.summary(fnn.dense(4, 3), (4,), batch_size=8)
    assert not tracemalloc.is_tracing()
    tracemalloc.start()
    try:
        kept = np.zeros(100_000)
        fnn.summary(fnn.dense(4, 3), (4,), batch_size=8)
        assert tracemalloc.is_tracing()
        assert tracemalloc.get_traced_memory()[0] >= kept.nbytes
    finally:
        tracemalloc.stop()


def test_what_was_held_before_does_not_count() -> None:
    alone = fnn.summary(MLP, (784,), batch_size=8).plan
    tracemalloc.start()
    try:
        kept = np.zeros(10_000_000)
        beside = fnn.summary(MLP, (784,), batch_size=8).plan
    finally:
        tracemalloc.stop()
    assert alone is not None
    assert beside is not None
    assert beside.peak == pytest.approx(alone.peak, rel=0.02)
    assert beside.peak < kept.nbytes


def test_a_profiler_goes_on() -> None:
    calls: list[str] = []

    def note(frame: Any, event: str, argument: object) -> None:
        calls.append(event)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        fnn.summary(fnn.dense(4, 3), (4,), batch_size=8)
        assert sys.getprofile() is note
    finally:
        sys.setprofile(before)


def test_parameters_are_not_drawn_twice_differently() -> None:
    a, b = (fnn.summary(MLP, (784,), batch_size=8, optimizer=ADAM) for _ in range(2))
    assert a.rows == b.rows
    assert a.plan is not None
    assert b.plan is not None
    assert a.plan.peak == pytest.approx(b.plan.peak, rel=0.02)


@pytest.mark.parametrize(
    ("options", "kind", "text"),
    [
        ({"batch_size": 0}, HyperparameterError, "summary: expected batch_size as an integer of at least 1, got 0."),
        ({"batch_size": 2.0}, HyperparameterError, "summary: expected batch_size as an integer of at least 1"),
        ({"optimizer": ADAM}, HyperparameterError, "summary: expected a batch_size beside optimizer and example"),
        ({"example": np.zeros((1, 4))}, HyperparameterError, "summary: expected a batch_size beside"),
        ({"batch_size": 8, "optimizer": 0.1}, StructureError, "summary: expected an optimizer, got a float."),
        ({"batch_size": 8, "example": np.zeros((0, 4))}, DataError, "summary: expected an example of at least one"),
        ({"batch_size": 8, "example": np.zeros((1, 5), np.float32)}, ShapeError, "Its last axis must hold 4 features."),
    ],
)
def test_bad_options(options: dict[str, Any], kind: type[Exception], text: str) -> None:
    with pytest.raises(kind) as caught:
        fnn.summary(fnn.dense(4, 3), (4,), **options)
    assert text in str(caught.value)


def test_how_a_plan_is_written() -> None:
    model = fnn.dense(784, 128) >> fnn.tanh >> fnn.freeze(fnn.dense(128, 10))
    found = fnn.summary(model, (784,), batch_size=64)
    fixed = attrs.evolve(found, plan=Plan(64, 200_704, 0, 32_768, 1_437_112))
    assert (
        str(fixed)
        == """
stage               parameters  output          count    bytes  FLOPs    grads   caches
---------------------------------------------------------------------------------------
input                           (batch, 784)
0: dense(784, 128)  Dense       (batch, 128)  100,480   402 kB  201 k   402 kB
1: tanh                         (batch, 128)                      128           32.8 kB
2: freeze                       (batch, 10)
  dense(128, 10)    Dense       (batch, 10)     1,290  5.16 kB  2,570  5.16 kB
---------------------------------------------------------------------------------------
total                           (batch, 10)   101,770   407 kB  204 k   407 kB  32.8 kB
of which 1,290 are buffers, which are saved but not trained
---------------------------------------------------------------------------------------
batch of 64       201 kB
optimizer state      0 B
peak of a step   1.44 MB
""".strip()
    )
