"""Huber's loss: PyTorch's figures, its limits, and its delta."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest

from fnn.errors import HyperparameterError
from fnn.losses import huber, mean_absolute_error, mean_squared_error

Y = np.array([[0.5, -1.0], [2.0, 0.25], [-3.0, 1.0]])
TARGET = np.array([[0.0, -1.0], [0.5, 1.0], [0.5, 0.9]])


def test_figures_of_pytorch() -> None:
    # torch 2.13.0, float64: huber_loss(Y, TARGET, reduction=..., delta=...)
    value, dy = huber(Y, TARGET)
    assert value == pytest.approx(0.7352083333333334, rel=1e-14)
    np.testing.assert_allclose(dy, np.array([[0.5, 0.0], [1.0, -0.75], [-1.0, 0.1]]) / 6)
    value, dy = huber(Y, TARGET, delta=0.6, reduction="sum")
    assert value == pytest.approx(3.04, rel=1e-14)
    np.testing.assert_allclose(dy, [[0.5, 0.0], [0.6, -0.6], [-0.6, 0.1]])


def test_half_the_squared_error_for_a_large_delta_and_the_absolute_one_for_a_small() -> None:
    assert huber(Y, TARGET, delta=100.0)[0] == pytest.approx(mean_squared_error(Y, TARGET)[0] / 2)
    assert huber(Y, TARGET, delta=1e-9)[0] / 1e-9 == pytest.approx(mean_absolute_error(Y, TARGET)[0])


def test_the_pieces_meet() -> None:
    loss = partial(huber, delta=0.5)
    below, above = (loss(np.array([0.5 + gap]), np.zeros(1)) for gap in (-1e-9, 1e-9))
    assert above[0] - below[0] == pytest.approx(1e-9, rel=1e-5)  # the slope is 0.5
    np.testing.assert_allclose(below[1], above[1], atol=1e-8)


@pytest.mark.parametrize("delta", [0.0, -1.0, math.inf, math.nan])
def test_a_bad_delta(delta: float) -> None:
    with pytest.raises(HyperparameterError, match=r"huber: expected delta in \(0, inf\), got"):
        huber(Y, TARGET, delta=delta)
