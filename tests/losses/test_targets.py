"""Predictions and targets that do not fit each other: every loss says what is wrong, and where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fnn.arrays import Array
from fnn.errors import DataError, DtypeError, FnnError, LabelError, ShapeError
from fnn.losses import (
    binary_cross_entropy,
    categorical_cross_entropy,
    huber,
    mean_absolute_error,
    mean_squared_error,
    sigmoid_cross_entropy,
    softmax_cross_entropy,
    sum_of_squares,
)

Loss = Callable[..., tuple[float, Array]]
CLASSES: list[Loss] = [softmax_cross_entropy, categorical_cross_entropy]
BINARY: list[Loss] = [sigmoid_cross_entropy, binary_cross_entropy]
REGRESSION: list[Loss] = [mean_squared_error, mean_absolute_error, sum_of_squares, huber]


def name(loss: Loss) -> str:
    return str(getattr(loss, "__name__", loss))


def check(loss: Loss, y: Any, target: Any, error: type[FnnError], text: str) -> None:
    with pytest.raises(error) as caught:
        loss(y, target)
    assert str(caught.value).startswith(f"{name(loss)}: expected ")
    assert text in str(caught.value)


Y = np.full((4, 3), 0.5)
CLASS_ERRORS: list[tuple[Any, Any, type[FnnError], str]] = [
    # labels
    (Y, np.array([0, 1, 3, 2]), LabelError, "labels from 0 to 2, got 3 at index (2,). The prediction has 3 classes."),
    (Y, np.array([0, 1, -1, 2]), LabelError, "labels from 0 to 2, got -1 at index (2,)."),
    (Y, np.array([0, 1, 255, 2], np.uint8), LabelError, "labels from 0 to 2, got 255 at index (2,)."),
    (Y, np.array([0, 2**64 - 1, 1, 2], np.uint64), LabelError, f"labels from 0 to 2, got {2**64 - 1} at index (1,)."),
    (Y, np.array([0.0, 1.0, 2.0, 0.0]), LabelError, "labels as integers, got float64 of shape (4,). Convert them: t"),
    (Y, np.array([0.0, 1.5, 2.0, 0.0]), LabelError, "labels as integers, got 1.5 at index (1,). Labels are class n"),
    (Y, np.array([0, 1, 2]), ShapeError, "labels of shape (4,), or shares of shape (4, 3), got shape (3,)."),
    (Y, np.array([[0], [1], [2], [0]]), ShapeError, "labels of shape (4,), got shape (4, 1). Write target.reshape(4,)"),
    (np.full((2, 2, 3), 0.5), np.zeros(4, int), ShapeError, "labels of shape (2, 2), or shares of shape (2, 2, 3)"),
    (np.full((2, 2, 3), 0.5), np.array([[0, 1], [2, 3]]), LabelError, "got 3 at index (1, 1)"),
    # one-hot and soft rows
    (Y, np.eye(4), LabelError, "rows of 3 shares, one a class, got shape (4, 4). The prediction has 3 classes."),
    (Y, np.eye(4, 2, dtype=int), LabelError, "rows of 3 shares, one a class, got shape (4, 2)."),
    (Y, np.eye(3), ShapeError, "got shape (3, 3). One target belongs to each sample"),
    (Y, np.full((4, 3), 0.5), LabelError, "rows of shares that sum to 1, got a sum of 1.5 at index (0,). Divide each"),
    (Y, np.zeros((4, 3), int), LabelError, "rows of shares that sum to 1, got a sum of 0 at index (0,)."),
    (Y, np.full((4, 3), [1.5, -0.5, 0.0]), LabelError, "shares from 0 to 1, got 1.5 at index (0, 0). Each row is one-"),
    (Y, np.full((4, 3), [0, 2, -1]), LabelError, "shares from 0 to 1, got 2 at index (0, 1)."),
    (Y, np.full((4, 3), np.nan), LabelError, "shares from 0 to 1, got nan at index (0, 0)."),
    # dtypes
    (Y, np.eye(4, 3, dtype=np.float32), DtypeError, "target of the prediction's dtype float64, got float32. Convert"),
    (Y, np.eye(4, 3, dtype=bool), DtypeError, "array of integers, or of floats of the prediction's dtype, got bool"),
    (Y, np.zeros(4, complex), DtypeError, "got complex128 of shape (4,)"),
    (Y, [0, 1, 2, 0], DtypeError, "got a list. Convert it: np.asarray(target).astype(np.int64)."),
    (np.ones((4, 3), int), np.zeros(4, int), DtypeError, "prediction as a float32 or float64 array, got int64"),
    ([[0.5, 0.5]], np.zeros(1, int), DtypeError, "prediction as a float32 or float64 array, got a list"),
    # the prediction
    (np.zeros(3), np.array(1), ShapeError, "prediction of shape (batch, ..., classes) with at least 2 classes, got "),
    (np.zeros((4, 1)), np.zeros(4, int), ShapeError, "got shape (4, 1). For one output a sample, true or false, the"),
    (np.zeros((0, 3)), np.zeros(0, int), DataError, "a batch of at least one sample, got shape (0, 3)"),
]


@pytest.mark.parametrize("loss", CLASSES, ids=name)
@pytest.mark.parametrize(("y", "target", "error", "text"), CLASS_ERRORS)
def test_bad_classes(loss: Loss, y: Any, target: Any, error: type[FnnError], text: str) -> None:
    check(loss, y, target, error, text)


B = np.full((3, 1), 0.5)
BINARY_ERRORS: list[tuple[Any, Any, type[FnnError], str]] = [
    (
        B,
        np.array([[0], [2], [1]]),
        LabelError,
        "targets from 0 to 1, got 2 at index (1, 0). For classes numbered above",
    ),
    (B, np.array([[0], [-1], [1]]), LabelError, "targets from 0 to 1, got -1 at index (1, 0)."),
    (B, np.array([[0.0], [1.0], [1.5]]), LabelError, "targets from 0 to 1, got 1.5 at index (2, 0)."),
    (B, np.array([[0.0], [np.nan], [0.5]]), LabelError, "targets from 0 to 1, got nan at index (1, 0)."),
    (
        B,
        np.array([0, 1, 1]),
        ShapeError,
        "target of the output's shape (3, 1), got shape (3,). Reshape it: target.resh",
    ),
    (B[:, 0], np.array([[0], [1], [1]]), ShapeError, "target of the output's shape (3,), got shape (3, 1). Reshape it"),
    (B, np.array([[0], [1]]), ShapeError, "got shape (2, 1). One target belongs to each output."),
    (B, np.zeros((3, 1), np.float32), DtypeError, "target of the prediction's dtype float64, got float32."),
    (B, np.zeros((3, 1), bool), DtypeError, "array of integers, or of floats of the prediction's dtype, got bool of"),
    (B, [[0], [1], [1]], DtypeError, "got a list"),
    (np.ones((3, 1), int), np.ones((3, 1), int), DtypeError, "prediction as a float32 or float64 array, got int64"),
    (np.array(0.5), np.array(1), ShapeError, "prediction of shape (batch, ...), got shape ()."),
    (np.zeros((0, 1)), np.zeros((0, 1)), DataError, "a batch of at least one sample, got shape (0, 1)"),
]


@pytest.mark.parametrize("loss", BINARY, ids=name)
@pytest.mark.parametrize(("y", "target", "error", "text"), BINARY_ERRORS)
def test_bad_binary_targets(loss: Loss, y: Any, target: Any, error: type[FnnError], text: str) -> None:
    check(loss, y, target, error, text)


R = np.zeros((3, 1))
REGRESSION_ERRORS: list[tuple[Any, Any, type[FnnError], str]] = [
    (
        R,
        np.zeros(3),
        ShapeError,
        "target of the output's shape (3, 1), got shape (3,). Reshape it: target.reshape(3, 1).",
    ),
    (R[:, 0], np.zeros((3, 1)), ShapeError, "target of the output's shape (3,), got shape (3, 1). Reshape it: target."),
    (R, np.zeros((4, 1)), ShapeError, "got shape (4, 1). One target belongs to each output."),
    (R, np.zeros((3, 1), np.float32), DtypeError, "target of the prediction's dtype float64, got float32. Convert it:"),
    (R, np.zeros((3, 1), int), DtypeError, "target as a float32 or float64 array, got int64 of shape (3, 1)."),
    (R, [[0.0], [1.0], [2.0]], DtypeError, "target as a float32 or float64 array, got a list."),
    (R.astype(int), R, DtypeError, "prediction as a float32 or float64 array, got int64 of shape (3, 1)."),
    (np.array(0.5), np.array(1.0), ShapeError, "prediction of shape (batch, ...), got shape ()."),
    (np.zeros((0, 1)), np.zeros((0, 1)), DataError, "a batch of at least one sample, got shape (0, 1)"),
]


@pytest.mark.parametrize("loss", REGRESSION, ids=name)
@pytest.mark.parametrize(("y", "target", "error", "text"), REGRESSION_ERRORS)
def test_bad_regression_targets(loss: Loss, y: Any, target: Any, error: type[FnnError], text: str) -> None:
    check(loss, y, target, error, text)


@pytest.mark.parametrize(
    ("loss", "target"), [(categorical_cross_entropy, [0, 1]), (binary_cross_entropy, [[0, 1], [1, 1]])]
)
def test_logits_are_no_probabilities(loss: Loss, target: Any) -> None:
    hint = "For logits take softmax_cross_entropy or sigmoid_cross_entropy."
    high, low = np.array([[0.5, 0.5], [0.5, 1.25]]), np.array([[0.5, -0.25], [0.5, 0.5]])
    check(loss, high, np.array(target), DataError, f"probabilities in [0, 1], got 1.25 at index (1, 1). {hint}")
    check(loss, low, np.array(target), DataError, f"probabilities in [0, 1], got -0.25 at index (0, 1). {hint}")


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.int64, np.uint64])
def test_labels_of_any_integer_dtype(dtype: Any) -> None:
    y, labels = np.random.default_rng(0).standard_normal((200, 120)), np.arange(200) % 120
    value, dy = softmax_cross_entropy(y, labels.astype(dtype))
    expected_value, expected_dy = softmax_cross_entropy(y, labels)
    assert value == expected_value
    np.testing.assert_array_equal(dy, expected_dy)


@pytest.mark.parametrize("loss", [*CLASSES, *BINARY, *REGRESSION], ids=name)
def test_a_prediction_of_nan_shows_in_the_value(loss: Loss) -> None:
    y = np.array([[0.5, np.nan], [0.5, 0.5]])
    target: Any = np.array([1, 0]) if loss in CLASSES else np.eye(2)
    assert np.isnan(loss(y, target)[0])
