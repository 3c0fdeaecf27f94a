from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fnn.errors import HyperparameterError
from fnn.optim import (
    Schedule,
    adam,
    constant,
    cosine_decay,
    exponential_decay,
    inverse_time,
    learning_rate,
    linear_warmup,
    piecewise_constant,
    sgd,
    step_decay,
)

rates = st.floats(0, 10, allow_subnormal=False)
factors = st.floats(0.01, 1)
counts = st.integers(1, 200)
falling: st.SearchStrategy[Schedule] = st.one_of(
    st.builds(constant, rates),
    st.builds(lambda rate, decay: inverse_time(rate, decay=decay), rates, rates),
    st.builds(lambda rate, factor, steps: exponential_decay(rate, factor=factor, steps=steps), rates, factors, counts),
    st.builds(lambda rate, factor, steps: step_decay(rate, factor=factor, steps=steps), rates, factors, counts),
    st.builds(lambda rate, steps, part: cosine_decay(rate, steps=steps, final=rate * part), rates, counts, factors),
)


@given(falling)
@settings(deadline=None, max_examples=50)
def test_decays_never_rise_and_are_never_negative(schedule: Schedule) -> None:
    values = [schedule(step) for step in range(300)]
    assert all(type(value) is float and value >= 0 for value in values)
    assert all(b <= a * (1 + 1e-15) for a, b in itertools.pairwise(values))
    assert values == [schedule(step) for step in range(300)]


@given(falling, counts)
@settings(deadline=None, max_examples=50)
def test_warmup_rises_in_equal_steps_to_where_the_other_schedule_starts(then: Schedule, steps: int) -> None:
    schedule = linear_warmup(steps, then)
    rise = np.diff([schedule(step) for step in range(steps + 1)])
    np.testing.assert_allclose(rise, then(0) / (steps + 1), rtol=1e-9, atol=1e-15)
    assert schedule(0) > 0 or then(0) == 0
    assert [schedule(steps + i) for i in range(20)] == [then(i) for i in range(20)]


def test_the_books_decay() -> None:
    schedule = inverse_time(1.0, decay=0.1)
    assert [schedule(step) for step in (0, 1, 2, 19)] == pytest.approx([1.0, 1 / 1.1, 1 / 1.2, 1 / 2.9], rel=1e-15)
    assert round(schedule(2), 4) == 0.8333


def test_cosine_is_half_way_at_half_time_and_stays_at_its_end() -> None:
    schedule = cosine_decay(1.0, steps=10, final=0.2)
    assert [schedule(step) for step in (0, 5, 10, 11, 1000)] == pytest.approx([1.0, 0.6, 0.2, 0.2, 0.2], rel=1e-15)


def test_exponential_decay_goes_through_the_stairs_of_step_decay() -> None:
    smooth, stairs = exponential_decay(0.3, factor=0.5, steps=4), step_decay(0.3, factor=0.5, steps=4)
    for step in range(20):
        assert smooth(step) == pytest.approx(stairs(step)) if step % 4 == 0 else smooth(step) < stairs(step)


@pytest.mark.parametrize(
    ("schedule", "text"),
    [
        (constant(0.1), "constant(0.1)"),
        (inverse_time(1e-3, decay=5e-7), "inverse_time(0.001, decay=5e-07)"),
        (exponential_decay(0.1, factor=0.9), "exponential_decay(0.1, factor=0.9, steps=1)"),
        (step_decay(1, factor=0.5, steps=30), "step_decay(1.0, factor=0.5, steps=30)"),
        (cosine_decay(np.float64(0.1), steps=9), "cosine_decay(0.1, steps=9, final=0.0)"),
        (linear_warmup(5, cosine_decay(0.1, steps=9)), "linear_warmup(5, cosine_decay(0.1, steps=9, final=0.0))"),
        (linear_warmup(5, 0.1), "linear_warmup(5, 0.1)"),
        (piecewise_constant((2, 5), (1, 0.1, 0.01)), "piecewise_constant([2, 5], [1.0, 0.1, 0.01])"),
    ],
)
def test_a_schedule_prints_as_the_call_that_makes_it(schedule: Schedule, text: str) -> None:
    assert repr(schedule) == text
    assert repr(adam(schedule)) == f"adam({text})"
    again: Schedule = eval(text)
    assert [again(step) for step in range(20)] == [schedule(step) for step in range(20)]


def test_a_rate_given_as_a_numpy_scalar_is_kept_as_a_python_number() -> None:
    params = (np.zeros(1),)
    for optimizer in (sgd(np.float64(0.1)), sgd(lambda step: np.float64(0.1))):
        assert type(optimizer.start(params).learning_rate) is float


def mine(step: int) -> float:
    return float(0.5**step)


def test_any_function_is_a_schedule() -> None:
    assert repr(sgd(mine)) == "sgd(mine)"
    assert repr(sgd(lambda step: 0.1)) == "sgd(schedule)"
    optimizer = sgd(mine)
    params = (np.zeros(1),)
    params, state = optimizer.update((np.ones(1),), optimizer.start(params), params)
    params, state = optimizer.update((np.ones(1),), state, params)
    assert params[0] == -1.5
    assert learning_rate(state) == 0.5


def test_a_schedule_that_gives_no_usable_rate_is_refused_at_its_step() -> None:
    params = (np.zeros(1),)
    optimizer = adam(lambda step: 0.1 - 0.1 * step - 0.05 * (step > 0))
    params, state = optimizer.update((np.ones(1),), optimizer.start(params), params)
    with pytest.raises(HyperparameterError, match=r"adam, step 1: expected learning_rate in \[0, inf\), got -0\.05"):
        optimizer.update((np.ones(1),), state, params)
    with pytest.raises(HyperparameterError, match="sgd, step 0: expected learning_rate in"):
        sgd(lambda step: math.nan).start(params)
    with pytest.raises(HyperparameterError, match="sgd, step 0: expected learning_rate in"):
        sgd(lambda step: math.inf).start(params)
    with pytest.raises(HyperparameterError, match="adam: expected a learning rate that is a number, got None"):
        adam(lambda step: None).start(params)  # type: ignore[arg-type, return-value]  # wrong on purpose


PIECEWISE = "Write piecewise_constant([1000], [0.1, 0.01]), say."


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: constant(-0.1), "constant: expected rate in [0, inf), got -0.1."),
        (lambda: constant(math.nan), "constant: expected rate in [0, inf), got nan."),
        (lambda: inverse_time(math.inf, decay=0.1), "inverse_time: expected rate in [0, inf), got inf."),
        (lambda: inverse_time(0.1, decay=-1), "inverse_time: expected decay in [0, inf), got -1."),
        (lambda: exponential_decay(0.1, factor=0), "exponential_decay: expected factor in (0, 1], got 0."),
        (
            lambda: exponential_decay(0.1, factor=0.5, steps=0),
            "exponential_decay: expected steps as an integer of at least 1, got 0.",
        ),
        (lambda: step_decay(0.1, factor=1.5, steps=3), "step_decay: expected factor in (0, 1], got 1.5."),
        (
            lambda: step_decay(0.1, factor=0.5, steps=2.5),  # type: ignore[arg-type]  # wrong on purpose
            "step_decay: expected steps as an integer of at least 1, got 2.5.",
        ),
        (lambda: cosine_decay(0.1, steps=5, final=0.2), "cosine_decay: expected final in [0, 0.1], got 0.2."),
        (lambda: cosine_decay(0.1, steps=-1), "cosine_decay: expected steps as an integer of at least 1, got -1."),
        (lambda: linear_warmup(0, 0.1), "linear_warmup: expected steps as an integer of at least 1, got 0."),
        (lambda: linear_warmup(5, -0.1), "linear_warmup: expected learning_rate in [0, inf), got -0.1."),
        (
            lambda: piecewise_constant([3, 2], [1, 2, 3]),
            "piecewise_constant: expected boundaries as rising integers of at least 1, got [3, 2].",
        ),
        (
            lambda: piecewise_constant([0], [1, 2]),
            "piecewise_constant: expected boundaries as rising integers of at least 1, got [0].",
        ),
        (
            lambda: piecewise_constant([3], [1, 2, 3]),
            "piecewise_constant: expected 2 rates for 1 boundaries, got 3.",
        ),
        (
            lambda: piecewise_constant(3, 0.1),  # type: ignore[arg-type]  # wrong on purpose
            "piecewise_constant: expected boundaries and rates as sequences, got 3 and 0.1. " + PIECEWISE,
        ),
        (
            lambda: piecewise_constant([3], [1, -2]),
            "piecewise_constant, rates[1]: expected rate in [0, inf), got -2.",
        ),
    ],
)
def test_numbers_without_meaning_are_refused(make: Callable[[], Any], text: str) -> None:
    with pytest.raises(HyperparameterError) as error:
        make()
    assert str(error.value) == text
