"""The mean squared error: the lecture's figure, and PyTorch's."""

from __future__ import annotations

import numpy as np
import pytest

from fnn.losses import mean_squared_error

Y = np.array([[0.5, -1.0], [2.0, 0.25], [-3.0, 1.0]])
TARGET = np.array([[0.0, -1.0], [0.5, 1.0], [0.5, 0.9]])


def test_figure_of_the_lecture() -> None:
    assert mean_squared_error(np.array([1.0, 0.0, 0.0, 1.0]), np.zeros(4))[0] == 0.5


def test_figures_of_pytorch() -> None:
    # torch 2.13.0, float64: mse_loss(Y, TARGET, reduction=..., weight=...)
    dy_sum = np.array([[1.0, 0.0], [3.0, -1.5], [-7.0, 0.2]])
    value, dy = mean_squared_error(Y, TARGET)
    assert value == pytest.approx(2.55375, rel=1e-14)
    np.testing.assert_allclose(dy, dy_sum / 6)
    value, dy = mean_squared_error(Y, TARGET, reduction="sum")
    assert value == pytest.approx(15.3225, rel=1e-14)
    np.testing.assert_allclose(dy, dy_sum)
    weight = np.array([1.0, 0.5, 2.0])
    value, dy = mean_squared_error(Y, TARGET, sample_weight=weight)
    assert value == pytest.approx(3.7394642857142855, rel=1e-14)
    np.testing.assert_allclose(dy, dy_sum * weight[:, None] / 7)
    value, dy = mean_squared_error(Y, TARGET, sample_weight=weight, reduction="sum")
    assert value == pytest.approx(26.17625, rel=1e-14)
    np.testing.assert_allclose(dy, dy_sum * weight[:, None])


def test_one_output_without_an_axis() -> None:
    flat, column = mean_squared_error(Y[:, 0], TARGET[:, 0]), mean_squared_error(Y[:, :1], TARGET[:, :1])
    assert flat[0] == column[0]
    np.testing.assert_array_equal(flat[1], column[1][:, 0])
