"""What a model held likely at each of a row of choices: along a text that it wrote, say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fnn.arrays import IntArray, check_finite, check_not_empty, describe
from fnn.errors import ShapeError
from fnn.plots.style import INK, MUTED, VERMILION, check_labels, check_names, new_figure
from fnn.validate import positive

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PLACE = "plots.choices"


def choices(
    probabilities: NDArray[Any],
    chosen: IntArray,
    names: Sequence[str] | None = None,
    *,
    best: int = 5,
    columns: int = 40,
) -> Figure:
    """Draw for each of n choices which class was taken, and below it the ``best`` likeliest, the darker the likelier.

    ``probabilities`` (n, classes) are those before each choice, ``chosen`` (n,) the class taken, ``names`` those of the
    classes, short ones, by default their numbers. Where the class taken is among the best, it has a frame. ``columns``
    choices stand in a row. Needs matplotlib.

    Raises ShapeError for what is no matrix, DataError for values that are not finite or another number of names,
    LabelError for choices that are not one class each.

    >>> fig = choices(np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]]), np.array([0, 1]), ["a", "b", "c"], best=2)
    >>> [text.get_text() for text in fig.axes[0].texts]
    ['a', 'a', 'b', 'b', 'c', 'b']
    """
    _check(probabilities)
    check_not_empty(probabilities, _PLACE, "set of probabilities")
    check_finite(probabilities, _PLACE)
    positive(_PLACE, best=best, columns=columns)
    count, classes = probabilities.shape
    check_labels(_PLACE, chosen, count, classes)
    named = [str(i) for i in range(classes)] if names is None else list(names)
    check_names(_PLACE, named, classes, "names")
    best = min(best, classes)
    columns = min(columns, count)
    rows = -(-count // columns)
    figure = new_figure(_PLACE, 0.3 + 0.24 * columns, 0.3 + rows * 0.24 * (best + 1.6), pad=0.04)
    for row, axes in enumerate(figure.subplots(rows, 1, squeeze=False)[:, 0]):
        here = slice(row * columns, (row + 1) * columns)
        _draw(axes, probabilities[here], chosen[here], named, best, columns)
    figure.suptitle("taken above, the likeliest below, the darker the likelier", fontsize=9, color=MUTED)
    return figure


def _draw(axes: Axes, shares: NDArray[Any], chosen: IntArray, names: list[str], best: int, columns: int) -> None:
    from matplotlib.patches import Rectangle

    order = (-shares).argsort(axis=1, kind="stable")[:, :best]
    picture = np.full((best, columns), np.nan)
    picture[:, : len(shares)] = np.take_along_axis(shares, order, axis=1).T
    axes.imshow(picture, cmap="Blues", vmin=0, vmax=1, aspect="equal")
    for i, taken in enumerate(chosen):
        axes.text(i, -1.05, names[taken], ha="center", va="center", fontsize=9, color=INK, fontweight="bold")
        for rank, token in enumerate(order[i]):
            colour = "white" if shares[i, token] > 0.55 else INK
            axes.text(i, rank, names[token], ha="center", va="center", fontsize=8, color=colour)
            if token == taken:
                axes.add_patch(Rectangle((i - 0.5, rank - 0.5), 1, 1, fill=False, edgecolor=VERMILION, linewidth=1))
    axes.set(xticks=(), yticks=(), ylim=(best - 0.5, -1.6))
    for spine in axes.spines.values():
        spine.set_visible(False)


def _check(probabilities: object) -> None:
    if not isinstance(probabilities, np.ndarray) or probabilities.ndim != 2:
        raise ShapeError(_PLACE, "probabilities of shape (n, classes)", describe(probabilities))
