"""Steps of dense networks whose parameters lie in one array: those of the ordinary way, and its errors."""

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
import pytest

import fnn
from fnn.errors import DivergenceError, DtypeError, FnnError, LabelError
from fnn.train.dense import dense_network


@fnn.record
class Named:
    hidden: fnn.Dense
    out: fnn.Dense


MODELS: dict[str, fnn.Model[Any, Any, Any]] = {
    "one layer": fnn.dense(2, 3),
    "two layers": fnn.dense(2, 16) >> fnn.relu >> fnn.dense(16, 3),
    "named": (fnn.dense(2, 16) >> fnn.relu >> fnn.dense(16, 3)).into(Named),
    "three layers": fnn.dense(2, 5) >> fnn.relu >> fnn.dense(5, 9) >> fnn.relu >> fnn.dense(9, 3),
}
RNG = np.random.default_rng(0)
INPUTS, LABELS = RNG.standard_normal((11, 2)).astype(np.float32), RNG.integers(0, 3, 11)


def make(model: fnn.Model[Any, Any, Any], **options: Any) -> tuple[Any, Any, Any]:
    """A step, the same in the ordinary way, and the state before it."""
    optimizer = fnn.adam(fnn.inverse_time(0.1, decay=0.1))
    step = fnn.train_step(model, fnn.softmax_cross_entropy, optimizer, **options)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fnn.train.step.dense_network", lambda *parts: None)
        ordinary = fnn.train_step(model, fnn.softmax_cross_entropy, optimizer, **options)
    assert ordinary.dense is None
    return step, ordinary, fnn.start(model, optimizer, fnn.Key(0))


@pytest.mark.parametrize("name", MODELS)
def test_many_steps_are_those_of_the_ordinary_way(name: str) -> None:
    step, ordinary, state = make(MODELS[name], metrics={"accuracy": fnn.accuracy})
    expected = state
    batch = fnn.Batch(INPUTS, LABELS)
    assert step.dense is not None
    assert step.dense.takes(batch, many=False)
    assert step.dense.pack(state, step.metrics) is not None
    for _ in range(20):
        state, values = step(state, batch)
        expected, wanted = ordinary(expected, batch)
        assert values == pytest.approx(wanted, rel=1e-3)
    assert type(state.params) is type(expected.params)
    assert state.optimizer.count == expected.optimizer.count
    assert state.optimizer.learning_rate == expected.optimizer.learning_rate
    for got, want in zip(fnn.tree.leaves(state), fnn.tree.leaves(expected), strict=True):
        assert (got.dtype, got.flags.writeable) == (want.dtype, False)
        np.testing.assert_allclose(got, want, rtol=0, atol=2e-4)


def test_nothing_that_was_given_is_changed() -> None:
    step, _, state = make(MODELS["two layers"])
    before = fnn.tree.copy((state, INPUTS, LABELS))
    step(state, fnn.Batch(INPUTS, LABELS))
    assert fnn.tree.equal((state, INPUTS, LABELS), before)


@pytest.mark.parametrize(
    ("batch", "error"),
    [
        (fnn.Batch(INPUTS, LABELS + 1), LabelError),
        (fnn.Batch(INPUTS, LABELS - 1), LabelError),
        (fnn.Batch(INPUTS[:, :1], LABELS), FnnError),
        (fnn.Batch(INPUTS[:0], LABELS[:0]), FnnError),
        (fnn.Batch(INPUTS, LABELS[:-1]), FnnError),
        (fnn.Batch(INPUTS.astype(np.float64), LABELS), DtypeError),
        (fnn.Batch(INPUTS.tolist(), LABELS), DtypeError),
        (fnn.Batch(np.full_like(INPUTS, np.nan), LABELS), DivergenceError),
        (fnn.Batch(np.full_like(INPUTS, np.inf), LABELS), DivergenceError),
    ],
)
def test_bad_batches_get_the_ordinary_errors(batch: fnn.Batch[Any, Any], error: type[FnnError]) -> None:
    step, ordinary, state = make(MODELS["two layers"])
    texts = []
    for each in (step, ordinary):
        with pytest.raises(error) as caught:
            each(state, batch)
        texts.append(str(caught.value))
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("targets", "inputs"),
    [
        (np.eye(3, dtype=np.float32)[LABELS], INPUTS),
        (LABELS, np.asfortranarray(INPUTS)),
        (LABELS.astype(np.uint8), INPUTS),
    ],
)
def test_whatever_is_unusual_goes_the_ordinary_way_or_gives_the_same(targets: Any, inputs: Any) -> None:
    step, ordinary, state = make(MODELS["two layers"])
    (_, got), (_, expected) = (each(state, fnn.Batch(inputs, targets)) for each in (step, ordinary))
    assert got == pytest.approx(expected, rel=1e-5)


def test_large_steps_go_another_way() -> None:
    step, _, _ = make(fnn.dense(128, 120) >> fnn.relu >> fnn.dense(120, 3))
    for count, small in ((1, True), (8, True), (20, False)):
        batch = fnn.Batch(np.ones((count, 128), np.float32), np.zeros(count, np.int64))
        assert step.dense.takes(batch, many=True)
        assert step.dense.takes(batch, many=False) == small


@pytest.mark.parametrize("wide", [128, 200])
def test_many_large_steps_give_the_bits_of_the_ordinary_way(wide: int) -> None:
    step, ordinary, state = make(
        fnn.dense(2, wide) >> fnn.relu >> fnn.dense(wide, wide) >> fnn.relu >> fnn.dense(wide, 3)
    )
    batch = fnn.Batch(np.concatenate([INPUTS] * 3), np.concatenate([LABELS] * 3))
    assert step.dense.takes(batch, many=True)
    assert not step.dense.takes(batch, many=False)
    expected = state
    for _ in range(20):
        expected, wanted = ordinary(expected, batch)
    reached, values = step.run(state, [batch] * 20)
    assert values == wanted
    assert fnn.tree.equal(reached, expected)


def test_other_parts_go_the_ordinary_way() -> None:
    two = MODELS["two layers"]
    for model, loss, optimizer in (
        (two, fnn.mean_squared_error, fnn.adam(0.1)),
        (two, fnn.softmax_cross_entropy, fnn.adamw(0.1)),
        (two >> fnn.relu, fnn.softmax_cross_entropy, fnn.adam(0.1)),
        (fnn.dense(2, 4) >> fnn.tanh >> fnn.dense(4, 3), fnn.softmax_cross_entropy, fnn.adam(0.1)),
        (fnn.linear(2, 3), fnn.softmax_cross_entropy, fnn.adam(0.1)),
    ):
        assert dense_network(model, loss, optimizer) is None


@pytest.mark.parametrize(
    "other",
    [
        fnn.dense(2, 8) >> fnn.relu >> fnn.dense(8, 8) >> fnn.relu >> fnn.dense(8, 3),
        fnn.dense(2, 8) >> fnn.relu >> fnn.dense(8, 3),
        MODELS["named"],
    ],
    ids=["deeper", "narrower", "in a record"],
)
def test_parameters_of_another_model_are_refused(other: fnn.Model[Any, Any, Any]) -> None:
    step, _, _ = make(MODELS["two layers"])
    state = fnn.start(other, step.optimizer, fnn.Key(0))
    with pytest.raises(FnnError, match=r"expected parameters|expected shape"):
        step(state, fnn.Batch(INPUTS, LABELS))


def test_an_optimizer_with_another_update_takes_it() -> None:
    class Still(fnn.Optimizer[Any]):
        def update(self, grads: Any, state: Any, params: Any) -> Any:
            return params, state

    adam = fnn.adam(0.1)
    still: Any = Still(adam.init, adam.step)
    batch = fnn.Batch(INPUTS, LABELS)
    for model in (MODELS["two layers"], fnn.linear(2, 3)):
        step: Any = fnn.train_step(model, fnn.softmax_cross_entropy, still)
        start = fnn.start(model, still, fnn.Key(0))
        assert fnn.tree.equal(step(start, batch)[0].params, start.params)
        assert fnn.tree.equal(step.run(start, [batch] * 3)[0].params, start.params)


def test_an_init_for_other_layers_is_refused_in_the_ordinary_way() -> None:
    model = attrs.evolve(fnn.dense(2, 3), init=fnn.dense(2, 5).init)
    step = fnn.train_step(model, fnn.softmax_cross_entropy, fnn.adam(0.1))
    assert step.dense is not None
    assert step.dense.layout is None
    with pytest.raises(FnnError, match=r"dense\(2, 3\) > weight: expected shape \(2, 3\)"):
        step(fnn.start(model, step.optimizer, fnn.Key(0)), fnn.Batch(INPUTS, LABELS))


@pytest.mark.parametrize("moments", [lambda mean: mean[:1], lambda mean: (), lambda mean: mean[::-1]])
def test_a_state_with_other_moments_is_refused_in_the_ordinary_way(moments: Callable[[Any], Any]) -> None:
    step, ordinary, state = make(MODELS["two layers"])
    bad = attrs.evolve(state, optimizer=attrs.evolve(state.optimizer, mean=moments(state.optimizer.mean)))
    batch = fnn.Batch(INPUTS, LABELS)
    texts = []
    with pytest.raises(FnnError) as caught:
        ordinary(bad, batch)
    texts.append(str(caught.value))
    with pytest.raises(FnnError) as caught:
        step(bad, batch)
    texts.append(str(caught.value))
    with pytest.raises(FnnError) as caught:
        step.run(bad, [batch])
    texts.append(str(caught.value))
    assert texts[0] == texts[1] == texts[2]


def test_an_optimizer_with_another_step_takes_it() -> None:
    adam = fnn.adam(0.1)
    still = attrs.evolve(adam, step=lambda grads, state, params, paths: (grads, params, state))
    assert dense_network(MODELS["two layers"], fnn.softmax_cross_entropy, adam) is not None
    assert dense_network(MODELS["two layers"], fnn.softmax_cross_entropy, still) is None


def test_a_penalty_goes_the_ordinary_way() -> None:
    assert make(MODELS["two layers"], penalty=fnn.l2(0.1))[0].dense is None


def test_a_step_with_another_optimizer_is_another_step() -> None:
    step, _, state = make(MODELS["two layers"])
    slow = attrs.evolve(step, optimizer=fnn.adam(1e-6))
    moved, _ = slow(state, fnn.Batch(INPUTS, LABELS))
    assert (
        max(abs(a - b).max() for a, b in zip(*map(fnn.tree.leaves, (moved.params, state.params)), strict=True)) < 1e-5
    )
