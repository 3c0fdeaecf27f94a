"""Curves of loss and accuracy over the epochs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fnn.arrays import describe
from fnn.errors import DataError
from fnn.plots.style import BLUE, GREEN, INK, VERMILION, new_figure, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

History: TypeAlias = Sequence[Mapping[str, float | None]] | Mapping[str, Sequence[float | None]]
"""One mapping of values an epoch, or one sequence of values a name."""

Columns: TypeAlias = dict[str, NDArray[np.float64]]

_PREFIXES = {
    "training": ("training_", "train_"),
    "validation": ("validation_", "val_"),
    "test": ("test_",),
}
_COLOURS = {"training": BLUE, "validation": VERMILION, "test": GREEN}


def curves(history: History, *, metrics: Sequence[str] = ("loss", "accuracy")) -> Figure:
    """Draw a panel for each of ``metrics`` that the history knows, with its training, validation and test values.

    A name with ``validation_`` or ``val_`` before it is the metric on validation data, ``test_`` on test data,
    ``train_`` or nothing on training data. The column ``epoch`` gives the horizontal axis, 1, 2, … if there is none.
    Values that are missing, None or NaN are left out, and the curve goes on across them. The legend gives the last
    values. Needs matplotlib.

    Raises DataError for an empty history, columns of unequal length, and where it knows none of ``metrics``.

    >>> fig = curves([{"epoch": 1, "loss": 0.9, "validation_loss": 1.0}, {"epoch": 2, "loss": 0.5}])
    >>> [text.get_text() for text in fig.axes[0].get_legend().get_texts()]
    ['training 0.500', 'validation 1.000']
    """
    columns = _columns(history)
    epochs = columns.pop("epoch", None)
    panels: dict[str, Columns] = {}
    for name, values in columns.items():
        role, metric = _parts(name)
        panels.setdefault(metric, {})[role] = values
    drawn = [metric for metric in metrics if metric in panels]
    if not drawn:
        hint = "Choose with metrics=(...)."
        raise DataError("plots.curves", f"at least one of {', '.join(metrics)}", ", ".join(panels) or "nothing", hint)
    figure = new_figure("plots.curves", 4.6 * len(drawn), 3.4)
    for axes, metric in zip(figure.subplots(1, len(drawn), squeeze=False)[0], drawn, strict=True):
        _panel(axes, metric, panels[metric], epochs)
    return figure


def _panel(axes: Axes, metric: str, roles: Columns, epochs: NDArray[np.float64] | None) -> None:
    from matplotlib.ticker import MaxNLocator

    for role, values in roles.items():
        known = np.isfinite(values)
        x = (np.arange(1.0, len(values) + 1) if epochs is None else epochs)[known]
        y = values[known]
        label = f"{role} {y[-1]:.3f}" if len(y) else f"{role}, no values"
        marker = "o" if len(y) <= 30 else ""
        axes.plot(x, y, color=_COLOURS[role], linewidth=1.8, marker=marker, markersize=3.5, label=label)
    tidy(axes)
    axes.set_title(metric.replace("_", " "), loc="left", color=INK, fontsize=11, fontweight="bold")
    axes.set_xlabel("epoch", color=INK, fontsize=9)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.margins(x=0.03)
    axes.legend(frameon=False, fontsize=9, labelcolor=INK)


def _parts(name: str) -> tuple[str, str]:
    """Split a column's name into role and metric.

    >>> _parts("val_loss"), _parts("accuracy")
    (('validation', 'loss'), ('training', 'accuracy'))
    """
    for role, prefixes in _PREFIXES.items():
        for prefix in prefixes:
            if name.startswith(prefix) and len(name) > len(prefix):
                return role, name[len(prefix) :]
    return "training", name


def _columns(history: History) -> Columns:
    """Bring rows or columns to columns of floats, NaN where a value is missing."""
    if isinstance(history, Mapping):
        raw: dict[str, Sequence[float | None]] = dict(history)
    else:
        given: object = history  # untyped callers hand over anything
        if not isinstance(given, Sequence) or not all(isinstance(row, Mapping) for row in given):
            hint = "Take the history of the last event, read_history(path), or a dict of columns."
            raise DataError("plots.curves", "rows of figures by name", describe(given), hint)
        names = dict.fromkeys(name for row in history for name in row)
        raw = {name: [row.get(name) for row in history] for name in names}
    try:
        columns = {
            name: np.array([np.nan if value is None else float(value) for value in values])
            for name, values in raw.items()
        }
    except (TypeError, ValueError) as error:
        raise DataError("plots.curves", "numbers or None", str(error)) from None
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        raise DataError("plots.curves", "columns of one length", str(lengths))
    if not any(lengths.values()):
        raise DataError("plots.curves", "a history of at least one epoch", "an empty one", "Train first.")
    return columns
