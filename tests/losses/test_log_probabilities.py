"""Negative log-likelihood and Kullback-Leibler divergence, which start from log-probabilities."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fnn import ops
from fnn.arrays import Array
from fnn.errors import DataError, LabelError
from fnn.losses import kl_divergence, negative_log_likelihood, softmax_cross_entropy

Z = arrays(np.float64, (3, 4), elements=st.floats(-50, 50))
quick = settings(deadline=None, max_examples=50)


@given(z=Z, soft=st.booleans(), weight=st.sampled_from([None, [0.5, 1.0, 2.0, 0.25]]))
@quick
def test_after_a_log_softmax_it_is_softmax_cross_entropy(z: Array, soft: bool, weight: Any) -> None:
    target: Any = np.random.default_rng(0).dirichlet(np.ones(4), 3) if soft else np.array([0, 3, 1])
    y, cache = ops.log_softmax_forward(z)
    value, dy = negative_log_likelihood(y, target, class_weight=weight)
    expected, dz = softmax_cross_entropy(z, target, class_weight=weight)
    assert value == pytest.approx(expected, rel=1e-12, abs=1e-12)
    np.testing.assert_allclose(ops.log_softmax_backward(dy, cache), dz, atol=1e-14)


@given(z=Z, seed=st.integers(0, 1000))
@quick
def test_the_divergence_is_cross_entropy_less_entropy_and_never_negative(z: Array, seed: int) -> None:
    shares = np.random.default_rng(seed).dirichlet(np.ones(4), 3)
    y, _ = ops.log_softmax_forward(z)
    value, dy = kl_divergence(y, shares)
    cross, cross_dy = negative_log_likelihood(y, shares)
    entropy = -(shares * np.log(shares)).sum(axis=1).mean()
    assert value == pytest.approx(cross - entropy, rel=1e-10, abs=1e-12)
    assert value >= 0
    np.testing.assert_array_equal(dy, cross_dy)
    assert kl_divergence(np.log(shares), shares)[0] == pytest.approx(0, abs=1e-15)


def test_impossible_classes() -> None:
    """A log-probability of minus infinity counts for nothing under a share of 0, and for everything elsewhere."""
    y = np.array([[-math.inf, math.log(0.25), math.log(0.75)]])
    shares = np.array([[0.0, 0.5, 0.5]])
    value, dy = negative_log_likelihood(y, shares)
    assert value == pytest.approx(-math.log(0.25 * 0.75) / 2)
    assert dy.tolist() == [[0.0, -0.5, -0.5]]
    assert kl_divergence(y, shares)[0] == pytest.approx(value - math.log(2))
    assert negative_log_likelihood(y, np.array([1]))[0] == pytest.approx(-math.log(0.25))
    assert negative_log_likelihood(y, np.array([0]))[0] == math.inf
    assert kl_divergence(y, np.array([0]))[0] == math.inf


def test_a_share_of_0_has_no_entropy() -> None:
    y = np.log([[0.5, 0.25, 0.25]])
    assert kl_divergence(y, np.array([[1, 0, 0]]))[0] == pytest.approx(math.log(2))
    assert kl_divergence(y, np.array([0]))[0] == pytest.approx(math.log(2))


@pytest.mark.parametrize("loss", [negative_log_likelihood, kl_divergence])
def test_logits_and_bad_targets_are_refused(loss: Any) -> None:
    with pytest.raises(DataError) as logits:
        loss(np.array([[-1.0, 2.5]]), np.array([0]))
    assert str(logits.value) == (
        f"{loss.__name__}: expected log-probabilities of at most 0, got 2.5 at index (0, 1). For logits take "
        "softmax_cross_entropy, or put fnn.log_softmax at the end of the model."
    )
    with pytest.raises(LabelError, match=r"expected labels from 0 to 1, got 2 at index \(0,\)"):
        loss(np.array([[-1.0, -2.5]]), np.array([2]))
    with pytest.raises(LabelError, match=r"expected rows of shares that sum to 1, got a sum of 0.5 at index \(0,\)"):
        loss(np.array([[-1.0, -2.5]]), np.array([[0.25, 0.25]]))
    assert math.isnan(loss(np.array([[math.nan, -1.0]]), np.array([0]))[0])
