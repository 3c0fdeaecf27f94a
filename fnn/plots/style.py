"""What the pictures share: new figures, colours, axes without clutter, and checks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from fnn.arrays import Array, IntArray, check_finite, check_float, check_not_empty, describe
from fnn.errors import DataError, LabelError, ShapeError
from fnn.extras import require

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = "#222222"
MUTED = "#6a6a6a"
GRID = "#e4e4e4"
BLUE, VERMILION, GREEN = "#0072B2", "#D55E00", "#009E73"
CLASSES = (
    BLUE, VERMILION, GREEN, "#CC79A7", "#E69F00", "#56B4E9", "#8C6D1F", "#222222", "#882255", "#999999",
)  # fmt: skip
MARKERS = ("o", "s", "^", "D", "v", "<", ">", "p", "h", "8")


def new_figure(place: str, width: float, height: float, *, pad: float = 0.08) -> Figure:
    """Return an empty figure of a size in inches; raise MissingExtraError without matplotlib."""
    require("matplotlib", "plots", "drawing pictures", place)
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    layout = ConstrainedLayoutEngine(w_pad=pad, h_pad=pad)
    return Figure(figsize=(width, height), layout=layout, facecolor="white")


def grid_of_axes(
    place: str, count: int, columns: int | None, cell: tuple[float, float], extra: tuple[float, float] = (0.0, 0.0)
) -> tuple[Figure, list[Axes]]:
    """Return a figure of ``count`` empty frames in rows; ``cell`` and ``extra`` are (width, height) in inches."""
    columns = min(count, _columns(count) if columns is None else columns)
    rows = -(-count // columns)
    figure = new_figure(place, columns * cell[0] + extra[0], rows * cell[1] + extra[1], pad=0.04)
    frames = figure.subplots(rows, columns, squeeze=False).ravel().tolist()
    for axes in frames[count:]:
        axes.remove()
    for axes in frames[:count]:
        axes.set(xticks=(), yticks=())
        for spine in axes.spines.values():
            spine.set_visible(False)
    return figure, frames[:count]


def _columns(count: int) -> int:
    """Choose how many stand in a row: few places empty at the end, and the whole a little wider than high.

    >>> _columns(64), _columns(20), _columns(5)
    (8, 5, 5)
    """
    root = math.sqrt(count)
    return min(range(math.ceil(root), math.ceil(1.8 * root) + 1), key=lambda c: (-count % c, abs(c - 1.3 * root)))


def tidy(axes: Axes) -> None:
    """Leave two thin spines and a light grid behind the data."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(MUTED)
    axes.tick_params(colors=MUTED, labelcolor=INK, labelsize=9)
    axes.grid(color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)


def draw_points(axes: Axes, x: Array, labels: IntArray, names: Sequence[str], feature_names: tuple[str, str]) -> None:
    """Draw points (n, 2), each class with a colour, a marker and a name of its own, and the legend above them."""
    for i, name in enumerate(names):
        mine = x[labels == i]
        axes.scatter(
            mine[:, 0],
            mine[:, 1],
            s=26,
            marker=MARKERS[i % len(MARKERS)],
            color=CLASSES[i % len(CLASSES)],
            edgecolors="white",
            linewidths=0.6,
            label=name,
            zorder=3,
        )
    axes.set_xlabel(feature_names[0], color=INK, fontsize=9)
    axes.set_ylabel(feature_names[1], color=INK, fontsize=9)
    axes.legend(
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=min(len(names), 5),
        frameon=False,
        fontsize=9,
        labelcolor=INK,
    )


def name_classes(place: str, class_names: Sequence[str] | None, count: int) -> list[str]:
    """Return the names of the first ``count`` classes, their numbers if they have none; refuse fewer."""
    if class_names is None:
        return [f"class {i}" for i in range(count)]
    if len(class_names) < count:
        check_names(place, class_names, count, "class names")
    return list(class_names[:count])


def check_points(place: str, x: Array, labels: object) -> None:
    """Refuse what are no finite points (n, 2) with one label each."""
    check_float(x, place, "points")
    if x.ndim != 2 or x.shape[1] != 2:
        raise ShapeError(place, "points of shape (n, 2)", f"shape {x.shape}", "Draw two features at a time.")
    check_not_empty(x, place, "set of points")
    check_finite(x, place)
    check_labels(place, labels, len(x))


def check_names(place: str, names: Sequence[str], count: int, what: str) -> None:
    """Refuse names that are not one for each thing."""
    if len(names) != count:
        raise DataError(place, f"{count} {what}", str(len(names)), "Pass one name each.")


def check_labels(place: str, labels: object, count: int, classes: int | None = None) -> None:
    """Refuse what is not ``count`` integers, at least 0 and below ``classes`` if that is known."""
    if not isinstance(labels, np.ndarray) or labels.shape != (count,) or labels.dtype.kind not in "iu":
        hint = "One-hot labels become integers by y.argmax(axis=1)."
        raise LabelError(place, f"labels as {count} integers", describe(labels), hint)
    if labels.min() < 0 or (classes is not None and labels.max() >= classes):
        expected = "labels of at least 0" if classes is None else f"labels from 0 to {classes - 1}, one a class name"
        raise LabelError(place, expected, f"labels from {labels.min()} to {labels.max()}")
