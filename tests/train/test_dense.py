"""The whole step of a small dense network in one call: the ordinary step, to rounding, and the ordinary errors."""

from typing import Any

import attrs
import numpy as np
import pytest

import fnn
from fnn.errors import DivergenceError, DtypeError, FnnError, LabelError
from fnn.train import dense as page


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
    """The step in one call, the same in the ordinary way, and the state before it.

    The first is made whatever the environment says; its kernel then is the one that is active.
    """
    optimizer = fnn.adam(fnn.inverse_time(0.1, decay=0.1))
    steps: list[Any] = []
    for kind in ("numba", "numpy"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(page, "active", lambda kind=kind: kind)
            steps.append(fnn.train_step(model, fnn.softmax_cross_entropy, optimizer, **options))
    return steps[0], steps[1], fnn.start(model, optimizer, fnn.Key(0))


@pytest.mark.parametrize("name", MODELS)
def test_many_steps_are_those_of_the_ordinary_way(name: str) -> None:
    step, ordinary, state = make(MODELS[name], metrics={"accuracy": fnn.accuracy})
    expected = state
    batch = fnn.Batch(INPUTS, LABELS)
    assert step.small is not None
    assert step.small.takes(batch)
    assert step.small.pack(state) is not None
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


def test_large_steps_and_other_parts_go_the_ordinary_way() -> None:
    step, _, _ = make(fnn.dense(512, 512) >> fnn.relu >> fnn.dense(512, 3))
    assert step.small is not None
    assert not step.small.takes(fnn.Batch(np.ones((8, 512), np.float32), np.zeros(8, np.int64)))
    assert step.small.takes(fnn.Batch(np.ones((1, 512), np.float32), np.zeros(1, np.int64)))
    two = MODELS["two layers"]
    for model, loss, optimizer in (
        (two, fnn.mean_squared_error, fnn.adam(0.1)),
        (two, fnn.softmax_cross_entropy, fnn.adamw(0.1)),
        (two >> fnn.relu, fnn.softmax_cross_entropy, fnn.adam(0.1)),
        (fnn.dense(2, 4) >> fnn.tanh >> fnn.dense(4, 3), fnn.softmax_cross_entropy, fnn.adam(0.1)),
        (fnn.linear(2, 3), fnn.softmax_cross_entropy, fnn.adam(0.1)),
    ):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(page, "active", lambda: "numba")
            assert page.small_dense(model, loss, optimizer) is None


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


def test_an_optimizer_with_another_step_takes_it() -> None:
    adam = fnn.adam(0.1)
    still = attrs.evolve(adam, step=lambda grads, state, params, paths: (grads, params, state))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page, "active", lambda: "numba")
        assert page.small_dense(MODELS["two layers"], fnn.softmax_cross_entropy, adam) is not None
        assert page.small_dense(MODELS["two layers"], fnn.softmax_cross_entropy, still) is None


def test_a_penalty_goes_the_ordinary_way() -> None:
    assert make(MODELS["two layers"], penalty=fnn.l2(0.1))[0].small is None


def test_numpy_alone_takes_the_ordinary_way() -> None:
    assert make(MODELS["two layers"])[1].small is None


def test_a_step_with_another_optimizer_is_another_step() -> None:
    step, _, state = make(MODELS["two layers"])
    slow = attrs.evolve(step, optimizer=fnn.adam(1e-6))
    moved, _ = slow(state, fnn.Batch(INPUTS, LABELS))
    assert (
        max(abs(a - b).max() for a, b in zip(*map(fnn.tree.leaves, (moved.params, state.params)), strict=True)) < 1e-5
    )
