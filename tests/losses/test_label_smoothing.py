"""Label smoothing in softmax cross-entropy: what it is equal to, and what it does not touch."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fnn.arrays import Array
from fnn.errors import HyperparameterError
from fnn.losses import softmax_cross_entropy

Z = arrays(np.float64, (5, 4), elements=st.floats(-50, 50))
LABELS = np.array([0, 3, 1, 1, 2])


@given(z=Z, share=st.floats(0, 0.99), reduction=st.sampled_from(["mean", "sum"]))
@settings(deadline=None, max_examples=50)
def test_smoothed_labels_are_soft_targets(z: Array, share: float, reduction: Any) -> None:
    loss = partial(softmax_cross_entropy, reduction=reduction)
    value, dy = loss(z, LABELS, label_smoothing=share)
    soft = (1 - share) * np.eye(4)[LABELS] + share / 4
    expected, expected_dy = loss(z, soft)
    assert value == pytest.approx(expected, rel=1e-12, abs=1e-12)
    np.testing.assert_allclose(dy, expected_dy, atol=1e-13)
    by_rows, rows_dy = loss(z, np.eye(4, dtype=int)[LABELS], label_smoothing=share)
    assert value == pytest.approx(by_rows, rel=1e-12, abs=1e-12)
    np.testing.assert_allclose(dy, rows_dy, atol=1e-13)


def test_a_smoothing_of_0_changes_no_bit() -> None:
    z = np.random.default_rng(0).standard_normal((5, 4))
    plain, smoothed = softmax_cross_entropy(z, LABELS), softmax_cross_entropy(z, LABELS, label_smoothing=0.0)
    assert plain[0] == smoothed[0]
    assert np.array_equal(plain[1], smoothed[1])


def test_class_weights_go_by_the_target_before_smoothing() -> None:
    z, factors = np.random.default_rng(0).standard_normal((5, 4)), np.array([0.5, 2.0, 1.5, 1.0])
    value, dy = softmax_cross_entropy(z, LABELS, label_smoothing=0.2, class_weight=factors)
    expected, expected_dy = softmax_cross_entropy(z, LABELS, label_smoothing=0.2, sample_weight=factors[LABELS])
    assert value == expected
    np.testing.assert_array_equal(dy, expected_dy)


def test_no_logit_is_rewarded_for_growing_without_end() -> None:
    """The least loss is where the softmax equals the smoothed target, at a finite distance."""
    best = np.log([[0.9 + 0.1 / 3, 0.1 / 3, 0.1 / 3]])
    value, dy = softmax_cross_entropy(best, np.array([0]), label_smoothing=0.1)
    np.testing.assert_allclose(dy, 0, atol=1e-15)
    assert softmax_cross_entropy(best + np.array([[5.0, 0, 0]]), np.array([0]), label_smoothing=0.1)[0] > value


@pytest.mark.parametrize("share", [-0.1, 1.0, float("nan")])
def test_a_share_outside_is_refused(share: float) -> None:
    text = rf"^softmax_cross_entropy: expected label_smoothing in \[0, 1\), got {share}"
    with pytest.raises(HyperparameterError, match=text):
        softmax_cross_entropy(np.zeros((1, 2)), np.array([0]), label_smoothing=share)
