"""Binary cross-entropy from logits: PyTorch's figures, large logits, and agreement with the form from probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fnn.arrays import Array
from fnn.losses import binary_cross_entropy, sigmoid_cross_entropy, softmax_cross_entropy

Z = np.array([[1.2, -0.4], [0.1, 2.0], [-30.0, 40.0]])
TARGET = np.array([[1.0, 0.0], [0.25, 1.0], [1.0, 0.0]])


def test_figures_of_pytorch() -> None:
    # torch 2.13.0, float64: binary_cross_entropy_with_logits(Z, TARGET, reduction=...)
    dy_sum = [[-0.231475216501, 0.401312339888], [0.274979187479, -0.119202922022], [-1.0, 1.0]]
    value, dy = sigmoid_cross_entropy(Z, TARGET)
    assert value == pytest.approx(11.937103731809103, rel=1e-14)
    np.testing.assert_allclose(dy, np.array(dy_sum) / 6, atol=1e-12)
    value, dy = sigmoid_cross_entropy(Z, TARGET, reduction="sum")
    assert value == pytest.approx(71.62262239085462, rel=1e-14)
    np.testing.assert_allclose(dy, dy_sum, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_logits_do_not_overflow(dtype: Any) -> None:
    # exp(-z), which one of the texts computes, overflows for z = -1000
    z = np.array([1000.0, -1000.0, 1000.0, -1000.0], dtype)
    value, dy = sigmoid_cross_entropy(z, np.array([1, 0, 0, 1]), reduction="sum")
    assert value == 2000
    np.testing.assert_array_equal(dy, np.array([0, 0, 1, -1], dtype))


def test_small_losses_keep_their_digits() -> None:
    value, _ = sigmoid_cross_entropy(np.array([50.0]), np.array([1]))
    assert value == pytest.approx(np.exp(-50), rel=1e-12)


@given(
    z=arrays(np.float64, (3, 2), elements=st.floats(-12, 12)), t=arrays(np.float64, (3, 2), elements=st.floats(0, 1))
)
@settings(deadline=None, max_examples=50)
def test_equals_binary_cross_entropy_of_sigmoid(z: Array, t: Array) -> None:
    p: Array = 1 / (1 + np.exp(-z))
    value, dz = sigmoid_cross_entropy(z, t)
    expected, dp = binary_cross_entropy(p, t)
    assert value == pytest.approx(expected, rel=1e-8, abs=1e-10)
    np.testing.assert_allclose(dz, dp * p * (1 - p), atol=1e-9)


def test_equals_softmax_cross_entropy_of_two_classes() -> None:
    # sigmoid(z) is the softmax of (0, z)
    z, t = np.array([1.2, -0.4, 0.1]), np.array([1, 0, 0])
    for factors in (None, [0.5, 2.0]):
        value, dz = sigmoid_cross_entropy(z, t, class_weight=factors)
        expected, dy = softmax_cross_entropy(np.stack([0 * z, z], axis=1), t, class_weight=factors)
        assert value == pytest.approx(expected)
        np.testing.assert_allclose(dz, dy[:, 1])


def test_class_weights_are_of_false_and_true() -> None:
    z, t = np.array([[0.5, -1.0], [2.0, 0.1]]), np.array([[1, 0], [0, 1]])
    value, dy = sigmoid_cross_entropy(z, t, class_weight=[1.0, 3.0])
    expected, expected_dy = sigmoid_cross_entropy(z, t, sample_weight=np.array([[3.0, 1.0], [1.0, 3.0]]))
    assert value == expected
    np.testing.assert_array_equal(dy, expected_dy)
