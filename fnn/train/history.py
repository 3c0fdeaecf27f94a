"""Keeping the figures of every epoch, in memory and as CSV."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from attrs import evolve

from fnn.errors import FileFormatError
from fnn.io.atomic import atomic_write
from fnn.train.events import EpochEnd, Event, Events, Row, StepEnd

P = TypeVar("P")
S = TypeVar("S")


def history(events: Iterable[Event[P, S]], csv_path: str | os.PathLike[str] | None = None) -> Events[P, S]:
    """Pass the events on, each end of an epoch with the ``history`` of all epochs so far, as one row of figures each.

    With ``csv_path`` the rows are also written there after every epoch (the whole file anew, so that it is never half
    written). A run that is resumed finds its earlier rows in that file; those of epochs that are run again give way.
    Where a `checkpoint` is used, put it around the history, so that no saved epoch lacks its row.

    >>> import fnn, numpy as np
    >>> model, optimizer = fnn.dense(1, 1), fnn.sgd(0.1)
    >>> x = np.linspace(-1, 1, 8, dtype=np.float32)[:, None]
    >>> step = fnn.train_step(model, fnn.mean_squared_error, optimizer)
    >>> run = fnn.fit(step, fnn.start(model, optimizer, fnn.Key(0)), fnn.batches(x, 2 * x, batch_size=4), epochs=3)
    >>> [sorted(row) for row in fnn.final(fnn.history(run)).history][0]
    ['epoch', 'learning_rate', 'loss']
    """
    rows: tuple[Row, ...] = ()
    first = True
    for event in events:
        if isinstance(event, StepEnd):
            yield event
            continue
        if first and csv_path is not None and Path(csv_path).exists():
            rows = read_history(csv_path)
            if isinstance(event, EpochEnd):
                rows = tuple(row for row in rows if row["epoch"] < event.epoch)
        first = False
        if isinstance(event, EpochEnd):
            rows = (*rows, {"epoch": event.epoch, **event.metrics})
            if csv_path is not None:
                write_history(csv_path, rows)
        yield evolve(event, history=rows)


def write_history(path: str | os.PathLike[str], rows: Sequence[Row]) -> None:
    """Write rows of figures as CSV, with one column for each name that occurs.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_history(folder + "/run.csv", [{"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.25}])
    ...     read_history(folder + "/run.csv")
    ({'epoch': 1, 'loss': 0.5}, {'epoch': 2, 'loss': 0.25})
    """
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: repr(value) for name, value in row.items()} for row in rows)
    with atomic_write(path) as file:
        file.write(text.getvalue().encode())


def read_history(path: str | os.PathLike[str]) -> tuple[Row, ...]:
    """Read what `write_history` wrote, exactly; its page shows it. Raises FileFormatError for anything else."""
    rows: list[Row] = []
    with open(path, encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            try:
                figures = {name: float(value) for name, value in row.items() if value != ""}
                figures["epoch"] = int(figures["epoch"])
            except (KeyError, TypeError, ValueError):
                raise FileFormatError(
                    f"{os.fspath(path)}, line {number}", "numbers in columns, one named epoch", str(row)
                ) from None
            rows.append(figures)
    return tuple(rows)
