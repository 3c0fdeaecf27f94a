"""Softmax cross-entropy: the book's figures, PyTorch's, and logits so large that a naive softmax would overflow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fnn.arrays import Array
from fnn.losses import categorical_cross_entropy, softmax_cross_entropy

Z = np.array([[1.2, -0.4, 0.3], [0.1, 2.0, -1.5], [-0.7, 0.6, 0.5], [3.0, -2.0, 0.0]])
LABELS = np.array([0, 2, 1, 0])
SOFT = np.array([[0.7, 0.2, 0.1], [0.0, 0.5, 0.5], [0.1, 0.8, 0.1], [1.0, 0.0, 0.0]])
ONE_HOT = np.eye(3)[LABELS]

# torch 2.13.0, float64: cross_entropy(Z, target, weight, reduction=...), and the gradient of each
TORCH: list[tuple[Any, dict[str, Any], float, list[list[float]]]] = [
    (
        LABELS,
        {},
        1.2434249389380951,
        [
            [-0.09457242343, 0.03138028651, 0.06319213692],
            [0.031694551904, 0.211906428427, -0.243600980331],
            [0.031291407958, -0.135182541055, 0.103891133097],
            [-0.013375219362, 0.001594365231, 0.011780854131],
        ],
    ),
    (
        SOFT,
        {},
        0.9434249389380952,
        [
            [-0.01957242343, -0.01861971349, 0.03819213692],
            [0.031694551904, 0.086906428427, -0.118600980331],
            [0.006291407958, -0.085182541055, 0.078891133097],
            [-0.013375219362, 0.001594365231, 0.011780854131],
        ],
    ),
    (
        LABELS,
        {"class_weight": [0.5, 2.0, 1.5]},
        1.6265204533451145,
        [
            [-0.042032188191, 0.013946794004, 0.028085394187],
            [0.042259402539, 0.282541904569, -0.324801307108],
            [0.055629169703, -0.240324517431, 0.184695347728],
            [-0.005944541939, 0.000708606769, 0.005235935169],
        ],
    ),
    (
        LABELS,
        {"class_weight": [0.5, 2.0, 1.5], "reduction": "sum"},
        7.319342040053016,
        [
            [-0.18914484686, 0.06276057302, 0.126384273841],
            [0.190167311425, 1.271438570562, -1.461605881987],
            [0.250331263663, -1.08146032844, 0.831129064778],
            [-0.026750438724, 0.003188730461, 0.023561708262],
        ],
    ),
]


@pytest.mark.parametrize(("target", "options", "value", "dy"), TORCH)
def test_figures_of_pytorch(target: Any, options: dict[str, Any], value: float, dy: list[list[float]]) -> None:
    got_value, got_dy = softmax_cross_entropy(Z, target, **options)
    assert got_value == pytest.approx(value, rel=1e-13)
    np.testing.assert_allclose(got_dy, dy, atol=1e-12)


def test_sample_weights_as_in_scikit_learn() -> None:
    # scikit-learn 1.9.1: log_loss(LABELS, softmax(Z), sample_weight=[1, 0.5, 2, 0], normalize=...)
    weight = np.array([1.0, 0.5, 2.0, 0.0])
    assert softmax_cross_entropy(Z, LABELS, sample_weight=weight)[0] == pytest.approx(1.1040496647224172)
    value, _ = softmax_cross_entropy(Z, LABELS, sample_weight=weight, reduction="sum")
    assert value == pytest.approx(3.8641738265284604)


def test_sequences_with_padding() -> None:
    # torch 2.13.0, float64: cross_entropy on (batch, classes, time), the last label set to ignore_index
    mask = np.array([[1.0, 1.0], [1.0, 0.0]])
    value, dy = softmax_cross_entropy(Z.reshape(2, 2, 3), LABELS.reshape(2, 2), sample_weight=mask)
    assert value == pytest.approx(1.6395715067917445)
    expected = [
        [[-0.126096564574, 0.041840382013, 0.08425618256], [0.042259402539, 0.282541904569, -0.324801307108]],
        [[0.041721877277, -0.180243388073, 0.138521510796], [0.0, 0.0, 0.0]],
    ]
    np.testing.assert_allclose(dy, expected, atol=1e-12)


@pytest.mark.parametrize("target", [np.array([0, 1, 1]), np.array([[1, 0, 0], [0, 1, 0], [0, 1, 0]])])
def test_figures_of_the_book(target: Any) -> None:
    value, dy = softmax_cross_entropy(np.log([[0.7, 0.1, 0.2], [0.1, 0.5, 0.4], [0.02, 0.9, 0.08]]), target)
    assert value == pytest.approx(0.38506088005216804, rel=1e-14)
    expected = [[-0.1, 0.0333, 0.0667], [0.0333, -0.1667, 0.1333], [0.0067, -0.0333, 0.0267]]
    np.testing.assert_allclose(dy, expected, atol=5e-5)


def test_one_hot_is_the_label() -> None:
    options: list[dict[str, Any]] = [
        {},
        {"class_weight": [0.5, 2.0, 1.5]},
        {"sample_weight": np.array([1.0, 2.0, 0.0, 3.0])},
    ]
    for chosen in options:
        value, dy = softmax_cross_entropy(Z, LABELS, **chosen)
        for one_hot in (ONE_HOT, ONE_HOT.astype(np.uint8)):
            other_value, other_dy = softmax_cross_entropy(Z, one_hot, **chosen)
            assert other_value == pytest.approx(value)
            np.testing.assert_allclose(other_dy, dy, atol=1e-15)


def test_class_weight_of_a_soft_target_is_the_mean_under_its_shares() -> None:
    factors = [0.5, 2.0, 1.5]
    by_class = softmax_cross_entropy(Z, SOFT, class_weight=factors)
    by_sample = softmax_cross_entropy(Z, SOFT, sample_weight=SOFT @ factors)
    assert by_class[0] == by_sample[0]
    np.testing.assert_array_equal(by_class[1], by_sample[1])


logits = arrays(np.float64, (3, 4), elements=st.floats(-6, 6))  # no probability comes near the clip


@given(z=logits, labels=arrays(np.int64, 3, elements=st.integers(0, 3)), reduction=st.sampled_from(["mean", "sum"]))
@settings(deadline=None, max_examples=50)
def test_equals_categorical_cross_entropy_of_softmax(z: Array, labels: Any, reduction: Any) -> None:
    p: Array = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    value, dz = softmax_cross_entropy(z, labels, reduction=reduction)
    expected, dp = categorical_cross_entropy(p, labels, reduction=reduction)
    assert value == pytest.approx(expected, rel=1e-9, abs=1e-12)
    through_softmax = p * (dp - (dp * p).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(dz, through_softmax, atol=1e-12)


@given(z=logits, shift=st.floats(-1e3, 1e3))
@settings(deadline=None, max_examples=50)
def test_a_constant_added_to_the_logits_changes_nothing(z: Array, shift: float) -> None:
    labels = np.array([0, 3, 1])
    value, dy = softmax_cross_entropy(z, labels)
    shifted_value, shifted_dy = softmax_cross_entropy(z + shift, labels)
    assert shifted_value == pytest.approx(value, abs=1e-10)
    np.testing.assert_allclose(shifted_dy, dy, atol=1e-11)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_logits_neither_overflow_nor_lose_their_gradient(dtype: Any) -> None:
    value, dy = softmax_cross_entropy(np.array([[1e4, -1e4, 0.0], [1e4, -1e4, 0.0]], dtype), np.array([0, 1]))
    assert value == 1e4
    np.testing.assert_array_equal(dy, np.array([[0, 0, 0], [0.5, -0.5, 0]], dtype))


def test_the_maximum_is_that_of_each_row() -> None:
    # with the maximum of the whole batch, the first row would underflow to 0/0
    value, dy = softmax_cross_entropy(np.array([[-1e4, -1e4 + 1], [1e4, 1e4 + 1]]), np.array([1, 1]))
    assert value == pytest.approx(np.log1p(np.exp(-1)))
    np.testing.assert_allclose(dy[0], dy[1])


def test_a_logit_of_minus_infinity_rules_a_class_out() -> None:
    masked, plain = np.array([[1.0, -np.inf, 2.0]]), np.array([[1.0, 2.0]])
    value, dy = softmax_cross_entropy(masked, np.array([2]))
    expected, expected_dy = softmax_cross_entropy(plain, np.array([1]))
    assert value == pytest.approx(expected)
    np.testing.assert_allclose(dy, [[expected_dy[0, 0], 0.0, expected_dy[0, 1]]])
