"""The mean absolute error: PyTorch's figures, and the kink."""

from __future__ import annotations

import numpy as np
import pytest

from fnn.losses import mean_absolute_error

Y = np.array([[0.5, -1.0], [2.0, 0.25], [-3.0, 1.0]])
TARGET = np.array([[0.0, -1.0], [0.5, 1.0], [0.5, 0.9]])


def test_figures_of_pytorch_and_0_at_the_kink() -> None:
    # torch 2.13.0, float64: l1_loss(Y, TARGET, reduction=..., weight=...); the second output of the first row is exact
    signs = np.array([[1.0, 0.0], [1.0, -1.0], [-1.0, 1.0]])
    value, dy = mean_absolute_error(Y, TARGET)
    assert value == pytest.approx(1.0583333333333333, rel=1e-14)
    np.testing.assert_allclose(dy, signs / 6)
    value, dy = mean_absolute_error(Y, TARGET, reduction="sum")
    assert value == pytest.approx(6.35, rel=1e-14)
    np.testing.assert_allclose(dy, signs)
    weight = np.array([1.0, 0.5, 2.0])
    value, dy = mean_absolute_error(Y, TARGET, sample_weight=weight)
    assert value == pytest.approx(1.2607142857142857, rel=1e-14)
    np.testing.assert_allclose(dy, signs * weight[:, None] / 7)
