"""The sum of squares: a sum over the outputs of each sample, whatever is done over the samples."""

from __future__ import annotations

import numpy as np
import pytest

from fnn.losses import mean_squared_error, sum_of_squares

Y = np.array([[0.5, -1.0], [2.0, 0.25], [-3.0, 1.0]])
TARGET = np.array([[0.0, -1.0], [0.5, 1.0], [0.5, 0.9]])


def test_is_the_mean_squared_error_times_the_number_of_what_it_averages() -> None:
    mean, dmean = mean_squared_error(Y, TARGET)
    value, dy = sum_of_squares(Y, TARGET)
    assert value == pytest.approx(6 * mean)
    np.testing.assert_allclose(dy, 6 * dmean)
    value, dy = sum_of_squares(Y, TARGET, reduction="mean")
    assert value == pytest.approx(2 * mean)
    np.testing.assert_allclose(dy, 2 * dmean)


def test_weights_belong_to_samples() -> None:
    weight = np.array([1.0, 0.5, 2.0])
    sums = ((Y - TARGET) ** 2).sum(axis=1)
    assert sum_of_squares(Y, TARGET, sample_weight=weight)[0] == pytest.approx(weight @ sums)
    value, _ = sum_of_squares(Y, TARGET, sample_weight=weight, reduction="mean")
    assert value == pytest.approx(weight @ sums / 3.5)


def test_the_axes_of_a_sample_are_all_summed() -> None:
    y = np.arange(12.0).reshape(2, 3, 2)
    value, dy = sum_of_squares(y, np.zeros_like(y), reduction="mean")
    assert value == pytest.approx((y**2).sum() / 2)
    np.testing.assert_allclose(dy, y)
