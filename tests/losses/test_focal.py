"""The focal losses: their limits, and the corners where powers and logarithms meet."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import fnn
from fnn.arrays import Array
from fnn.errors import HyperparameterError, LabelError
from fnn.losses import sigmoid_cross_entropy, sigmoid_focal, softmax_cross_entropy, softmax_focal

Z = arrays(np.float64, (4, 3), elements=st.floats(-20, 20))
quick = settings(deadline=None, max_examples=50)


@given(z=Z, seed=st.integers(0, 1000), reduction=st.sampled_from(["mean", "sum"]))
@quick
def test_with_gamma_0_they_are_cross_entropies(z: Array, seed: int, reduction: Any) -> None:
    rng = np.random.default_rng(seed)
    labels, bits = rng.integers(0, 3, 4), rng.integers(0, 2, (4, 3))
    for focal, plain, target in (
        (softmax_focal, softmax_cross_entropy, labels),
        (sigmoid_focal, sigmoid_cross_entropy, bits),
    ):
        value, dy = focal(z, target, gamma=0, reduction=reduction)
        expected, expected_dy = plain(z, target, reduction=reduction)
        assert value == pytest.approx(expected, rel=1e-12)
        np.testing.assert_allclose(dy, expected_dy, rtol=1e-10, atol=1e-15)


@given(z=Z, seed=st.integers(0, 1000), gamma=st.floats(0, 5))
@quick
def test_two_classes_are_the_binary_loss(z: Array, seed: int, gamma: float) -> None:
    bits, logit = np.random.default_rng(seed).integers(0, 2, 4), z[:, 0]
    value, dy = sigmoid_focal(logit, bits, gamma=gamma)
    both, slopes = softmax_focal(np.stack([0 * logit, logit], axis=1), bits, gamma=gamma)
    assert both == pytest.approx(value, rel=1e-9, abs=1e-15)
    np.testing.assert_allclose(slopes[:, 1], dy, rtol=1e-6, atol=1e-14)


@given(z=Z, seed=st.integers(0, 1000))
@quick
def test_a_larger_gamma_costs_less(z: Array, seed: int) -> None:
    labels = np.random.default_rng(seed).integers(0, 3, 4)
    values = [softmax_focal(z, labels, gamma=gamma)[0] for gamma in (0.0, 0.5, 1.0, 2.0, 5.0)]
    assert values == sorted(values, reverse=True)
    assert values[-1] >= 0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("gamma", [0.0, 0.1, 0.5, 1.0, 2.0, 10.0])
def test_certainty_right_and_wrong(gamma: float, dtype: Any) -> None:
    """What is certain and right costs nothing and teaches nothing; certain and wrong it costs as cross-entropy does."""
    value, dy = softmax_focal(np.array([[1e4, -1e4]], dtype), np.array([0]), gamma=gamma)
    assert (value, dy.tolist()) == (0.0, [[0.0, 0.0]])
    value, dy = softmax_focal(np.array([[1e4, -1e4]], dtype), np.array([1]), gamma=gamma)
    assert (value, dy.tolist()) == (2e4, [[1.0, -1.0]])
    value, dy = sigmoid_focal(np.array([1e4, -1e4], dtype), np.array([1, 1]), gamma=gamma, reduction="sum")
    assert (value, dy.tolist()) == (1e4, [0.0, -1.0])


@pytest.mark.parametrize("gamma", [0.2, 1.0, 3.0])
def test_gradients_where_the_answer_is_nearly_certain(gamma: float) -> None:
    for z in (3.0, 8.0, -8.0):

        def value(y: Array) -> tuple[Array, Array]:
            number, dy = sigmoid_focal(y, np.array([1]), gamma=gamma)
            return np.array([number]), dy

        fnn.check.gradients((value, lambda scale, dy: dy * scale.item()), np.array([z]), tolerance=1e-5)


def test_what_is_refused() -> None:
    for gamma in (-1.0, math.inf, math.nan):
        with pytest.raises(HyperparameterError, match=rf"softmax_focal: expected gamma in \[0, inf\), got {gamma}"):
            softmax_focal(np.zeros((1, 2)), np.array([0]), gamma=gamma)
        with pytest.raises(HyperparameterError, match=rf"sigmoid_focal: expected gamma in \[0, inf\), got {gamma}"):
            sigmoid_focal(np.zeros(1), np.array([0]), gamma=gamma)
    with pytest.raises(LabelError, match=r"softmax_focal: expected labels or one-hot rows, got a row whose largest"):
        softmax_focal(np.zeros((1, 2)), np.array([[0.5, 0.5]]))
    with pytest.raises(LabelError, match=r"sigmoid_focal: expected targets 0 or 1, got 0.5 at index \(0,\)"):
        sigmoid_focal(np.zeros(1), np.array([0.5]))
