"""Saving a run while it goes, and going on from there."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from fnn.io.load import load
from fnn.io.save import save
from fnn.train.events import EpochEnd, Event, Events, StepEnd
from fnn.train.state import TrainState
from fnn.validate import positive

P = TypeVar("P")
S = TypeVar("S")


def checkpoint(
    events: Iterable[Event[P, S]], path: str | os.PathLike[str], *, every: int | None = None
) -> Events[P, S]:
    """Pass the events on, and save the training state at the end of each epoch, and after ``every`` steps if given.

    If `fit` tells of its steps less often than that, it is saved whenever it does.

    The file is replaced in one move: whenever the process dies, it holds one whole state, the old or the new. See
    `resume` for the way back.

    >>> import tempfile
    >>> import fnn, numpy as np
    >>> model, optimizer = fnn.dense(1, 1), fnn.sgd(0.1)
    >>> x = np.linspace(-1, 1, 8, dtype=np.float32)[:, None]
    >>> step = fnn.train_step(model, fnn.mean_squared_error, optimizer)
    >>> data, state = fnn.batches(x, 2 * x, batch_size=4), fnn.start(model, optimizer, fnn.Key(0))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     end = fnn.final(checkpoint(fnn.fit(step, state, data, epochs=2), folder + "/run.npz"))
    ...     fnn.tree.equal(resume(folder + "/run.npz", state), end.state)
    True
    """
    if every is not None:
        positive("checkpoint", every=every)
    return _save_along(events, Path(path), every)


def _save_along(events: Iterable[Event[P, S]], path: Path, every: int | None) -> Events[P, S]:
    saved = 0  # how many times `every` steps there were at the last event
    for event in events:
        due = isinstance(event, EpochEnd)
        if isinstance(event, StepEnd) and every is not None:
            due = event.state.step // every > saved
            saved = event.state.step // every
        if due:
            save(path, event.state)
        yield event


def resume(path: str | os.PathLike[str], state: TrainState[P, S]) -> TrainState[P, S]:
    """Return the state saved at ``path``, or ``state`` if there is no such file yet.

    ``state`` is what `fnn.start` returned; the saved one must have its structure. Raises FileFormatError otherwise.

    >>> import fnn, tempfile
    >>> model, optimizer = fnn.dense(3, 2), fnn.sgd(0.1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     state = resume(folder + "/run.npz", fnn.start(model, optimizer, fnn.Key(0)))
    >>> state.step
    0
    """
    return load(path, state) if Path(path).exists() else state
