"""Categorical cross-entropy: the book's figures, PyTorch's, and what happens at the clip."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fnn.losses import categorical_cross_entropy

BOOK = np.array([[0.7, 0.1, 0.2], [0.1, 0.5, 0.4], [0.02, 0.9, 0.08]])
P = np.array([[0.7, 0.1, 0.2], [0.1, 0.5, 0.4], [0.02, 0.9, 0.08], [0.6, 0.3, 0.1]])
LABELS = np.array([0, 2, 1, 0])


def test_figures_of_the_book() -> None:
    assert categorical_cross_entropy(BOOK[:1], np.array([0]))[0] == pytest.approx(0.35667494393873245, rel=1e-15)
    for target in (np.array([0, 1, 1]), np.array([[1, 0, 0], [0, 1, 0], [0, 1, 0]])):
        assert categorical_cross_entropy(BOOK, target)[0] == pytest.approx(0.38506088005216804, rel=1e-15)


def test_the_logarithm_comes_before_the_mean() -> None:
    # one of the texts prints -log of the sum over the batch, which is 0 or below for three confident rows
    confident = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3]])
    value, _ = categorical_cross_entropy(confident, np.zeros(3, int))
    assert value == pytest.approx(-np.log(0.9 * 0.8 * 0.7) / 3)
    assert value != pytest.approx(-np.log(0.9 + 0.8 + 0.7))


# torch 2.13.0, float64: nll_loss(log(P), LABELS, weight, reduction=...); the entries of the gradient at the labels
TORCH: list[tuple[dict[str, Any], float, list[float]]] = [
    ({}, 0.4722879538091761, [-0.357142857143, -0.625, -0.277777777778, -0.416666666667]),
    ({"reduction": "sum"}, 1.8891518152367044, [-1.428571428571, -2.5, -1.111111111111, -1.666666666667]),
    (
        {"class_weight": [0.5, 2.0, 1.5]},
        0.44864609177316583,
        [-0.15873015873, -0.833333333333, -0.493827160494, -0.185185185185],
    ),
    (
        {"class_weight": [0.5, 2.0, 1.5], "reduction": "sum"},
        2.0189074129792464,
        [-0.714285714286, -3.75, -2.222222222222, -0.833333333333],
    ),
]


@pytest.mark.parametrize(("options", "value", "slopes"), TORCH)
@pytest.mark.parametrize("target", [LABELS, np.eye(3)[LABELS]])
def test_figures_of_pytorch(target: Any, options: dict[str, Any], value: float, slopes: list[float]) -> None:
    got, dy = categorical_cross_entropy(P, target, **options)
    assert got == pytest.approx(value, rel=1e-13)
    expected = np.zeros_like(P)
    expected[np.arange(4), LABELS] = slopes
    np.testing.assert_allclose(dy, expected, atol=1e-12)


@pytest.mark.parametrize("p", [0.0, 1e-9, 9e-8, 1 - 1e-8, 1.0])
def test_beyond_the_clip_the_loss_is_flat_and_the_gradient_0(p: float) -> None:
    y = np.array([[p, 1 - p]])
    value, dy = categorical_cross_entropy(y, np.array([0]))
    assert value == pytest.approx(-np.log(min(max(p, 1e-7), 1 - 1e-7)), rel=1e-12)
    assert not dy.any()
    nearby = np.array([[min(p + 1e-9, 1.0), 1 - p]])
    assert categorical_cross_entropy(nearby, np.array([0]))[0] == value


@pytest.mark.parametrize("p", [1e-7, 2e-7, 1 - 2e-7, 1 - 1e-7])
def test_at_the_clip_and_within_the_gradient_is_that_of_the_logarithm(p: float) -> None:
    _, dy = categorical_cross_entropy(np.array([[p, 1 - p]]), np.array([0]))
    np.testing.assert_allclose(dy, [[-1 / p, 0.0]])


def test_the_clip_in_float32() -> None:
    y = np.array([[0.0, 1.0], [1.0, 0.0]], np.float32)
    value, dy = categorical_cross_entropy(y, np.array([0, 0]))
    assert value == pytest.approx(-np.log(1e-7) / 2, rel=1e-5)
    assert not dy.any()
