from __future__ import annotations

import math

import numpy as np
import pytest

from fnn.arrays import Array
from fnn.kernels.erf import erf, erfc

GRID = np.concatenate([np.linspace(-7, 7, 28001), np.linspace(-1e-6, 1e-6, 41), [0.46875, -0.46875, 4.0, -4.0]])


def test_erf_agrees_with_the_standard_library() -> None:
    expected = np.array([math.erf(x) for x in GRID])
    np.testing.assert_allclose(erf(GRID), expected, rtol=1e-15, atol=0)


def test_erfc_agrees_with_the_standard_library_far_into_the_tail() -> None:
    x = np.linspace(-7, 26, 33001)
    expected = np.array([math.erfc(v) for v in x])
    error = np.abs(erfc(x) / expected - 1)
    assert (error / np.maximum(1, x * x)).max() < 1e-15


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extremes(dtype: type[np.float32 | np.float64]) -> None:
    big = float(np.finfo(dtype).max)
    x: Array = np.array([-np.inf, -big, -1000.0, -0.0, 0.0, 1000.0, big, np.inf], dtype)
    assert erf(x).tolist() == [-1, -1, -1, 0, 0, 1, 1, 1]
    assert erfc(x).tolist() == [2, 2, 2, 1, 1, 0, 0, 0]
    assert erf(x).dtype == erfc(x).dtype == dtype
    assert np.isnan(erf(np.array([np.nan], dtype))).all()
    assert np.isnan(erfc(np.array([np.nan], dtype))).all()


def test_float32() -> None:
    x = GRID.astype(np.float32)
    expected = np.array([math.erf(v) for v in x])
    np.testing.assert_allclose(erf(x), expected, rtol=4e-7)


def test_any_shape_and_odd_symmetry() -> None:
    x = np.random.default_rng(0).standard_normal((3, 4, 5))
    assert np.array_equal(erf(x)[1, 2], erf(x[1, 2]))
    assert np.array_equal(erf(-x), -erf(x))
    assert erf(np.zeros((0, 3))).shape == (0, 3)
    assert erf(np.array(0.5)).shape == ()
