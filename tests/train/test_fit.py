"""The loop: events, resumption, divergence, and the errors at its door."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fnn
from fnn.errors import DataError, DivergenceError, FnnError, HyperparameterError, ShapeError, StructureError
from tests.train.long_run import prepare


def line() -> tuple[fnn.Array, fnn.Array]:
    x: fnn.Array = np.linspace(-1, 1, 10, dtype=np.float32)[:, None]
    return x, 3 * x - 1


def linear_run(rate: float = 0.1, epochs: int = 3) -> fnn.train.Events[fnn.Dense, fnn.optim.SGDState]:
    x, y = line()
    model, optimizer = fnn.dense(1, 1), fnn.sgd(rate)
    step = fnn.train_step(model, fnn.mean_squared_error, optimizer)
    return fnn.fit(step, fnn.start(model, optimizer, fnn.Key(0)), fnn.batches(x, y, batch_size=4), epochs=epochs)


def test_events_come_in_order_with_positions_and_means() -> None:
    events = list(linear_run(epochs=2))
    assert [type(event).__name__ for event in events] == ["StepEnd", "StepEnd", "StepEnd", "EpochEnd"] * 2
    first = events[:3]
    assert [event.state.step for event in events if isinstance(event, fnn.StepEnd)] == [1, 2, 3, 4, 5, 6]
    assert [(e.epoch, e.epochs, e.batch, e.batches) for e in first if isinstance(e, fnn.StepEnd)] == [
        (0, 2, 1, 3),
        (0, 2, 2, 3),
        (0, 2, 3, 3),
    ]
    losses = [event.metrics["loss"] for event in first]
    weighted = (4 * losses[0] + 4 * losses[1] + 2 * losses[2]) / 10  # the last batch holds 2 of the 10 samples
    assert events[3].metrics["loss"] == pytest.approx(weighted, rel=1e-12)
    assert events[3].metrics["learning_rate"] == 0.1
    assert events[3].state.epoch == 1
    assert events[3].state.batch == 0


def test_a_run_finds_the_line() -> None:
    params = fnn.final(linear_run(epochs=200)).state.params
    np.testing.assert_allclose([params.weight.item(), params.bias.item()], [3, -1], atol=1e-4)


def test_break_ends_a_run_and_its_state_goes_on_bit_for_bit() -> None:
    step, state, data = prepare()
    whole = fnn.final(fnn.fit(step, state, data, epochs=3, validate=data))
    for stop in (1, 7, 8, 9, 17):
        reached = state
        for number, event in enumerate(fnn.fit(step, state, data, epochs=3), start=1):
            reached = event.state
            if number == stop:
                break
        rest = fnn.final(fnn.fit(step, reached, data, epochs=3, validate=data))
        assert fnn.tree.equal(rest.state, whole.state)
        assert rest.metrics == whole.metrics


def test_a_saved_state_goes_on_bit_for_bit(tmp_path: Path) -> None:
    step, state, data = prepare()
    whole = fnn.final(fnn.fit(step, state, data, epochs=4))
    for event in fnn.checkpoint(fnn.fit(step, state, data, epochs=4), tmp_path / "run.npz", every=5):
        if event.state.step == 13:
            break
    resumed = fnn.resume(tmp_path / "run.npz", prepare()[1])
    assert resumed.step == 10
    rest = fnn.final(fnn.fit(step, resumed, data, epochs=4))
    assert fnn.tree.equal(rest.state, whole.state)
    assert rest.metrics == whole.metrics


def test_a_finished_state_trains_no_more() -> None:
    step, state, data = prepare()
    done = fnn.final(fnn.fit(step, state, data, epochs=1)).state
    assert list(fnn.fit(step, done, data, epochs=1)) == []
    with pytest.raises(DataError, match="a run of at least one epoch"):
        fnn.final(fnn.fit(step, done, data, epochs=1))


def test_the_state_given_is_left_as_it_was() -> None:
    step, state, data = prepare()
    before = fnn.tree.copy(state)
    fnn.final(fnn.fit(step, state, data, epochs=1))
    assert fnn.tree.equal(state, before)
    assert not any(leaf.flags.writeable for leaf in fnn.tree.leaves(state.params))


def test_all_stays_float32() -> None:
    step, state, data = prepare()
    end = fnn.final(fnn.fit(step, state, data, epochs=1)).state
    assert {leaf.dtype for leaf in fnn.tree.leaves(end)} == {np.dtype(np.float32)}


def test_a_penalty_adds_to_loss_and_gradient() -> None:
    x, y = line()
    model, optimizer = fnn.dense(1, 1), fnn.sgd(0.1)
    state = fnn.start(model, optimizer, fnn.Key(0))
    batch = fnn.Batch(x, y)
    plain, values = fnn.train_step(model, fnn.mean_squared_error, optimizer)(state, batch)
    penalized, more = fnn.train_step(model, fnn.mean_squared_error, optimizer, penalty=fnn.l2(0.5))(state, batch)
    w = state.params.weight.item()
    assert more["data_loss"] == values["loss"]
    assert more["penalty"] == pytest.approx(0.5 * w * w, rel=1e-6)
    assert more["loss"] == more["data_loss"] + more["penalty"]
    assert penalized.params.weight.item() == pytest.approx(plain.params.weight.item() - 0.1 * 2 * 0.5 * w, rel=1e-5)
    assert penalized.params.bias.item() == plain.params.bias.item()


def test_validation_may_be_data_or_a_function() -> None:
    step, state, data = prepare()
    by_data = fnn.final(fnn.fit(step, state, data, epochs=1, validate=data))
    own = fnn.evaluate(step.model, by_data.state.params, data, loss=step.loss, metrics=step.metrics)
    assert by_data.metrics["validation_loss"] == own["loss"]
    assert by_data.metrics["validation_accuracy"] == own["accuracy"]
    by_function = fnn.final(fnn.fit(step, state, data, epochs=1, validate=lambda params: {"size": 7.0}))
    assert by_function.metrics["validation_size"] == 7.0


def test_divergence_names_step_and_parameter_and_keeps_the_last_good_state() -> None:
    good: list[object] = []
    with pytest.raises(DivergenceError) as caught:
        good += (event.state for event in linear_run(rate=1e12, epochs=50))
    state = caught.value.state
    assert isinstance(state, fnn.TrainState)
    assert all(np.isfinite(leaf).all() for leaf in fnn.tree.leaves(state.params))
    text = str(caught.value)
    assert text.startswith("step ")
    assert "the largest entry is" in text
    assert "in weight" in text or "in bias" in text
    assert "Lower the learning rate" in text


def test_nan_in_the_data_stops_the_run_at_once() -> None:
    x, y = line()
    bad = x.copy()
    bad[5] = np.nan
    model, optimizer = fnn.dense(1, 1), fnn.adam(0.1)
    step = fnn.train_step(model, fnn.mean_squared_error, optimizer)
    start = fnn.start(model, optimizer, fnn.Key(0))
    text = r"step 1 \(epoch 0, batch 1\).*loss of nan; the gradient of weight"
    with pytest.raises(DivergenceError, match=text) as caught:
        fnn.final(fnn.fit(step, start, fnn.batches(bad, y, batch_size=4), epochs=2))
    assert isinstance(caught.value.state, fnn.TrainState)
    assert caught.value.state.step == 1


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda step, state, data: fnn.fit(step, state, data, epochs=-1), HyperparameterError, "fit: expected epochs"),
        (lambda step, state, data: fnn.fit(step, state.params, data, epochs=1), FnnError, "a TrainState, got a Net"),
        (lambda step, state, data: fnn.start(data, fnn.sgd(0.1), fnn.Key(0)), FnnError, "with parameters, got a B"),
        (
            lambda step, state, data: step(fnn.replace(state, params=()), next(data.epoch(0))),
            FnnError,
            "Net, got a tuple",
        ),
        (lambda step, state, data: fnn.predict(step.model, state.params, np.zeros((0, 2))), DataError, "one sample"),
        (lambda step, state, data: fnn.predict(step.model, state.params, [[1.0, 2.0]]), FnnError, "a list"),
    ],
)
def test_bad_calls(call: Callable[..., object], error: type[FnnError], text: str) -> None:
    with pytest.raises(error, match=text):
        call(*prepare())


def test_predictions_in_batches_equal_those_at_once() -> None:
    step, state, _ = prepare()
    x = np.random.default_rng(0).standard_normal((10, 2)).astype(np.float32)
    at_once = fnn.predict(step.model, state.params, x)
    assert at_once.shape == (10, 3)
    np.testing.assert_allclose(fnn.predict(step.model, state.params, x, batch_size=3), at_once, rtol=1e-5, atol=1e-6)


def test_a_loss_with_options_is_a_partial() -> None:
    weights = np.array([1.0, 2.0, 1.0], np.float32)
    step, state, data = prepare()
    loss = functools.partial(fnn.softmax_cross_entropy, class_weight=weights)
    weighted = fnn.train_step(step.model, loss, step.optimizer)
    assert fnn.final(fnn.fit(weighted, state, data, epochs=1)).metrics["loss"] > 0


def test_figures_of_ones_own_may_be_scalars_of_numpy(tmp_path: Path) -> None:
    def loss(y: fnn.Array, target: fnn.Array) -> tuple[float, fnn.Array]:
        error = y - target
        return (error * error).mean(), 2 * error / error.size

    x, y = line()
    model, optimizer = fnn.dense(1, 1), fnn.sgd(0.1)
    step = fnn.train_step(model, loss, optimizer, metrics={"far": lambda y, t: np.abs(y - t).max()})
    data = fnn.batches(x, y, batch_size=5)
    for validate in (data, lambda params: {"size": np.abs(params.weight).sum()}):
        run = fnn.fit(step, fnn.start(model, optimizer, fnn.Key(0)), data, epochs=2, validate=validate)
        end = fnn.final(fnn.checkpoint(fnn.history(run, tmp_path / "log.csv"), tmp_path / "run.npz", every=1))
        assert {type(value) for value in end.metrics.values()} == {float}
        assert fnn.train.read_history(tmp_path / "log.csv") == end.history
        (tmp_path / "log.csv").unlink()


def test_figures_that_are_no_numbers_are_refused() -> None:
    x, y = line()
    model, optimizer = fnn.dense(1, 1), fnn.sgd(0.1)
    data = fnn.batches(x, y, batch_size=5)
    step = fnn.train_step(model, fnn.mean_squared_error, optimizer, metrics={"far": lambda y, t: np.abs(y - t)})
    with pytest.raises(ShapeError, match=r"^metric far: expected one number, got float32 of shape \(5, 1\)\. Reduce"):
        fnn.final(fnn.fit(step, fnn.start(model, optimizer, fnn.Key(0)), data, epochs=1))


@pytest.mark.parametrize("name", ["loss", "penalty", "samples", "epoch", "validation_loss"])
def test_a_metric_cannot_take_a_name_that_means_something_else(name: str) -> None:
    with pytest.raises(HyperparameterError, match=rf"^train_step: expected metrics .* own, got '{name}'\. Taken are"):
        fnn.train_step(fnn.dense(1, 1), fnn.mean_squared_error, fnn.sgd(0.1), metrics={name: lambda y, t: 0.0})


def test_a_penalty_is_no_part_of_the_validation_loss() -> None:
    x, y = line()
    model, optimizer = fnn.dense(1, 1), fnn.sgd(0.0)
    step = fnn.train_step(model, fnn.mean_squared_error, optimizer, penalty=fnn.l2(0.5))
    data = fnn.batches(x, y, batch_size=10)
    row = fnn.final(fnn.fit(step, fnn.start(model, optimizer, fnn.Key(0)), data, epochs=1, validate=data)).metrics
    assert row["validation_loss"] == row["data_loss"] == pytest.approx(row["loss"] - row["penalty"], rel=1e-12)
    assert row["penalty"] > 0


def test_what_does_not_belong_into_a_run_is_refused_at_the_door() -> None:
    x, y = line()
    model, optimizer = fnn.dense(1, 1), fnn.sgd(0.1)
    data, state = fnn.batches(x, y, batch_size=5), fnn.start(model, optimizer, fnn.Key(0))
    step = fnn.train_step(model, fnn.mean_squared_error, optimizer)
    untyped: Any = fnn
    calls: list[tuple[Callable[[], object], str]] = [
        (
            lambda: untyped.start(model, fnn.clip_by_value(1.0), fnn.Key(0)),
            "start: expected an optimizer, got a Transf",
        ),
        (lambda: untyped.start(model, fnn.adam, fnn.Key(0)), "start: expected an optimizer, got a function"),
        (lambda: untyped.train_step(fnn.relu, fnn.huber, optimizer), "train_step: expected a model with parameters"),
        (lambda: untyped.train_step(model, fnn.huber, None), "train_step: expected an optimizer, got None"),
        (lambda: untyped.train_step(model, 0.5, optimizer), "train_step: expected loss as a function, got 0.5"),
        (lambda: untyped.train_step(model, fnn.huber, optimizer, penalty=0.1), "train_step: expected a penalty"),
        (
            lambda: untyped.train_step(model, fnn.huber, optimizer, metrics=[fnn.r2_score]),
            "train_step: expected metrics",
        ),
        (
            lambda: untyped.train_step(model, fnn.huber, optimizer, metrics={1: fnn.r2_score}),
            "train_step: expected met",
        ),
        (
            lambda: untyped.train_step(model, fnn.huber, optimizer, metrics={"a": 1}),
            "train_step, metrics: expected a as",
        ),
        (lambda: untyped.fit(None, state, data, epochs=1), "fit: expected a step, got None"),
        (lambda: untyped.fit(step, state, (x, y), epochs=1), "fit: expected batches, got a tuple. Write fnn.batches("),
        (lambda: untyped.fit(step, state, data.epoch(0), epochs=1), "fit: expected batches, got a generator"),
        (
            lambda: untyped.fit(step, state, data, epochs=1, validate=(x, y)),
            "fit, validate: expected batches, got a tu",
        ),
        (
            lambda: untyped.final(fnn.fit(step, state, data, epochs=1, validate=lambda params: 0.5)),  # type: ignore[arg-type, return-value]  # wrong on purpose
            "fit, validate: expected a function that returns figures by name, got a float",
        ),
        (lambda: untyped.evaluate(model, state.params, (x, y)), "evaluate: expected batches, got a tuple"),
        (lambda: untyped.evaluate(fnn.relu, state.params, data), "evaluate: expected a model, got a Fn"),
        (lambda: untyped.evaluate(model, state.params, data, loss=1), "evaluate: expected loss as a function"),
        (lambda: untyped.evaluate(model, state.params, data, metrics=[1]), "evaluate: expected metrics as a dict"),
        (
            lambda: fnn.evaluate(model, state.params, data, loss=fnn.huber, metrics={"loss": fnn.r2_score}),
            "evaluate: expected metrics with names of their own, got 'loss'",
        ),
        (lambda: untyped.predict(state.params, model, x), "predict: expected a model, got a Dense"),
        (lambda: untyped.predict(fnn.relu, None, x), "predict: expected a model, got a Fn"),
        (lambda: step(state, (x, y)), "step: expected a batch, got a tuple. Write fnn.Batch(inputs, targets)."),  # type: ignore[arg-type]  # wrong on purpose
        (lambda: step(state.params, fnn.Batch(x, y)), "step: expected a TrainState, got a Dense"),  # type: ignore[arg-type]  # wrong on purpose
    ]
    for call, text in calls:
        with pytest.raises(FnnError) as caught:
            call()
        assert str(caught.value).startswith(text)


def test_parameters_of_another_model_cannot_be_the_start() -> None:
    model = fnn.dense(1, 1) >> fnn.dense(1, 1)
    one, two = fnn.dense(1, 1).init(fnn.Key(0)), fnn.dense(1, 2).init(fnn.Key(0))
    with pytest.raises(
        StructureError, match=r"^start > params: expected the same structure, a tuple, got a Dense\. Th"
    ):
        fnn.start(model, fnn.sgd(0.1), fnn.Key(0), params=one)  # type: ignore[misc]  # wrong on purpose
    with pytest.raises(ShapeError, match=r"^start > params\.1\.weight: expected shape \(1, 1\), got shape \(1, 2\)\."):
        fnn.start(model, fnn.sgd(0.1), fnn.Key(0), params=(one, two))
    double = fnn.tree.astype((one, one), np.float64)
    assert fnn.tree.equal(fnn.start(model, fnn.sgd(0.1), fnn.Key(0), params=double).params, double)


def test_a_loss_gives_its_value_and_a_gradient_like_the_prediction() -> None:
    x, y = line()
    model, optimizer = fnn.dense(1, 1), fnn.sgd(0.1)
    state, batch = fnn.start(model, optimizer, fnn.Key(0)), fnn.Batch(x, y)
    losses: list[tuple[Any, str]] = [
        (
            fnn.r2_score,
            r"^loss: expected the tuple \(value, gradient\), got a float\. A loss returns both; a metric is",
        ),
        (
            lambda y, t: (0.0, y[:1]),
            r"^loss: expected a gradient like the prediction, float32 of shape \(10, 1\), got fl",
        ),
        (
            lambda y, t: (0.0, y.astype(np.float64)),
            r"^loss: expected a gradient like .*, got float64 of shape \(10, 1\)\.",
        ),
        (lambda y, t: (0.0, None), r"^loss: expected a gradient like the prediction, .*, got None\."),
    ]
    for loss, text in losses:
        with pytest.raises(FnnError, match=text):
            fnn.train_step(model, loss, optimizer)(state, batch)
        with pytest.raises(FnnError, match=text):
            fnn.evaluate(model, state.params, fnn.batches(x, y, batch_size=10), loss=loss)
