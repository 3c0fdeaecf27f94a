"""Showing how a run goes: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Iterable
from typing import TextIO, TypeVar

from fnn.train.events import EarlyStop, EpochEnd, Event, Events, Row, StepEnd

P = TypeVar("P")
S = TypeVar("S")


def progress(events: Iterable[Event[P, S]], *, stream: TextIO | None = None) -> Events[P, S]:
    """Pass the events on and show them: loss, metrics, learning rate, steps a second, and the time left.

    On a terminal this is a bar (with the extra ``progress``, which is rich); elsewhere, and without rich, one plain
    line an epoch. Figures in brackets are those of the validation data. ``stream`` is where it is written, standard
    error by default.

    >>> import fnn, numpy as np
    >>> model, optimizer = fnn.dense(1, 1), fnn.sgd(0.1)
    >>> x = np.linspace(-1, 1, 8, dtype=np.float32)[:, None]
    >>> step = fnn.train_step(model, fnn.mean_squared_error, optimizer)
    >>> data, state = fnn.batches(x, 2 * x, batch_size=4), fnn.start(model, optimizer, fnn.Key(0))
    >>> end = fnn.final(progress(fnn.fit(step, state, data, epochs=2, validate=data), stream=sys.stdout))
    epoch 1/2  loss ... (...)  rate 0.1  ... s
    epoch 2/2  loss ... (...)  rate 0.1  ... s
    """
    out = sys.stderr if stream is None else stream
    if out.isatty() and importlib.util.find_spec("rich") is not None:
        return _bar(events, out)
    return _lines(events, out)


def describe_row(row: Row) -> str:
    """Write figures in one line, four digits each, those of validation in brackets behind those of training.

    >>> describe_row({"loss": 0.123456, "learning_rate": 0.001, "validation_loss": 0.2})
    'loss 0.1235 (0.2)  rate 0.001'
    """
    parts = []
    for name, value in row.items():
        beside = row.get(f"validation_{name}")
        if not name.startswith("validation_"):
            parts.append(f"{_label(name)} {value:.4g}" + ("" if beside is None else f" ({beside:.4g})"))
        elif name.removeprefix("validation_") not in row:
            parts.append(f"{_label(name)} {value:.4g}")
    return "  ".join(parts)


def _label(name: str) -> str:
    return "rate" if name == "learning_rate" else name.replace("_", " ")


def _epoch_line(event: EpochEnd[P, S], seconds: float) -> str:
    width = len(str(event.epochs))
    return f"epoch {event.epoch:>{width}}/{event.epochs}  {describe_row(event.metrics)}  {seconds:.1f} s"


def _lines(events: Iterable[Event[P, S]], out: TextIO) -> Events[P, S]:
    began = time.perf_counter()
    for event in events:
        if isinstance(event, EpochEnd):
            now = time.perf_counter()
            print(_epoch_line(event, now - began), file=out, flush=True)
            began = now
        elif isinstance(event, EarlyStop):
            print(f"stopped: {event.reason}; best epoch {event.epoch}", file=out, flush=True)
        yield event


def _bar(events: Iterable[Event[P, S]], out: TextIO) -> Events[P, S]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TaskProgressColumn(),
        TextColumn("{task.fields[figures]}"),
        TimeRemainingColumn(),
    )
    shown = began = started = time.perf_counter()
    first_step: int | None = None
    with Progress(*columns, console=Console(file=out)) as bar:
        task = bar.add_task("training", total=None, figures="")
        for event in events:
            now = time.perf_counter()
            if isinstance(event, StepEnd):
                if first_step is None:
                    first_step, started = event.state.step, now
                last = event.batch == event.batches
                if last or now - shown > 0.1:  # drawing costs more than a small network's step
                    speed = (event.state.step - first_step) / (now - started) if now > started else 0.0
                    bar.update(
                        task,
                        description=f"epoch {event.epoch + 1}/{event.epochs}",
                        total=event.epochs * event.batches,
                        completed=event.epoch * event.batches + event.batch,
                        figures=f"{describe_row(event.mean)}  {speed:.0f} steps/s",
                    )
                    shown = now
            elif isinstance(event, EpochEnd):
                bar.console.print(_epoch_line(event, now - began), highlight=False)
                began = now
            else:
                bar.console.print(f"stopped: {event.reason}; best epoch {event.epoch}", highlight=False)
            yield event
