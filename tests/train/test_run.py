"""Many steps in one call: the numbers of single steps, over memory that nobody else sees."""

import tracemalloc
from collections.abc import Callable, Iterator
from itertools import repeat
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest

import fnn
from fnn.errors import DataError, DivergenceError, FnnError, StructureError
from fnn.penalties import Penalty, Term

RNG = np.random.default_rng(0)
X = RNG.standard_normal((50, 6)).astype(np.float32)
LABELS = RNG.integers(0, 3, 50)
SMALL = fnn.dense(6, 8) >> fnn.relu >> fnn.dense(8, 3)
TANH = fnn.dense(6, 8) >> fnn.tanh >> fnn.dense(8, 3)
WIDE = fnn.dense(6, 200) >> fnn.relu >> fnn.dense(200, 200) >> fnn.relu >> fnn.dense(200, 3)
NOISY = fnn.dense(6, 8) >> fnn.batch_norm(8) >> fnn.relu >> fnn.dropout(0.5) >> fnn.dense(8, 3)


@fnn.record
class Previous:
    """The parameters before the last step."""

    params: tuple[fnn.Array, ...]


def _compare(grads: Any, state: Previous, params: Any, paths: Any) -> Any:
    changes = [w - before for w, before in zip(params, state.params, strict=True)]
    return [g + change for g, change in zip(grads, changes, strict=True)], params, Previous(tuple(params))


def _turn(grads: Any, state: None, params: Any, paths: Any) -> Any:
    return grads, [np.asfortranarray(w.copy()) for w in params], state


PREVIOUS = fnn.Transform(lambda params: Previous(tuple(params)), _compare)
FORTRAN = fnn.Transform(lambda params: None, _turn)


@fnn.record
class Noisy:
    hidden: fnn.Dense
    norm: fnn.BatchNorm
    out: fnn.Dense


def _clipped() -> fnn.Model[Any, Any, Any]:
    inner = fnn.dense(6, 3)

    def forward(params: Any, x: Any, key: fnn.Key) -> Any:
        return inner.forward(fnn.replace(params, weight=np.clip(params.weight, -0.1, 0.1)), x, key)

    return attrs.evolve(inner, forward=forward)


CLIPPED = _clipped()

CASES: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "small": (SMALL, fnn.adam(0.01), {"metrics": {"accuracy": fnn.accuracy}}),
    "one call or not, by the size of the batch": (WIDE, fnn.adam(0.01), {}),
    "ordinary": (TANH, fnn.adam(fnn.inverse_time(0.01, decay=0.1)), {"metrics": {"accuracy": fnn.accuracy}}),
    "penalty": (TANH, fnn.adam(0.01), {"penalty": fnn.l2(0.01)}),
    "buffers and randomness": (NOISY, fnn.adam(0.01), {}),
    "momentum": (SMALL, fnn.momentum(0.1), {}),
    "adamw": (TANH, fnn.adamw(0.01), {}),
    "clipped": (TANH, fnn.chain(fnn.clip_by_global_norm(0.1), fnn.adam(0.01)), {}),
    "averaged": (TANH, fnn.chain(fnn.adam(0.01), fnn.ema(0.9)), {}),
    "lookahead before": (TANH, fnn.chain(fnn.lookahead(fnn.sgd(0.5), steps=2), fnn.adam(0.01)), {}),
    "keeps what it was given": (TANH, fnn.chain(PREVIOUS, fnn.adam(0.01)), {}),
    "in another order": (TANH, fnn.chain(fnn.adam(0.01), FORTRAN), {}),
    "a forward that changes the parameters": (CLIPPED, fnn.adam(0.1), {}),
    "in a record": (NOISY.into(Noisy), fnn.adam(0.01), {}),
    "lookahead": (TANH, fnn.lookahead(fnn.adam(0.01), steps=3), {}),
    "accumulated": (TANH, fnn.accumulate(fnn.adam(0.01), steps=2), {}),
}


def make(name: str) -> tuple[Any, Any, list[fnn.Batch[Any, Any]]]:
    """A step, a state to start from, and batches of two sizes."""
    model, optimizer, options = CASES[name]
    step = fnn.train_step(model, fnn.softmax_cross_entropy, optimizer, **options)
    data = fnn.batches(X, LABELS, batch_size=20, key=fnn.Key(2))
    return step, fnn.start(model, optimizer, fnn.Key(0)), [*data.epoch(0), *data.epoch(1), *data.epoch(2)]


@pytest.mark.parametrize("name", CASES)
def test_the_bits_are_those_of_single_steps(name: str) -> None:
    step, start, batches = make(name)
    before, state, values = fnn.tree.copy(start), start, {}
    for batch in batches:
        state, values = step(state, batch)
    reached, last = step.run(start, batches)
    assert last == values
    assert fnn.tree.equal(reached, state)
    assert reached.sums == state.sums
    assert fnn.tree.equal(start, before)
    assert not any(leaf.flags.writeable for leaf in fnn.tree.leaves(reached))


@pytest.mark.parametrize("name", CASES)
def test_a_state_that_was_returned_stays_as_it_is(name: str) -> None:
    step, start, batches = make(name)
    reached, _ = step.run(start, batches[:4])
    before = fnn.tree.copy(reached)
    step.run(reached, batches)
    assert fnn.tree.equal(reached, before)


@pytest.mark.parametrize("name", ["small", "ordinary", "averaged", "buffers and randomness"])
def test_fit_tells_less_often_and_computes_the_same(name: str) -> None:
    step, start, _ = make(name)
    data = fnn.batches(X, LABELS, batch_size=9, key=fnn.Key(5))
    whole = list(fnn.fit(step, start, data, epochs=3, validate=data))
    by_step = {event.state.step: event for event in whole if isinstance(event, fnn.StepEnd)}
    events = list(fnn.fit(step, start, data, epochs=3, every=4, validate=data))
    assert [type(event).__name__ for event in events] == ["StepEnd", "StepEnd", "EpochEnd"] * 3  # six batches: 4 + 2
    for event in events:
        if isinstance(event, fnn.StepEnd):
            same = by_step[event.state.step]
            assert fnn.tree.equal(event.state, same.state)
            assert (event.metrics, event.mean, event.batch) == (same.metrics, same.mean, same.batch)
    assert events[-1].metrics == whole[-1].metrics
    for event in (events[0], events[3]):  # in the middle of an epoch
        end = fnn.final(fnn.fit(step, event.state, data, epochs=3, every=4, validate=data))
        assert fnn.tree.equal(end.state, whole[-1].state)
        assert end.metrics == whole[-1].metrics


def test_a_checkpoint_is_written_when_steps_are_told(tmp_path: Path) -> None:
    step, start, _ = make("small")
    data, path, seen = fnn.batches(X, LABELS, batch_size=2), tmp_path / "run.npz", []
    for event in fnn.checkpoint(fnn.fit(step, start, data, epochs=1, every=4), path, every=6):
        seen += [(event.state.step, fnn.load(path, start).step if path.exists() else 0)]
    assert seen == [(4, 0), (8, 8), (12, 12), (16, 12), (20, 20), (24, 24), (25, 24), (25, 25)]


def test_parameters_that_a_stage_kept_stay_as_they_were() -> None:
    kept: list[Any] = []
    inner, optimizer = fnn.dense(6, 3), fnn.adam(0.1)

    def forward(params: Any, x: Any, key: fnn.Key) -> Any:
        kept.append((params, fnn.tree.copy(params)))
        return inner.forward(params, x, key)

    model = attrs.evolve(inner, forward=forward)
    step = fnn.train_step(model, fnn.softmax_cross_entropy, optimizer)
    start, batch = fnn.start(model, optimizer, fnn.Key(0)), fnn.Batch(X, LABELS)
    step.run(start, [batch] * 5)
    assert len(kept) == 5
    assert all(fnn.tree.equal(*pair) for pair in kept)


def test_views_that_a_penalty_kept_stay_as_they_were() -> None:
    kept: list[Any] = []

    def remember(leaf: fnn.Array) -> tuple[float, fnn.Array]:
        kept.append((leaf[:1], leaf[:1].copy()))
        return 0.0, np.zeros_like(leaf)

    model, optimizer = fnn.dense(6, 3), fnn.adam(0.1)
    penalty = Penalty((Term("kept", "*", remember),))
    step = fnn.train_step(model, fnn.softmax_cross_entropy, optimizer, penalty=penalty)
    step.run(fnn.start(model, optimizer, fnn.Key(0)), [fnn.Batch(X, LABELS)] * 5)
    assert len(kept) == 5 * 2
    for view, then in kept:
        np.testing.assert_array_equal(view, then)


@fnn.record
class Normalized:
    linear: fnn.Linear
    norm: fnn.BatchNorm


@pytest.mark.parametrize(
    ("model", "optimizer"),
    [
        pytest.param(fnn.dense(500, 500), fnn.adam(0.1), id="in one array"),
        pytest.param(fnn.linear(500, 500), fnn.adam(0.1), id="leaf by leaf"),
        pytest.param(fnn.linear(500, 500), fnn.chain(fnn.clip_by_value(1.0), fnn.adam(0.1)), id="chain"),
        pytest.param((fnn.linear(500, 500) >> fnn.batch_norm(500)).into(Normalized), fnn.adam(0.1), id="buffers"),
    ],
)
def test_the_memory_of_the_states_in_between_is_used_again(model: Any, optimizer: Any) -> None:
    """A state has three megabytes, the gradients one, clipped ones another; single steps hold two states."""
    step = fnn.train_step(model, fnn.softmax_cross_entropy, optimizer)
    start, batch = fnn.start(model, optimizer, fnn.Key(0)), fnn.Batch(np.ones((9, 500), np.float32), np.arange(9))
    step.run(start, [batch] * 2)
    seen: list[int] = []

    def watched() -> Iterator[fnn.Batch[Any, Any]]:
        for _ in range(6):
            yield batch
            seen.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.reset_peak()

    tracemalloc.start()
    try:
        step.run(start, watched())
    finally:
        tracemalloc.stop()
    assert seen[0] > 3.9e6  # the first step makes a state
    assert max(seen[1:]) < 5.5e6


def test_arrays_of_the_caller_are_neither_frozen_nor_handed_on() -> None:
    step, start, batches = make("accumulated")
    start = attrs.evolve(start, params=fnn.tree.map(np.array, start.params))
    reached, _ = step.run(start, batches[:1])  # which changes nothing yet
    for given, leaf in zip(*map(fnn.tree.leaves, (start.params, reached.params)), strict=True):
        assert given.flags.writeable
        assert not np.shares_memory(given, leaf)


def test_a_source_may_give_its_batches_in_a_list() -> None:
    class Listed:
        def epoch(self, index: int, skip: int = 0) -> Any:
            return batches[skip:]

        def __len__(self) -> int:
            return len(batches)

    step, start, batches = make("ordinary")
    source: Any = Listed()
    states = [fnn.final(fnn.fit(step, start, source, epochs=1, every=n)).state for n in (1, 2, 4, 100)]
    assert states[0].step == len(batches)
    assert all(fnn.tree.equal(state, states[0]) for state in states)


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize(
    "change", [lambda g: g.mean(keepdims=True).reshape(-1), lambda g: g.T.copy(), lambda g: g.astype(np.float64)]
)
def test_gradients_of_another_size_never_reach_the_loops(change: Callable[[Any], Any], many: bool) -> None:
    spoil = fnn.Transform(
        lambda params: None, lambda grads, state, params, paths: ([*map(change, grads)], params, state)
    )
    optimizer = fnn.chain(spoil, fnn.adam(0.1))
    step = fnn.train_step(TANH, fnn.softmax_cross_entropy, optimizer)
    start, batch = fnn.start(TANH, optimizer, fnn.Key(0)), fnn.Batch(X, LABELS)
    with pytest.raises(StructureError, match="expected gradients like the parameters"):
        step.run(start, [batch] * 2) if many else step(start, batch)


@pytest.mark.parametrize("given", [fnn.Batch(X, LABELS), fnn.batches(X, LABELS, batch_size=5), None])
def test_a_run_wants_several_batches(given: Any) -> None:
    step, start, _ = make("ordinary")
    with pytest.raises(StructureError, match=r"step.run: expected several batches.*Those of an epoch are data.epoch"):
        step.run(start, given)


def test_a_run_needs_a_batch() -> None:
    step, start, batches = make("ordinary")
    once = iter(batches)
    state, _ = step.run(start, once)
    with pytest.raises(DataError, match=r"step.run: expected at least one batch, got none. An iterator gives"):
        step.run(state, once)


@pytest.mark.parametrize("name", ["small", "ordinary"])
def test_bad_batches_get_the_errors_of_single_steps(name: str) -> None:
    step, start, (good, *_) = make(name)
    bad: list[Any] = [
        fnn.Batch(X, LABELS + 1),
        fnn.Batch(X[:, :2], LABELS),
        fnn.Batch(X.astype(np.float64), LABELS),
        fnn.Batch(X, LABELS[1:]),
        (X, LABELS),
    ]
    state, _ = step(start, good)
    for batch in bad:
        with pytest.raises(FnnError) as single:
            step(state, batch)
        with pytest.raises(FnnError) as run:
            step.run(start, [good, batch])
        assert str(run.value) == str(single.value)
    with pytest.raises(StructureError, match="a TrainState"):
        step.run(start.params, [good])


@pytest.mark.parametrize("name", ["small", "ordinary", "momentum"])
def test_a_run_that_diverges_keeps_the_state_before(name: str) -> None:
    step, start, batches = make(name)
    expected, _ = step.run(start, batches[:2])
    nan = fnn.Batch(np.full_like(X, np.nan), LABELS)
    with pytest.raises(DivergenceError, match=r"step 2 \(epoch 0, batch 2\).*loss of nan") as caught:
        step.run(start, [*batches[:2], nan])
    assert fnn.tree.equal(caught.value.state, expected)


def test_parameters_that_were_spoilt_lead_back_to_the_state_that_was_given() -> None:
    model, optimizer = fnn.dense(6, 3), fnn.sgd(1e38)
    step = fnn.train_step(model, fnn.softmax_cross_entropy, optimizer)
    start = fnn.start(model, optimizer, fnn.Key(0))
    with pytest.raises(DivergenceError, match="holds values that are not finite") as caught:
        step.run(start, repeat(fnn.Batch(1e5 * X, LABELS), 5))
    assert caught.value.state is start
    data = fnn.batches(1e5 * X, LABELS, batch_size=10)
    with pytest.raises(DivergenceError) as caught:
        fnn.final(fnn.fit(step, start, data, epochs=5, every=3))
    assert caught.value.state is start


def test_a_loop_that_is_left_in_the_middle_changed_nothing() -> None:
    step, start, batches = make("ordinary")
    before = fnn.tree.copy(start)

    def interrupted() -> Iterator[Any]:
        yield from batches[:3]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        step.run(start, interrupted())
    assert fnn.tree.equal(start, before)


def test_threads_take_the_same_way() -> None:
    optimizer, batches = fnn.adam(0.01), [fnn.Batch(X, LABELS)] * 6
    step = fnn.train_step(TANH, fnn.softmax_cross_entropy, optimizer, threads=2)
    start = state = fnn.start(TANH, optimizer, fnn.Key(0))
    for batch in batches:
        state, _ = step(state, batch)
    assert fnn.tree.equal(step.run(start, batches)[0], state)
