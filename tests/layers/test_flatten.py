from __future__ import annotations

import numpy as np
import pytest

import fnn
from fnn.errors import DataError, DtypeError, ShapeError
from fnn.model import output_shape


def test_images_into_a_dense_layer() -> None:
    images = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    model = fnn.flatten >> fnn.linear(12, 1, weight=fnn.initializers.ones)
    assert model.apply(model.init(fnn.Key(0)), images).tolist() == [[66.0], [210.0]]


@pytest.mark.parametrize(("sample", "flat"), [((28, 28), (784,)), ((8, 8, 3), (192,)), ((5,), (5,)), ((), (1,))])
def test_shape_rule(sample: tuple[int, ...], flat: tuple[int, ...]) -> None:
    assert output_shape(fnn.flatten, sample) == flat
    assert fnn.flatten(np.zeros((2, *sample))).shape == (2, *flat)


def test_way_back() -> None:
    x = np.random.default_rng(0).standard_normal((2, 3, 4))
    y, backward = fnn.flatten.forward(x, fnn.Key(0))
    assert np.array_equal(backward(y), x)


def test_errors() -> None:
    with pytest.raises(ShapeError, match=r"^flatten: expected x of shape \(batch, \.\.\.\), got shape \(\)\."):
        fnn.flatten(np.array(1.0))
    with pytest.raises(DataError, match=r"^flatten: expected a batch of at least one sample, got shape \(0, 8, 8\)\."):
        fnn.flatten(np.zeros((0, 8, 8)))
    with pytest.raises(DtypeError, match=r"^flatten: expected input as a float32 or float64 array, got uint8 of shape"):
        fnn.flatten(np.zeros((2, 8, 8), np.uint8))
