"""A grid of images, with what they are and what they were taken for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fnn.arrays import IntArray, check_finite, check_not_empty, describe
from fnn.errors import ShapeError
from fnn.plots.style import BLUE, INK, MUTED, VERMILION, check_labels, check_names, grid_of_axes
from fnn.validate import positive

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_PLACE = "plots.images"


def images(
    images: NDArray[Any],
    titles: Sequence[str] | None = None,
    *,
    labels: IntArray | None = None,
    predicted: IntArray | None = None,
    class_names: Sequence[str] | None = None,
    limit: int = 40,
    columns: int | None = None,
) -> Figure:
    """Draw the first ``limit`` images, (n, height, width) or (n, height, width, 3), from black to white.

    Above each stands its title, or the name of its class in ``labels``; below it, with ``predicted``, the class that it
    was taken for, in red where that is wrong. Grey images share one scale, from the smallest value to the largest;
    colours are uint8, or floats from 0 to 1. Needs matplotlib.

    Raises ShapeError for what are no images, DataError for another number of titles or values that are not finite,
    LabelError for labels that are not one integer an image or have no class name.

    >>> fig = images(np.eye(4).reshape(2, 2, 4), labels=np.array([0, 1]), predicted=np.array([0, 0]))
    >>> [(axes.get_title(), axes.get_xlabel()) for axes in fig.axes]
    [('0', '→ 0'), ('1', '→ 0')]
    """
    _check(images)
    check_not_empty(images, _PLACE, "set of images")
    positive(_PLACE, limit=limit, columns=1 if columns is None else columns)
    above = None if labels is None else _names(labels, len(images), class_names)
    below = None if predicted is None else _names(predicted, len(images), class_names)
    if titles is not None:
        check_names(_PLACE, titles, len(images), "titles")
        above = list(titles)
    shown = images[:limit]
    check_finite(shown, _PLACE)
    black, white = float(shown.min()), float(shown.max())
    lines = (above is not None) + (below is not None)
    height = 1.1 * images.shape[1] / images.shape[2] + 0.22 * lines
    figure, frames = grid_of_axes(_PLACE, len(shown), columns, (1.1, height), (0.1, 0.3 if lines == 2 else 0.1))
    for i, axes in enumerate(frames):
        axes.imshow(shown[i], cmap="gray", vmin=black, vmax=white)
        if above is not None:
            axes.set_title(above[i], fontsize=9, color=INK, pad=3)
        if below is not None:
            wrong = labels is not None and predicted is not None and labels[i] != predicted[i]
            axes.set_xlabel(f"→ {below[i]}", fontsize=9, color=VERMILION if wrong else BLUE, labelpad=3)
    if labels is not None and below is not None:
        figure.suptitle("true class above, prediction below", fontsize=9, color=MUTED)
    return figure


def _names(labels: IntArray, count: int, class_names: Sequence[str] | None) -> list[str]:
    check_labels(_PLACE, labels, count, None if class_names is None else len(class_names))
    return [str(label) if class_names is None else class_names[label] for label in labels]


def _check(images: object) -> None:
    if not isinstance(images, np.ndarray) or not (images.ndim == 3 or (images.ndim == 4 and images.shape[3] == 3)):
        hint = "Shape flat ones first: images.reshape(-1, 28, 28), say."
        expected = "images of shape (n, height, width) or (n, height, width, 3)"
        raise ShapeError(_PLACE, expected, describe(images), hint)
