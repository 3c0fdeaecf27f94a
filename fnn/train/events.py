"""What a training run tells about itself: immutable events, each with the state at that moment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, TypeAlias, TypeVar

import attrs

from fnn.errors import DataError
from fnn.train.state import TrainState

P = TypeVar("P")
S = TypeVar("S")

Row: TypeAlias = Mapping[str, float]
"""One epoch in figures: ``epoch``, ``loss``, ``learning_rate``, the metrics, and the same with ``validation_``."""


@attrs.frozen(eq=False)
class StepEnd(Generic[P, S]):
    """A step was taken, or several: ``metrics`` are those of the last batch, ``mean`` those of the epoch so far."""

    state: TrainState[P, S] = attrs.field(repr=False)
    metrics: Row
    mean: Row
    epoch: int
    epochs: int
    batch: int
    batches: int


@attrs.frozen(eq=False)
class EpochEnd(Generic[P, S]):
    """An epoch is complete: ``metrics`` are its means, and those of the validation data with ``validation_`` in front.

    ``epoch`` counts from 1. ``history`` holds the rows of all epochs so far if the `history` wrapper is around the run.
    """

    state: TrainState[P, S] = attrs.field(repr=False)
    metrics: Row
    epoch: int
    epochs: int
    history: tuple[Row, ...] = attrs.field(default=(), repr=False)


@attrs.frozen(eq=False)
class EarlyStop(Generic[P, S]):
    """`early_stopping` ended the run: ``state`` is the best one seen, ``epoch`` the epoch it came from."""

    state: TrainState[P, S] = attrs.field(repr=False)
    metrics: Row
    epoch: int
    reason: str
    history: tuple[Row, ...] = attrs.field(default=(), repr=False)


Event: TypeAlias = StepEnd[P, S] | EpochEnd[P, S] | EarlyStop[P, S]
Events: TypeAlias = Iterator[Event[P, S]]
End: TypeAlias = EpochEnd[P, S] | EarlyStop[P, S]


def final(events: Iterable[Event[P, S]]) -> End[P, S]:
    """Run to the end and return the last event: that of the last epoch, or that of an early stop.

    Raises DataError if the run has no epoch.

    >>> import fnn, numpy as np
    >>> model, optimizer = fnn.dense(1, 1), fnn.sgd(0.1)
    >>> x = np.linspace(-1, 1, 8, dtype=np.float32)[:, None]
    >>> step = fnn.train_step(model, fnn.mean_squared_error, optimizer)
    >>> run = fnn.fit(step, fnn.start(model, optimizer, fnn.Key(0)), fnn.batches(x, 2 * x, batch_size=4), epochs=50)
    >>> bool(final(run).metrics["loss"] < 0.01)
    True
    """
    last: End[P, S] | None = None
    for event in events:
        if not isinstance(event, StepEnd):
            last = event
    if last is None:
        raise DataError("final", "a run of at least one epoch", "no epoch", "The state may have had all its epochs.")
    return last
