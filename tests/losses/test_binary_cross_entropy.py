"""Binary cross-entropy from probabilities: PyTorch's figures, and what happens at the clip."""

from __future__ import annotations

import numpy as np
import pytest

from fnn.losses import binary_cross_entropy

P = np.array([[0.9, 0.2], [0.35, 0.6], [0.01, 0.5]])
TARGET = np.array([[1.0, 0.0], [0.25, 1.0], [1.0, 0.0]])


def test_figures_of_pytorch() -> None:
    # torch 2.13.0, float64: binary_cross_entropy(P, TARGET, reduction=...)
    dy_sum = [[-1.111111111111, 1.25], [0.43956043956, -1.666666666667], [-100.0, 2.0]]
    value, dy = binary_cross_entropy(P, TARGET)
    assert value == pytest.approx(1.1205316292466787, rel=1e-14)
    np.testing.assert_allclose(dy, np.array(dy_sum) / 6, atol=1e-12)
    value, dy = binary_cross_entropy(P, TARGET, reduction="sum")
    assert value == pytest.approx(6.723189775480073, rel=1e-14)
    np.testing.assert_allclose(dy, dy_sum, atol=1e-12)


def test_the_mean_over_outputs_and_then_samples_as_the_book_takes_it() -> None:
    losses = -(TARGET * np.log(P) + (1 - TARGET) * np.log(1 - P))
    assert binary_cross_entropy(P, TARGET)[0] == pytest.approx(np.mean(np.mean(losses, axis=-1)))


@pytest.mark.parametrize("p", [0.0, 1e-9, 1 - 1e-9, 1.0])
@pytest.mark.parametrize("target", [0, 1])
def test_beyond_the_clip_the_loss_is_flat_and_the_gradient_0(p: float, target: int) -> None:
    value, dy = binary_cross_entropy(np.array([p]), np.array([target]))
    wrong = abs(target - p) > 0.5
    assert value == pytest.approx(-np.log(1e-7) if wrong else 1e-7, rel=1e-6)
    assert dy == 0
    assert binary_cross_entropy(np.array([abs(p - 1e-10)]), np.array([target]))[0] == value


@pytest.mark.parametrize(("p", "target", "slope"), [(1e-7, 1, -1e7), (1e-7, 0, 1.0), (1 - 1e-7, 0, 1e7)])
def test_at_the_clip_the_gradient_is_that_from_within(p: float, target: int, slope: float) -> None:
    _, dy = binary_cross_entropy(np.array([p]), np.array([target]))
    assert dy == pytest.approx(slope, rel=1e-6)
