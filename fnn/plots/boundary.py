"""Where a classifier of points in the plane draws its boundaries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fnn.arrays import Array, IntArray
from fnn.errors import DataError, ShapeError
from fnn.plots.style import CLASSES, INK, check_points, draw_points, name_classes, new_figure, tidy
from fnn.validate import function, in_range, positive

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_PLACE = "plots.decision_boundary"


def decision_boundary(
    predict: Callable[[Array], NDArray[Any]],
    x: Array,
    labels: IntArray,
    *,
    class_names: Sequence[str] | None = None,
    feature_names: tuple[str, str] = ("x", "y"),
    threshold: float = 0.5,
    resolution: int = 300,
    margin: float = 0.08,
) -> Figure:
    """Draw points (n, 2) with their labels over the regions that ``predict`` assigns to the classes.

    ``predict`` takes points (m, 2) and returns scores or probabilities (m, classes), of which the largest wins; or
    (m, 1) for two classes, of which the second wins above ``threshold`` (0.5 suits probabilities, 0 logits); or the
    classes themselves, integers (m,). ``resolution`` is the number of points along an axis, ``margin`` the share of
    the points' extent that is added on each side. Needs matplotlib.

    Raises ShapeError for points that are not in the plane and for predictions of another shape, LabelError for labels
    that are not integers of at least 0, one a point, DataError where there are fewer class names than classes.

    >>> points = np.array([[0.0, 0.0], [1.0, 1.0]])
    >>> fig = decision_boundary(lambda p: p.sum(axis=1, keepdims=True), points, np.array([0, 1]), threshold=1.0)
    >>> [text.get_text() for text in fig.axes[0].get_legend().get_texts()]
    ['class 0', 'class 1']
    """
    check_points(_PLACE, x, labels)
    positive(_PLACE, resolution=resolution)
    function(_PLACE, "Such as lambda x: model.apply(params, x).", predict=predict)
    in_range(_PLACE, 0, 10, margin=margin)
    figure = new_figure(_PLACE, 5.4, 5.0)
    from matplotlib.colors import ListedColormap

    low, high = x.min(axis=0), x.max(axis=0)
    extent = np.where(high > low, high - low, 1.0)
    low, high = low - margin * extent, high + margin * extent
    across, up = (np.linspace(low[i], high[i], resolution, dtype=x.dtype) for i in (0, 1))
    mesh = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    regions = _classes(np.asarray(predict(mesh)), len(mesh), threshold).reshape(resolution, resolution)
    count = int(max(regions.max(), labels.max())) + 1
    names = name_classes(_PLACE, class_names, count)
    axes = figure.add_subplot()
    colours = [CLASSES[i % len(CLASSES)] for i in range(count)]
    axes.pcolormesh(
        across, up, regions, cmap=ListedColormap(colours), vmin=-0.5, vmax=count - 0.5, alpha=0.22, rasterized=True
    )
    for i in range(count):
        if (regions == i).any() and (regions != i).any():
            axes.contour(across, up, regions == i, levels=[0.5], colors=INK, linewidths=0.7)
    draw_points(axes, x, labels, names, feature_names)
    tidy(axes)
    axes.grid(visible=False)
    axes.set_xlim(float(low[0]), float(high[0]))
    axes.set_ylim(float(low[1]), float(high[1]))
    return figure


def _classes(predicted: NDArray[Any], count: int, threshold: float) -> IntArray:
    if predicted.shape == (count,) and predicted.dtype.kind in "iu":
        return predicted
    if predicted.ndim != 2 or len(predicted) != count or predicted.shape[1] == 0:
        expected = f"predictions of shape ({count}, classes), or ({count},) integers"
        raise ShapeError(_PLACE, expected, f"{predicted.dtype} of shape {predicted.shape}")
    if np.isnan(predicted).any():
        raise DataError(_PLACE, "predictions that are numbers", "NaN")
    if predicted.shape[1] == 1:
        return (predicted[:, 0] > threshold).astype(np.int64)
    winners: IntArray = predicted.argmax(axis=1)
    return winners
