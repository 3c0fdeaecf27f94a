"""The training loop: a generator of events."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from itertools import chain, islice
from typing import TypeVar

from attrs import evolve

from fnn.arrays import describe
from fnn.errors import DataError, DivergenceError, HyperparameterError, StructureError
from fnn.optim import learning_rate
from fnn.train.divergence import diverged, first_not_finite
from fnn.train.evaluate import Source, check_source, evaluate
from fnn.train.events import EpochEnd, Events, Row, StepEnd
from fnn.train.figures import number
from fnn.train.state import TrainState
from fnn.train.step import TrainStep
from fnn.validate import positive

P = TypeVar("P")
S = TypeVar("S")
X = TypeVar("X")
Y = TypeVar("Y")
T = TypeVar("T")


def fit(
    step: TrainStep[P, S, X, Y, T],
    state: TrainState[P, S],
    batches: Source[X, T],
    *,
    epochs: int,
    every: int = 1,
    validate: Source[X, T] | Callable[[P], Mapping[str, float]] | None = None,
) -> Events[P, S]:
    """Train until ``state`` has had ``epochs`` epochs in all; yield a StepEnd a step and an EpochEnd an epoch.

    The run starts where ``state`` stands: a state taken from any event, saved and loaded again, goes on bit for bit.
    ``break`` ends it at any time. With ``every=n`` there is a StepEnd only after n steps and at the end of an epoch.
    The numbers stay the same, bit for bit; as nobody sees the states in between, steps by Adam are faster, most of all
    those of small dense networks: see `TrainStep.run`.

    ``validate`` is data to evaluate at each end of an epoch, or a function of the parameters that returns figures by
    name; they appear with ``validation_`` in front. A penalty is no part of ``validation_loss``, whose counterpart is
    then ``data_loss``. ``batches`` is made by `fnn.batches`, or is anything with its ``epoch(index, skip)`` and
    ``len``.

    Raises DivergenceError when the loss or a parameter is no longer finite, with the last good state in it (with
    ``every=n`` it may be that of the last event).

    >>> import fnn, numpy as np
    >>> model, optimizer = fnn.dense(1, 1), fnn.sgd(0.1)
    >>> x = np.linspace(-1, 1, 8, dtype=np.float32)[:, None]
    >>> step = fnn.train_step(model, fnn.mean_squared_error, optimizer)
    >>> data = fnn.batches(x, 2 * x, batch_size=4, key=fnn.Key(1))
    >>> for event in fnn.fit(step, fnn.start(model, optimizer, fnn.Key(0)), data, epochs=2):
    ...     print(type(event).__name__, end=" ")
    StepEnd StepEnd EpochEnd StepEnd StepEnd EpochEnd
    """
    if type(epochs) is not int or epochs < 0:
        raise HyperparameterError("fit", "epochs as an integer of at least 0", repr(epochs))
    positive("fit", every=every)
    if not isinstance(state, TrainState):
        raise StructureError("fit", "a TrainState", describe(state), "Make one: fnn.start(model, optimizer, key).")
    given: object = step  # untyped callers hand over anything
    if not isinstance(given, TrainStep):
        raise StructureError("fit", "a step", describe(given), "Make one: fnn.train_step(model, loss, optimizer).")
    check_source(batches, "fit")
    if validate is not None and not callable(validate):
        check_source(validate, "fit, validate")
    if len(batches) == 0:
        raise DataError("fit", "at least one batch an epoch", "none")
    return _run(step, state, batches, epochs, every, validate)


def _run(
    step: TrainStep[P, S, X, Y, T],
    state: TrainState[P, S],
    batches: Source[X, T],
    epochs: int,
    every: int,
    validate: Source[X, T] | Callable[[P], Mapping[str, float]] | None,
) -> Events[P, S]:
    before = state  # the state one event back, for the step that finds its parameters spoilt
    while state.epoch < epochs:
        stream = iter(batches.epoch(state.epoch, skip=state.batch))
        for batch in stream:
            try:
                if every == 1:
                    advanced, values = step(state, batch)
                else:
                    advanced, values = step.run(state, chain([batch], islice(stream, every - 1)))
            except DivergenceError as error:
                if error.state is state and first_not_finite(state.params) is not None:
                    error.state = before
                raise
            before, state = state, advanced
            means, count = _means(state.sums), len(batches)
            yield StepEnd(state, values, means, epoch=state.epoch, epochs=epochs, batch=state.batch, batches=count)
        if first_not_finite(state.params) is not None:
            raise diverged(state, "an update that spoilt a parameter", good=before)
        metrics: dict[str, float] = dict(_means(state.sums))
        with contextlib.suppress(StructureError):  # an optimizer of the user's own may have none to tell
            metrics["learning_rate"] = learning_rate(state.optimizer)
        metrics |= {f"validation_{name}": value for name, value in _validate(step, state.params, validate).items()}
        optimizer = step.optimizer.observe(state.optimizer, metrics)
        state = evolve(state, optimizer=optimizer, epoch=state.epoch + 1, batch=0, sums={})
        yield EpochEnd(state, metrics, epoch=state.epoch, epochs=epochs)


def _means(sums: Mapping[str, float]) -> Row:
    return {name: total / sums["samples"] for name, total in sums.items() if name != "samples"}


def _validate(
    step: TrainStep[P, S, X, Y, T], params: P, validate: Source[X, T] | Callable[[P], Mapping[str, float]] | None
) -> Mapping[str, float]:
    if validate is None:
        return {}
    if callable(validate):
        figures: object = validate(params)
        if not isinstance(figures, Mapping):
            hint = 'Return {"accuracy": 0.9}, say.'
            raise StructureError("fit, validate", "a function that returns figures by name", describe(figures), hint)
        return {name: number(value, f"validate, {name}") for name, value in figures.items()}
    return evaluate(step.model, params, validate, loss=step.loss, metrics=step.metrics)
