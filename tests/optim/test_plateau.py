"""The rate that falls where training does not get on: what it watches, when it cuts, and that it remembers."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fnn
from fnn import tree
from fnn.errors import HyperparameterError, StructureError
from fnn.optim import (
    Optimizer,
    PlateauState,
    SGDState,
    accumulate,
    adam,
    chain,
    clip_by_global_norm,
    ema,
    inverse_time,
    learning_rate,
    lookahead,
    momentum,
    plateau,
    sgd,
)
from tests.optim.test_adam_family import PATHS
from tests.optim.test_pytorch import slope

ONE = (np.ones(1),)


def scales(
    optimizer: Optimizer[PlateauState[Any]], figures: list[float], metric: str = "validation_loss"
) -> list[float]:
    state = optimizer.start(ONE)
    seen = []
    for figure in figures:
        state = optimizer.observe(state, {metric: figure, "other": 0.0})
        seen.append(state.scale)
    return seen


def test_the_path_of_pytorchs_reduce_on_plateau() -> None:
    def f(w: Any, b: Any) -> float:
        square = 1.5 * (w[0] - 1) ** 2 + 0.25 * (w[1] + 2) ** 2
        return float(square + math.sin(w[0] * b[0]) + w[1] * b[0] + b[0] ** 4 / 4)

    optimizer = plateau(
        lambda rate: adam(rate, beta1=0.8, beta2=0.95, eps=1e-5), 0.8, factor=0.5, patience=1, minimum_change=0.01
    )
    params = {"weight": np.array([0.5, -1.5]), "bias": np.array([0.25])}
    state = optimizer.start(params)
    path = []
    for step in range(len(PATHS["plateau"])):
        params, state = optimizer.update(slope(params), state, params)
        path.append((*params["weight"], *params["bias"], learning_rate(state)))
        if step % 2:
            state = optimizer.observe(state, {"validation_loss": f(params["weight"], params["bias"])})
    np.testing.assert_allclose(path, PATHS["plateau"], rtol=1e-12)
    assert state.scale < 1


def test_a_cut_comes_after_patience_epochs_without_improvement_and_counting_starts_again() -> None:
    optimizer = plateau(sgd, 1.0, factor=0.5, patience=2)
    assert scales(optimizer, [3.0, 2.0, 2.0, 2.5, 2.1, 2.2, 1.0, 1.5]) == [1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.25]


def test_more_may_be_better() -> None:
    optimizer = plateau(sgd, 1.0, metric="accuracy", mode="max", factor=0.5, patience=1)
    assert scales(optimizer, [0.5, 0.6, 0.6, 0.7, 0.1], metric="accuracy") == [1, 1, 0.5, 0.5, 0.25]


def test_small_changes_may_not_count() -> None:
    figures = [1.0, 0.95, 0.89, 0.85]
    assert scales(plateau(sgd, 1.0, patience=1, factor=0.5, minimum_change=0.1), figures) == [1, 0.5, 0.5, 0.25]


def test_the_rate_has_a_floor() -> None:
    optimizer = plateau(sgd, 1.0, patience=1, factor=0.1, minimum_scale=0.02)
    assert scales(optimizer, [1.0, 1.0, 1.0, 1.0]) == pytest.approx([1, 0.1, 0.02, 0.02])


def test_not_a_number_is_no_improvement_not_even_the_first() -> None:
    optimizer = plateau(sgd, 1.0, patience=2, factor=0.5)
    assert scales(optimizer, [math.nan, math.nan, 1.0, math.nan, 0.5]) == [1, 0.5, 0.5, 0.5, 0.5]


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=30), st.integers(1, 4))
@settings(deadline=None, max_examples=50)
def test_the_scale_is_the_factor_to_the_number_of_cuts(figures: list[float], patience: int) -> None:
    seen = scales(plateau(sgd, 1.0, factor=0.5, patience=patience), figures)
    best, waited, cuts, expected = math.inf, 0, 0, []
    for figure in figures:
        waited = 0 if figure < best else waited + 1
        best = min(best, figure)
        if waited == patience:
            waited, cuts = 0, cuts + 1
        expected.append(0.5**cuts)
    assert seen == expected


def test_all_that_stands_inside_sees_the_rate_as_it_is() -> None:
    """Momentum gathered before runs out at its own pace, and averages see the parameters that are trained."""
    optimizer = plateau(lambda rate: chain(momentum(rate, momentum=0.5), ema(0.0)), 1.0, patience=1, factor=0.1)
    params = (np.zeros(1),)
    params, state = optimizer.update(ONE, optimizer.start(params), params)
    for _ in range(2):
        state = optimizer.observe(state, {"validation_loss": 1.0})
    params, state = optimizer.update(ONE, state, params)
    assert params[0].item() == pytest.approx(-1.6)  # the velocity: -1, then -0.5 - 0.1
    assert fnn.averaged(state, params)[0].item() == params[0].item()
    assert learning_rate(state) == pytest.approx(0.1)


def test_the_rate_may_be_a_schedule_as_well() -> None:
    optimizer = plateau(sgd, inverse_time(1.0, decay=1.0), patience=1, factor=0.1)
    params = ONE
    state = optimizer.start(params)
    rates = []
    for _ in range(3):
        params, state = optimizer.update(ONE, state, params)
        rates.append(learning_rate(state))
        state = optimizer.observe(state, {"validation_loss": 1.0})
    assert rates == pytest.approx([1.0, 0.5, 0.1 / 3])
    assert str(optimizer) == "plateau(sgd(inverse_time(1.0, decay=1.0)), validation_loss, factor=0.1, patience=1)"


def test_it_is_found_wherever_it_stands() -> None:
    around: list[Optimizer[Any]] = [
        chain(clip_by_global_norm(1.0), plateau(sgd, 1.0, patience=1)),
        chain(clip_by_global_norm(1.0), chain(plateau(sgd, 1.0, patience=1), ema(0.5))),
        lookahead(plateau(sgd, 1.0, patience=1)),
        accumulate(plateau(sgd, 1.0, patience=1), steps=1),
        plateau(lambda rate: plateau(sgd, rate, patience=1), 1.0, patience=5),
    ]
    for optimizer in around:
        state = optimizer.start(ONE)
        for _ in range(2):
            state = optimizer.observe(state, {"validation_loss": 1.0})
        _, state = optimizer.update(ONE, state, ONE)
        assert learning_rate(state) == pytest.approx(0.1), optimizer


def test_optimizers_that_do_not_react_keep_their_state() -> None:
    optimizer = chain(clip_by_global_norm(1.0), adam(0.1), ema(0.9))
    state = optimizer.start(ONE)
    assert optimizer.observe(state, {"loss": 1.0}) == state
    assert adam(0.1).observe(state[1], {}) is state[1]


# --- in training ---


def prepare() -> Any:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((24, 3)).astype(np.float32)
    model = fnn.dense(3, 2)
    optimizer = plateau(sgd, 5.0, metric="loss", patience=1, factor=0.5)
    step = fnn.train_step(model, fnn.softmax_cross_entropy, optimizer)
    data = fnn.batches(x, rng.integers(0, 2, 24), batch_size=6, key=fnn.Key(1))
    return step, fnn.start(model, optimizer, fnn.Key(0)), data


def test_fit_shows_it_the_figures_of_each_epoch() -> None:
    step, state, data = prepare()
    events = [event for event in fnn.fit(step, state, data, epochs=8) if isinstance(event, fnn.EpochEnd)]
    best, scale = math.inf, 1.0
    for event in events:
        assert (
            event.metrics["learning_rate"] == 5.0 * scale
        )  # the figures of an epoch show the rate that it was run with
        scale = scale if event.metrics["loss"] < best else scale / 2
        best = min(best, event.metrics["loss"])
        assert event.state.optimizer.scale == scale
        assert event.state.optimizer.best == best
    assert scale < 1


def test_a_run_killed_before_the_end_of_an_epoch_cuts_like_the_uninterrupted_one(tmp_path: Path) -> None:
    step, start, data = prepare()
    whole = fnn.final(fnn.fit(step, start, data, epochs=8)).state
    for stop in range(1, 32, 5):
        for event in fnn.checkpoint(fnn.fit(step, start, data, epochs=8), tmp_path / "run.npz", every=1):
            if event.state.step == stop:
                break
        state = fnn.resume(tmp_path / "run.npz", start)
        assert tree.equal(fnn.final(fnn.fit(step, state, data, epochs=8)).state, whole)


def test_a_metric_that_is_not_there_is_named() -> None:
    step, _, data = prepare()
    optimizer = plateau(sgd, 0.1)
    other = fnn.train_step(step.model, step.loss, optimizer)
    with pytest.raises(HyperparameterError) as error:
        fnn.final(fnn.fit(other, fnn.start(step.model, optimizer, fnn.Key(0)), data, epochs=1))
    assert str(error.value) == (
        "plateau(sgd(0.1), validation_loss, factor=0.1, patience=5): expected a metric named 'validation_loss', got "
        "loss, learning_rate. Give fit validate=."
    )


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"factor": 1.0}, "plateau: expected factor in (0, 1), got 1.0."),
        ({"factor": 0.0}, "plateau: expected factor in (0, 1), got 0.0."),
        ({"patience": 0}, "plateau: expected patience as an integer of at least 1, got 0."),
        ({"minimum_change": -1.0}, "plateau: expected minimum_change in [0, inf), got -1.0."),
        ({"minimum_scale": 2.0}, "plateau: expected minimum_scale in [0, 1], got 2.0."),
        ({"mode": "least"}, 'plateau: expected mode as "min" or "max", got \'least\'.'),
        ({"learning_rate": -0.1}, "plateau: expected learning_rate in [0, inf), got -0.1."),
    ],
)
def test_options_without_meaning_are_refused(options: dict[str, Any], text: str) -> None:
    with pytest.raises(HyperparameterError) as error:
        plateau(sgd, **{"learning_rate": 0.1, **options})
    assert str(error.value) == text


def test_what_is_no_optimizer_or_not_its_state() -> None:
    with pytest.raises(
        StructureError, match="plateau: expected a function that makes an optimizer from a rate, got a T"
    ):
        plateau(lambda rate: clip_by_global_norm(1.0), 0.1)  # type: ignore[arg-type, return-value]  # wrong on purpose
    optimizer = plateau(sgd, 0.1)
    with pytest.raises(StructureError, match="expected a state PlateauState, got a SGDState"):
        optimizer.update(ONE, SGDState(0, 0.1), ONE)  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(StructureError, match="expected a state PlateauState, got a SGDState"):
        optimizer.observe(SGDState(0, 0.1), {})  # type: ignore[arg-type]  # wrong on purpose
