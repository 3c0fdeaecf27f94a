"""Optimizers around optimizers: lookahead and the accumulation of gradients."""

from __future__ import annotations

from pathlib import Path
from typing import Any, assert_type

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fnn
from fnn import tree
from fnn.arrays import Array
from fnn.errors import HyperparameterError, StructureError
from fnn.optim import (
    AccumulateState,
    AdamState,
    ClipState,
    EMAState,
    LookaheadState,
    Optimizer,
    PlateauState,
    accumulate,
    adam,
    averaged,
    chain,
    clip_by_global_norm,
    ema,
    learning_rate,
    lookahead,
    momentum,
    piecewise_constant,
    plateau,
    sgd,
)
from tests.optim.table import OPTIMIZERS
from tests.optim.test_rules import walk

SLOPES = [1.0, -2.0, 0.5, 3.0, 0.25, -1.0, 2.0, 1.5]


def test_the_types_of_wrapped_optimizers() -> None:
    inside = chain(clip_by_global_norm(1.0), adam(0.1))
    assert_type(lookahead(inside), Optimizer[LookaheadState[tuple[ClipState, AdamState]]])
    assert_type(accumulate(adam(0.1), steps=2), Optimizer[AccumulateState[AdamState]])
    assert_type(plateau(adam, 0.1), Optimizer[PlateauState[AdamState]])
    assert_type(
        plateau(lambda rate: chain(clip_by_global_norm(1.0), adam(rate)), 0.1),
        Optimizer[PlateauState[tuple[ClipState, AdamState]]],
    )
    assert_type(
        chain(accumulate(lookahead(adam(0.1)), steps=2), ema(0.9)),
        Optimizer[tuple[AccumulateState[LookaheadState[AdamState]], EMAState]],
    )
    assert str(accumulate(lookahead(inside), steps=4)) == (
        "accumulate(lookahead(chain(clip_by_global_norm(1), adam(0.1)), steps=5, pace=0.5), steps=4)"
    )


# --- lookahead ---


@pytest.mark.parametrize("pace", [0.25, 0.5, 1.0])
def test_lookahead_as_the_paper_has_it(pace: float) -> None:
    slow, expected, state = 0.0, [], 0
    while state < len(SLOPES):
        fast = slow
        for g in SLOPES[state : state + 3]:
            fast -= 0.1 * g
            expected.append(fast)
        state += 3
        if state <= len(SLOPES):
            slow += pace * (fast - slow)
            expected[-1] = slow
    assert walk(lookahead(sgd(0.1), steps=3, pace=pace), SLOPES) == pytest.approx(expected, rel=1e-12)


def test_with_a_pace_of_1_lookahead_is_the_optimizer_inside() -> None:
    for name in ("sgd", "momentum", "adam"):
        inside = OPTIMIZERS[name](0.1)
        assert walk(lookahead(inside, steps=2, pace=1.0), SLOPES) == walk(inside, SLOPES)


def test_the_optimizer_inside_keeps_its_momentum() -> None:
    optimizer = lookahead(momentum(0.1, momentum=0.5), steps=1, pace=0.5)
    assert walk(optimizer, [1.0, 0.0, 0.0]) == pytest.approx([-0.05, -0.075, -0.0875])


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=12), st.integers(1, 5), st.floats(0.1, 1))
@settings(deadline=None, max_examples=50)
def test_the_slow_weights_are_those_trained_with_after_each_round(slopes: list[float], steps: int, pace: float) -> None:
    optimizer = lookahead(sgd(0.1), steps=steps, pace=pace)
    params = (np.array([1.0]),)
    state = optimizer.start(params)
    for i, slope in enumerate(slopes, 1):
        params, state = optimizer.update((np.array([slope]),), state, params)
        assert (params[0] is state.slow[0]) == (i % steps == 0)


# --- accumulation ---


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("parts", [2, 5])
def test_micro_batches_do_what_one_batch_does(name: str, parts: int) -> None:
    """Through the whole of training: forward, loss, backward, update; to rounding."""
    rng = np.random.default_rng(0)
    x, labels = rng.standard_normal((40, 3)), rng.integers(0, 4, 40)
    model = fnn.dense(3, 5) >> fnn.tanh >> fnn.dense(5, 4)
    params = tree.astype(model.init(fnn.Key(0)), np.float64)
    optimizer = OPTIMIZERS[name](0.05)

    def end(optimizer: Optimizer[Any], size: int) -> Any:
        step = fnn.train_step(model, fnn.softmax_cross_entropy, optimizer)
        state = fnn.start(model, optimizer, fnn.Key(1), params=params)
        data = fnn.batches(x, labels, batch_size=size, key=fnn.Key(2))
        return fnn.final(fnn.fit(step, state, data, epochs=3, validate=data)).state

    whole = end(optimizer, 20)
    gathered = end(accumulate(optimizer, steps=parts), 20 // parts)
    for a, b in zip(tree.leaves(whole.params), tree.leaves(gathered.params), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-11)
    assert gathered.step == parts * whole.step
    assert learning_rate(gathered.optimizer) == learning_rate(whole.optimizer)


def test_parameters_stay_where_they_are_while_gradients_are_gathered() -> None:
    optimizer = accumulate(adam(0.1), steps=3)
    params = (np.ones(2),)
    state = optimizer.start(params)
    seen = []
    for _ in range(7):
        new, state = optimizer.update((np.ones(2),), state, params)
        seen.append((bool((new[0] == params[0]).all()), state.count, state.inner.count))
        params = new
    assert seen == [
        (True, 1, 0),
        (True, 2, 0),
        (False, 0, 1),
        (True, 1, 1),
        (True, 2, 1),
        (False, 0, 2),
        (True, 1, 2),
    ]


def test_one_step_at_a_time_is_the_optimizer_itself() -> None:
    assert walk(accumulate(adam(0.1), steps=1), SLOPES) == walk(adam(0.1), SLOPES)


def test_a_group_goes_on_into_the_next_epoch_and_the_last_stays_in_the_state() -> None:
    """With 5 batches an epoch, in groups of 2, one group in two reaches into the next epoch."""
    x = np.arange(10.0)[:, None]
    model = fnn.linear(1, 1)
    optimizer = accumulate(sgd(0.001), steps=2)
    step = fnn.train_step(model, fnn.mean_squared_error, optimizer)
    state = fnn.start(model, optimizer, fnn.Key(0), params=fnn.Linear(np.zeros((1, 1))))
    run = fnn.fit(step, state, fnn.batches(x, 2 * x, batch_size=2), epochs=3)
    weights = [event.state.params.weight.item() for event in run if isinstance(event, fnn.StepEnd)]
    changed = [i for i, change in enumerate(np.diff(weights, prepend=0.0), 1) if change]
    assert changed == [2, 4, 6, 8, 10, 12, 14]
    end = fnn.final(fnn.fit(step, state, fnn.batches(x, 2 * x, batch_size=2), epochs=3)).state
    assert end.optimizer.count == 1
    assert end.optimizer.total[0].any()


def test_what_stands_inside_sees_whole_steps() -> None:
    schedule = piecewise_constant([1], [1.0, 0.1])
    assert walk(accumulate(sgd(schedule), steps=2), [1.0, 3.0, 1.0, 3.0]) == pytest.approx([0, -2, -2, -2.2])
    clipped = accumulate(chain(clip_by_global_norm(1.0), sgd(1.0)), steps=2)
    assert walk(clipped, [3.0, -2.0, 5.0, 5.0]) == pytest.approx([0, -0.5, -0.5, -1.5])
    params: tuple[Array, ...] = (np.zeros(1),)
    optimizer = accumulate(chain(sgd(1.0), ema(0.5, debias=False)), steps=2)
    state = optimizer.start(params)
    for slope in (1.0, 3.0):
        params, state = optimizer.update((np.array([slope]),), state, params)
    assert (params[0].item(), averaged(state, params)[0].item()) == (-2.0, -1.0)


# --- both ---


@pytest.mark.parametrize("name", ["lookahead", "lookahead, chain", "accumulate", "plateau"])
def test_a_run_resumed_from_a_file_goes_on_bit_for_bit(name: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((30, 3)).astype(np.float32)
    model, optimizer = fnn.dense(3, 2), OPTIMIZERS[name](0.1)
    step = fnn.train_step(model, fnn.softmax_cross_entropy, optimizer)
    data = fnn.batches(x, rng.integers(0, 2, 30), batch_size=6, key=fnn.Key(1))
    start = fnn.start(model, optimizer, fnn.Key(0))
    whole = fnn.final(fnn.fit(step, start, data, epochs=4, validate=data)).state
    for stop in (3, 7, 11):
        for event in fnn.fit(step, start, data, epochs=4, validate=data):
            if event.state.step == stop:
                fnn.save(tmp_path / "run.npz", event.state)
                break
        rest = fnn.fit(step, fnn.resume(tmp_path / "run.npz", start), data, epochs=4, validate=data)
        assert tree.equal(fnn.final(rest).state, whole)


def test_the_learning_rate_is_found_inside() -> None:
    params = (np.ones(1),)
    for optimizer in (lookahead(adam(0.1)), accumulate(adam(0.1), steps=3)):
        assert learning_rate(optimizer.start(params)) == 0.1


def test_what_is_refused() -> None:
    with pytest.raises(HyperparameterError, match="lookahead: expected steps as an integer of at least 1, got 0"):
        lookahead(sgd(0.1), steps=0)
    with pytest.raises(HyperparameterError, match="accumulate: expected steps as an integer of at least 1, got 0"):
        accumulate(sgd(0.1), steps=0)
    for pace in (0.0, 1.5):
        with pytest.raises(HyperparameterError, match=rf"lookahead: expected pace in \(0, 1\], got {pace}"):
            lookahead(sgd(0.1), pace=pace)
    optimizer = accumulate(adam(0.1), steps=2)
    params = (np.ones(2),)
    wrong: Any = AccumulateState(1, optimizer.start(params).total, sgd(0.1).start(params))
    with pytest.raises(StructureError, match=r"adam\(0.1\): expected a state AdamState, got a SGDState"):
        optimizer.update(params, wrong, params)
