"""Ending a run that no longer improves."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, TypeVar

from fnn.errors import HyperparameterError
from fnn.io.inspect import inspect
from fnn.io.load import load
from fnn.io.save import save
from fnn.train.events import EarlyStop, EpochEnd, Event, Events, StepEnd
from fnn.validate import in_range, positive

P = TypeVar("P")
S = TypeVar("S")


def early_stopping(
    events: Iterable[Event[P, S]],
    *,
    metric: str = "validation_loss",
    mode: Literal["min", "max"] = "min",
    patience: int = 5,
    minimum_change: float = 0.0,
    keep: str | os.PathLike[str] | None = None,
) -> Events[P, S]:
    """Pass the events on; end the run when ``metric`` has not improved for ``patience`` epochs.

    An improvement is a change for the better by more than ``minimum_change``; NaN is worse than any figure. The last
    event is then an `EarlyStop` with the best state. ``keep`` names a file that always holds the best state; a resumed
    run reads from it what it had reached, so that it stops where the uninterrupted run would have stopped (put a
    `checkpoint` around this wrapper, not inside). Raises HyperparameterError if the events have no such metric, naming
    those they have.

    Reference: Prechelt (1998), "Early stopping - but when?".

    >>> import fnn, numpy as np
    >>> model, optimizer = fnn.dense(1, 1), fnn.sgd(0.1)
    >>> x = np.linspace(-1, 1, 8, dtype=np.float32)[:, None]
    >>> step = fnn.train_step(model, fnn.mean_squared_error, optimizer)
    >>> data, state = fnn.batches(x, 2 * x, batch_size=4), fnn.start(model, optimizer, fnn.Key(0))
    >>> run = fnn.fit(step, state, data, epochs=1000)
    >>> end = fnn.final(early_stopping(run, metric="loss", patience=2, minimum_change=1e-6))
    >>> end.reason, end.epoch < 100
    ('loss has not improved for 2 epochs', True)
    """
    positive("early_stopping", patience=patience)
    in_range("early_stopping", 0, math.inf, minimum_change=minimum_change)
    if mode not in ("min", "max"):
        raise HyperparameterError("early_stopping", 'mode as "min" or "max"', repr(mode))
    return _watch(events, metric, 1.0 if mode == "min" else -1.0, patience, minimum_change, keep)


def _watch(
    events: Iterable[Event[P, S]],
    metric: str,
    sign: float,
    patience: int,
    minimum_change: float,
    keep: str | os.PathLike[str] | None,
) -> Events[P, S]:
    best: EpochEnd[P, S] | None = None
    first = True
    for event in events:
        if first and keep is not None and not isinstance(event, EarlyStop):
            best = _recall(keep, event, metric)
            if best is not None and _epochs_before(event) - best.epoch >= patience:  # it had stopped already
                yield _stop(best, metric, patience)
                return
        first = False
        if not isinstance(event, EpochEnd):
            yield event
            continue
        if metric not in event.metrics:
            known = ", ".join(event.metrics)
            raise HyperparameterError("early_stopping", f"a metric named {metric!r}", known, "Give fit validate=.")
        if best is None or _better(sign * event.metrics[metric], sign * best.metrics[metric], minimum_change):
            best = event
            if keep is not None:
                save(keep, event.state, metadata={"epoch": event.epoch, "metrics": dict(event.metrics)})
        yield event
        if event.epoch - best.epoch >= patience:
            yield _stop(best, metric, patience)
            return


def _better(value: float, best: float, minimum_change: float) -> bool:
    """Tell whether ``value`` is lower by enough; NaN is worse than any number."""
    return best - value > minimum_change or (math.isnan(best) and not math.isnan(value))


def _stop(best: EpochEnd[P, S], metric: str, patience: int) -> EarlyStop[P, S]:
    reason = f"{metric} has not improved for {patience} epochs"
    return EarlyStop(best.state, best.metrics, best.epoch, reason, best.history)


def _epochs_before(event: StepEnd[P, S] | EpochEnd[P, S]) -> int:
    """Return how many epochs were complete when the part of the run began whose first event this is."""
    return event.epoch - 1 if isinstance(event, EpochEnd) else event.epoch


def _recall(keep: str | os.PathLike[str], event: StepEnd[P, S] | EpochEnd[P, S], metric: str) -> EpochEnd[P, S] | None:
    """Return the best epoch kept by an earlier part of this run, if it lies before the event at hand."""
    if not Path(keep).exists():
        return None
    info = inspect(keep).metadata
    epoch, metrics = info.get("epoch"), info.get("metrics")
    if not isinstance(epoch, int) or not isinstance(metrics, dict) or epoch > _epochs_before(event):
        return None
    figures = {name: float(value) for name, value in metrics.items()}
    if metric not in figures:  # kept by another run
        return None
    return EpochEnd(load(keep, event.state), figures, epoch=epoch, epochs=event.epochs)
