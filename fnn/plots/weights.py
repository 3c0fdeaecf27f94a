"""The weights of a layer's neurons as images: what each of them looks for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from fnn.arrays import Array, check_finite, check_float, check_not_empty
from fnn.errors import ShapeError
from fnn.plots.style import MUTED, grid_of_axes
from fnn.validate import height_and_width, positive

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_PLACE = "plots.weights"


def weights(weight: Array, shape: tuple[int, int], *, limit: int = 64, columns: int | None = None) -> Figure:
    """Draw the incoming weights of the first ``limit`` neurons, each as an image of ``shape`` (height, width).

    ``weight`` is (inputs, outputs) with inputs = height * width: the weights of a layer that sees the pixels. Red is
    positive (bright pixels excite the neuron), blue negative, white zero, on one scale for all, which ends at the
    99.5th percentile of the magnitudes. Needs matplotlib.

    Raises ShapeError where the inputs do not fill the shape, DtypeError for what is no float array, DataError for
    weights that are not finite.

    >>> len(weights(np.eye(6), (2, 3)).axes)  # six neurons and the colour scale
    7
    """
    positive(_PLACE, limit=limit, columns=1 if columns is None else columns)
    height_and_width(_PLACE, shape)
    check_float(weight, _PLACE, "weight")
    if weight.ndim != 2 or weight.shape[0] != math.prod(shape):
        expected = f"a weight of shape ({math.prod(shape)}, outputs), for images of {shape[0]} x {shape[1]}"
        raise ShapeError(_PLACE, expected, f"shape {weight.shape}", "Draw the layer that follows the flattened image.")
    check_not_empty(weight, _PLACE, "weight")
    check_finite(weight, _PLACE)
    count = min(limit, weight.shape[1])
    end = float(np.quantile(np.abs(weight[:, :count]), 0.995)) or 1.0
    figure, frames = grid_of_axes(_PLACE, count, columns, (1.0, shape[0] / shape[1]), (0.9, 0.1))
    for i, axes in enumerate(frames):
        picture = axes.imshow(weight[:, i].reshape(shape), cmap="RdBu_r", vmin=-end, vmax=end)
    bar = figure.colorbar(picture, ax=frames, shrink=0.6, aspect=30, pad=0.02)
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0, labelcolor=MUTED, labelsize=8)
    return figure
