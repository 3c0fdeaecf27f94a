"""What all losses share: reductions and weights, and the errors of bad ones (the case table checks gradients)."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fnn.arrays import Array
from fnn.errors import DataError, DtypeError, HyperparameterError, ShapeError
from fnn.losses import (
    mean_absolute_error,
    mean_squared_error,
    sigmoid_cross_entropy,
    softmax_cross_entropy,
    sum_of_squares,
)
from tests.cases.losses import VARIANTS, Loss, Make

all_losses = pytest.mark.parametrize(("loss", "make"), VARIANTS.values(), ids=VARIANTS)
both_reductions = pytest.mark.parametrize("reduction", ["mean", "sum"])


def close(a: tuple[float, Array], b: tuple[float, Array]) -> None:
    assert a[0] == pytest.approx(b[0], rel=1e-12)
    np.testing.assert_allclose(a[1], b[1], rtol=1e-11, atol=1e-14)


@all_losses
@both_reductions
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 6))
@settings(deadline=None, max_examples=10)
def test_weights_of_one_change_nothing(loss: Loss, make: Make, reduction: str, seed: int, n: int) -> None:
    y, target = make(np.random.default_rng(seed), (n,))
    weighted = loss(y, target, reduction=reduction, sample_weight=np.ones(n))
    close(weighted, loss(y, target, reduction=reduction))


@all_losses
@both_reductions
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 6))
@settings(deadline=None, max_examples=10)
def test_weight_2_is_the_sample_twice(loss: Loss, make: Make, reduction: str, seed: int, n: int) -> None:
    y, target = make(np.random.default_rng(seed), (n,))
    weight = np.ones(n)
    weight[-1] = 2.0
    value, dy = loss(y, target, reduction=reduction, sample_weight=weight)
    twice = [*range(n), n - 1]
    value_twice, dy_twice = loss(y[twice], target[twice], reduction=reduction)
    dy_twice[n - 1] += dy_twice[n]
    close((value, dy), (value_twice, dy_twice[:n]))


@all_losses
@both_reductions
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 6))
@settings(deadline=None, max_examples=10)
def test_the_order_of_samples_does_not_matter(loss: Loss, make: Make, reduction: str, seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    y, target = make(rng, (n,))
    weight = rng.uniform(0.1, 2, n)
    order = rng.permutation(n)
    value, dy = loss(y, target, reduction=reduction, sample_weight=weight)
    close((value, dy[order]), loss(y[order], target[order], reduction=reduction, sample_weight=weight[order]))


@all_losses
def test_a_sample_of_weight_0_counts_for_nothing(loss: Loss, make: Make) -> None:
    y, target = make(np.random.default_rng(0), (4,))
    value, dy = loss(y, target, sample_weight=np.array([1.0, 1.0, 1.0, 0.0]))
    short_value, short_dy = loss(y[:3], target[:3])
    close((value, dy[:3]), (short_value, short_dy))
    assert not dy[3].any()


@all_losses
@both_reductions
def test_only_the_mean_is_blind_to_the_scale_of_weights(loss: Loss, make: Make, reduction: str) -> None:
    y, target = make(np.random.default_rng(0), (3,))
    weight = np.array([1.0, 0.5, 2.0])
    value, dy = loss(y, target, reduction=reduction, sample_weight=weight)
    factor = 1 if reduction == "mean" else 10
    close((value * factor, dy * factor), loss(y, target, reduction=reduction, sample_weight=weight * 10))


def test_the_mean_is_over_outputs_then_samples_and_for_classes_over_samples() -> None:
    rng = np.random.default_rng(0)
    y, target = rng.standard_normal((4, 3)), rng.random((4, 3))
    for loss in (mean_squared_error, mean_absolute_error, sigmoid_cross_entropy):
        outputs = [[loss(y[[n], k], target[[n], k])[0] for k in range(3)] for n in range(4)]
        assert loss(y, target)[0] == pytest.approx(np.mean(np.mean(outputs, axis=1)))
        assert loss(y, target, reduction="sum")[0] == pytest.approx(np.sum(outputs))
    labels = np.array([0, 2, 1, 1])
    samples = [softmax_cross_entropy(y[[n]], labels[[n]])[0] for n in range(4)]
    assert softmax_cross_entropy(y, labels)[0] == pytest.approx(np.mean(samples))
    squares = [sum_of_squares(y[[n]], target[[n]])[0] for n in range(4)]
    assert sum_of_squares(y, target)[0] == pytest.approx(np.sum(squares))
    assert sum_of_squares(y, target, reduction="mean")[0] == pytest.approx(np.mean(squares))


def test_weights_may_have_further_axes() -> None:
    rng = np.random.default_rng(0)
    y, labels, mask = rng.standard_normal((2, 3, 4)), rng.integers(0, 4, (2, 3)), np.array([[1.0, 1, 0], [1, 0, 0]])
    value, dy = softmax_cross_entropy(y, labels, sample_weight=mask)
    kept = mask == 1
    short_value, short_dy = softmax_cross_entropy(y[kept], labels[kept])
    close((value, dy[kept]), (short_value, short_dy))
    target = rng.standard_normal(y.shape)
    value, dy = mean_squared_error(y, target, sample_weight=mask)
    short_value, short_dy = mean_squared_error(y[kept], target[kept])
    close((value, dy[kept]), (short_value, short_dy))
    per_sample = np.array([1.0, 3.0])
    spread = np.repeat(per_sample[:, None], 3, axis=1)
    close(
        softmax_cross_entropy(y, labels, sample_weight=per_sample),
        softmax_cross_entropy(y, labels, sample_weight=spread),
    )


WEIGHT_ERRORS: list[tuple[Any, type[Exception], str]] = [
    (np.ones(2), ShapeError, "expected sample_weight of shape (3,) or (3, 3), got shape (2,). One weight belongs to"),
    (np.ones((3, 1)), ShapeError, "expected sample_weight of shape (3,) or (3, 3), got shape (3, 1)."),
    (np.array(1.0), ShapeError, "got shape ()"),
    (np.ones(3, np.float32), DtypeError, "expected sample_weight of the prediction's dtype float64, got float32. Con"),
    (np.ones(3, int), DtypeError, "expected sample_weight as a float32 or float64 array, got int64 of shape (3,)"),
    ([1.0, 1.0, 1.0], DtypeError, "got a list"),
    (np.array([1.0, -2.0, 1.0]), DataError, "expected weights of at least 0, got -2.0 at index (1,). Leave a sample"),
    (np.array([1.0, np.nan, 1.0]), DataError, "expected weights of at least 0, got nan at index (1,)"),
    (np.zeros(3), DataError, "expected weights with a finite sum above 0, got a sum of 0. At least one sample"),
    (np.array([1.0, np.inf, 1.0]), DataError, "expected weights with a finite sum above 0, got a sum of inf"),
]


@pytest.mark.parametrize(("weight", "error", "text"), WEIGHT_ERRORS)
def test_bad_sample_weights(weight: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error) as caught:
        mean_squared_error(np.zeros((3, 3)), np.zeros((3, 3)), sample_weight=weight)
    assert str(caught.value).startswith("mean_squared_error: ")
    assert text in str(caught.value)


CLASS_WEIGHT_ERRORS: list[tuple[Any, str]] = [
    ([1.0, 2.0], "expected class_weight with 3 numbers, one a class, got shape (2,)"),
    ([1.0, -2.0, 1.0], "expected class weights in [0, inf), got -2.0 for class 1"),
    ([1.0, 2.0, np.nan], "expected class weights in [0, inf), got nan for class 2"),
    ({0: 1.0}, "expected class_weight with 3 numbers, one a class, got a dict"),
]


@pytest.mark.parametrize(("weight", "text"), CLASS_WEIGHT_ERRORS)
def test_bad_class_weights(weight: Any, text: str) -> None:
    with pytest.raises(HyperparameterError) as caught:
        softmax_cross_entropy(np.zeros((2, 3)), np.array([0, 1]), class_weight=weight)
    assert text in str(caught.value)


def test_class_weights_that_leave_nothing() -> None:
    with pytest.raises(DataError, match="got a sum of 0"):
        softmax_cross_entropy(np.zeros((2, 3)), np.array([1, 1]), class_weight=[1.0, 0.0, 1.0])


@all_losses
def test_an_unknown_reduction(loss: Loss, make: Make) -> None:
    y, target = make(np.random.default_rng(0), (2,))
    with pytest.raises(HyperparameterError, match="expected reduction 'mean' or 'sum', got 'none'"):
        loss(y, target, reduction="none")


def test_reductions_are_typed() -> None:
    reduction: Literal["mean", "sum"] = "sum"
    assert mean_squared_error(np.ones(2), np.zeros(2), reduction=reduction)[0] == 2
