"""The confusion matrix: what is taken for what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fnn.arrays import describe
from fnn.errors import DataError, ShapeError
from fnn.plots.style import INK, MUTED, check_names, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PLACE = "plots.confusion"


def confusion(matrix: NDArray[Any], class_names: Sequence[str] | None = None) -> Figure:
    """Draw a confusion matrix (classes, classes) whose rows are the true and columns the predicted classes.

    The numbers are counts; the colour is their share of the row, so that rare classes can be read as well as frequent
    ones. The title gives the accuracy, the sum of the diagonal over that of all. Needs matplotlib.

    Raises ShapeError for what is no square matrix, DataError for values that are negative or not finite and for
    another number of class names.

    >>> fig = confusion(np.array([[8, 2], [1, 9]]), ["cat", "dog"])
    >>> fig.axes[0].get_title(loc="left")
    'accuracy 0.850 (17 of 20)'
    """
    _check(matrix)
    classes = len(matrix)
    names = [str(i) for i in range(classes)] if class_names is None else list(class_names)
    check_names(_PLACE, names, classes, "class names")
    totals = matrix.sum(axis=1, keepdims=True)
    shares = matrix / np.where(totals > 0, totals, 1)
    side = 1.4 + 0.56 * max(classes, 3)
    figure = new_figure(_PLACE, side + 0.5, side)
    axes = figure.add_subplot()
    picture = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    _write_numbers(axes, matrix, shares)
    _name_axes(axes, names)
    total, right = matrix.sum(), matrix.trace()
    counted = f" ({right:,} of {total:,})" if matrix.dtype.kind in "iu" else ""
    accuracy = f"accuracy {right / total:.3f}{counted}" if total else "no samples"
    axes.set_title(accuracy, loc="left", color=INK, fontsize=11, fontweight="bold")
    bar = figure.colorbar(picture, ax=axes, shrink=0.7, pad=0.02)
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0, labelcolor=MUTED, labelsize=8)
    bar.set_label("share of the true class", color=MUTED, fontsize=8)
    return figure


def _write_numbers(axes: Axes, matrix: NDArray[Any], shares: NDArray[np.float64]) -> None:
    for row, column in np.ndindex(matrix.shape):
        value = matrix[row, column]
        text = f"{value:,}" if matrix.dtype.kind in "iu" else f"{value:.2g}"
        colour = "white" if shares[row, column] > 0.55 else INK if value else "#b5b5b5"
        axes.text(column, row, text, ha="center", va="center", fontsize=9, color=colour)


def _name_axes(axes: Axes, names: Sequence[str]) -> None:
    """Write the classes at the rows and columns, and draw white lines between."""
    axes.set_xticks(range(len(names)), names, fontsize=9)
    axes.set_yticks(range(len(names)), names, fontsize=9)
    if max(map(len, names)) > 3:
        for label in axes.get_xticklabels():
            label.set(rotation=40, ha="right", rotation_mode="anchor")
    between = np.arange(len(names) - 1) + 0.5
    axes.set_xticks(between, minor=True)
    axes.set_yticks(between, minor=True)
    axes.grid(which="minor", color="white", linewidth=1.5)
    axes.tick_params(which="both", length=0, labelcolor=INK)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_xlabel("predicted", color=INK, fontsize=10)
    axes.set_ylabel("true", color=INK, fontsize=10)


def _check(matrix: object) -> None:
    if not isinstance(matrix, np.ndarray) or matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not matrix.size:
        hint = "Make it with fnn.metrics.confusion_matrix."
        raise ShapeError(_PLACE, "a matrix of shape (classes, classes)", describe(matrix), hint)
    if not np.isfinite(matrix).all() or matrix.min() < 0:
        raise DataError(_PLACE, "counts of at least 0", f"values from {matrix.min()} to {matrix.max()}")
