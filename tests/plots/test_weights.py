"""Weights as images."""

from typing import Any

import numpy as np
import pytest

from fnn.errors import DataError, DtypeError, FnnError, HyperparameterError, ShapeError
from fnn.plots.weights import weights

WEIGHT = np.arange(24.0).reshape(6, 4) - 11


def test_each_neuron_is_an_image_on_one_scale() -> None:
    *frames, bar = weights(WEIGHT, (2, 3)).axes
    assert len(frames) == 4
    for i, axes in enumerate(frames):
        assert np.asarray(axes.images[0].get_array()).tolist() == WEIGHT[:, i].reshape(2, 3).tolist()
    assert {axes.images[0].get_clim() for axes in frames} == {frames[0].images[0].get_clim()}
    low, high = frames[0].images[0].get_clim()
    assert low == -high
    assert 11 < high <= 12
    assert len(bar.images) == 0


def test_limit_and_columns() -> None:
    frames = weights(WEIGHT, (2, 3), limit=3, columns=2).axes[:-1]
    assert len(frames) == 3
    assert len({round(axes.get_position().x0, 3) for axes in frames}) == 2


def test_all_zero() -> None:
    assert weights(np.zeros((6, 1)), (2, 3)).axes[0].images[0].get_clim() == (-1.0, 1.0)


@pytest.mark.parametrize(
    ("error", "text", "weight", "options"),
    [
        (ShapeError, r"a weight of shape \(6, outputs\), for images of 2 x 3, got shape \(5, 4\)", WEIGHT[:5], {}),
        (ShapeError, r"got shape \(6,\)", WEIGHT[:, 0], {}),
        (DtypeError, "weight as a float32 or float64 array, got int64", WEIGHT.astype(int), {}),
        (DataError, "finite values, got nan", WEIGHT * np.nan, {}),
        (DataError, "a weight of at least one sample", WEIGHT[:, :0], {}),
        (HyperparameterError, "limit as an integer of at least 1, got 0", WEIGHT, {"limit": 0}),
        (HyperparameterError, "columns as an integer of at least 1, got -1", WEIGHT, {"columns": -1}),
    ],
)
def test_bad_input(error: type[FnnError], text: str, weight: Any, options: dict[str, Any]) -> None:
    with pytest.raises(error, match=text):
        weights(weight, (2, 3), **options)


@pytest.mark.parametrize("shape", [6, None, (6,), (0, 3)])
def test_what_is_no_shape_of_an_image(shape: Any) -> None:
    with pytest.raises(HyperparameterError, match=r"^plots\.weights: expected (size as \(he|height as an)"):
        weights(WEIGHT, shape)
