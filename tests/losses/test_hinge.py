"""The hinge losses: their flat part, their kinks, and what they refuse."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fnn.arrays import Array
from fnn.errors import HyperparameterError, LabelError, ShapeError
from fnn.losses import hinge, multiclass_hinge

Y = arrays(np.float64, (4, 3), elements=st.floats(-10, 10))


def test_beyond_the_margin_nothing_costs_or_teaches_and_at_it_the_gradient_is_0() -> None:
    value, dy = hinge(np.array([1.0, 2.0, -1.0]), np.array([1, 1, 0]))
    assert value == 0
    assert not dy.any()
    value, dy = multiclass_hinge(np.array([[3.0, 2.0, -4.0]]), np.array([0]))
    assert value == 0
    assert not dy.any()


def test_by_hand() -> None:
    value, dy = hinge(np.array([[0.5, -0.5]]), np.array([[0, 0]]), reduction="sum")
    assert (value, dy.tolist()) == (2.0, [[1.0, 1.0]])
    value, dy = multiclass_hinge(np.array([[1.0, 1.5, 0.5]]), np.array([2]), margin=2.0)
    assert (value, dy.tolist()) == (5.5, [[1.0, 1.0, -2.0]])


@given(y=Y, seed=st.integers(0, 1000))
@settings(deadline=None, max_examples=50)
def test_the_gradient_over_classes_sums_to_0_and_two_classes_are_the_binary_loss(y: Array, seed: int) -> None:
    rng = np.random.default_rng(seed)
    _, dy = multiclass_hinge(y, rng.integers(0, 3, 4))
    np.testing.assert_allclose(dy.sum(axis=1), 0, atol=1e-15)
    bits, score = rng.integers(0, 2, 4), y[:, 0]
    binary, slope = hinge(score, bits)
    both, slopes = multiclass_hinge(np.stack([0 * score, score], axis=1), bits)
    assert both == pytest.approx(binary, abs=1e-15)
    np.testing.assert_allclose(slopes[:, 1], slope, atol=1e-15)


@pytest.mark.parametrize(
    ("target", "text"),
    [
        (np.array([-1, 1]), "got -1 at index (0,). For targets of -1 and 1 write (target + 1) / 2."),
        (np.array([1, 2]), "got 2 at index (1,)."),
        (np.array([0.5, 1.0]), "got 0.5 at index (0,)."),
        (np.array([0.0, math.nan]), "got nan at index (1,)."),
    ],
)
def test_targets_other_than_0_and_1(target: Any, text: str) -> None:
    with pytest.raises(LabelError) as error:
        hinge(np.zeros(2), target)
    assert str(error.value) == f"hinge: expected targets 0 or 1, {text}"


def test_soft_rows_have_no_class() -> None:
    with pytest.raises(LabelError) as error:
        multiclass_hinge(np.zeros((2, 2)), np.array([[1.0, 0.0], [0.25, 0.75]]))
    assert str(error.value) == (
        "multiclass_hinge: expected labels or one-hot rows, got a row whose largest share is 0.75 at index (1,). This "
        "loss compares one class with the others."
    )
    with pytest.raises(LabelError, match="expected labels from 0 to 1, got -1 at index"):
        multiclass_hinge(np.zeros((2, 2)), np.array([0, -1]))


def test_shapes_and_margins() -> None:
    with pytest.raises(
        ShapeError, match=r"hinge: expected target of the output's shape \(3, 1\), got shape \(3,\)\. R"
    ):
        hinge(np.zeros((3, 1)), np.zeros(3, int))
    with pytest.raises(ShapeError, match="with at least 2 classes"):
        multiclass_hinge(np.zeros((3, 1)), np.zeros(3, int))
    for loss, y in ((hinge, np.zeros(2)), (multiclass_hinge, np.zeros((2, 2)))):
        for margin in (0.0, -1.0, math.inf, math.nan):
            with pytest.raises(HyperparameterError, match=rf"expected margin in \(0, inf\), got {margin}"):
                loss(y, np.array([0, 1]), margin=margin)
