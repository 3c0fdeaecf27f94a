"""Metrics: scikit-learn's figures, what 0/0 and ties give, and errors."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fnn.arrays import Array
from fnn.errors import DataError, DtypeError, FnnError, HyperparameterError, LabelError, ShapeError
from fnn.losses import Labels, softmax_cross_entropy
from fnn.metrics import (
    accuracy,
    binary_accuracy,
    confusion_matrix,
    f1,
    perplexity,
    precision,
    r2_score,
    recall,
    regression_accuracy,
    top_k_accuracy,
)
from fnn.sequences import Padded

SCORES = np.array(
    [
        [0.7, 0.1, 0.1, 0.1],
        [0.2, 0.5, 0.2, 0.1],
        [0.1, 0.2, 0.6, 0.1],
        [0.4, 0.3, 0.2, 0.1],
        [0.1, 0.6, 0.2, 0.1],
        [0.3, 0.3, 0.35, 0.05],
        [0.8, 0.1, 0.05, 0.05],
        [0.2, 0.45, 0.3, 0.05],
    ]
)
NO_THREES = np.array([0, 1, 2, 1, 2, 2, 1, 1])  # class 3 is neither target nor predicted
NO_ZEROS = np.array([1, 1, 2, 1, 2, 3, 1, 1])  # class 3 is never predicted, class 0 is never the target

CLASS_METRICS: list[Callable[[Array, Any], Any]] = [
    accuracy,
    partial(top_k_accuracy, k=2),
    confusion_matrix,
    precision,
    recall,
    f1,
]


def name(metric: Any) -> str:
    return str(getattr(metric, "func", metric).__name__)


# scikit-learn 1.9.1: precision_score, recall_score, f1_score(target, SCORES.argmax(axis=1), average=...,
# zero_division=0), with labels=range(4) for the figures of each class
SKLEARN: list[tuple[Any, Any, float, float, list[float]]] = [
    (precision, NO_THREES, 0.6666666666666666, 0.625, [1 / 3, 2 / 3, 1.0, 0.0]),
    (recall, NO_THREES, 0.7222222222222222, 0.625, [1.0, 0.5, 2 / 3, 0.0]),
    (f1, NO_THREES, 0.6238095238095238, 0.625, [0.5, 0.5714285714285714, 0.8, 0.0]),
    (precision, NO_ZEROS, 0.29166666666666663, 0.375, [0.0, 2 / 3, 0.5, 0.0]),
    (recall, NO_ZEROS, 0.225, 0.375, [0.0, 0.4, 0.5, 0.0]),
    (f1, NO_ZEROS, 0.25, 0.375, [0.0, 0.5, 0.5, 0.0]),
]


@pytest.mark.parametrize(("metric", "target", "macro", "micro", "single"), SKLEARN)
def test_figures_of_scikit_learn(metric: Any, target: Any, macro: float, micro: float, single: list[float]) -> None:
    assert metric(SCORES, target) == metric(SCORES, target, average="macro") == pytest.approx(macro)
    assert metric(SCORES, target, average="micro") == pytest.approx(micro)
    np.testing.assert_allclose(metric(SCORES, target, average=None), single)
    assert type(metric(SCORES, target)) is float


def test_accuracy_and_confusion_of_scikit_learn() -> None:
    assert accuracy(SCORES, NO_THREES) == 0.625
    expected = [[1, 0, 0, 0], [2, 2, 0, 0], [0, 1, 2, 0], [0, 0, 0, 0]]
    matrix = confusion_matrix(SCORES, NO_THREES)
    np.testing.assert_array_equal(matrix, expected)
    assert matrix.dtype.kind == "i"


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint64])
def test_narrow_label_dtypes_do_not_wrap(dtype: Any) -> None:
    labels = np.arange(200) % 120
    scores = np.eye(120)[labels]
    np.testing.assert_array_equal(confusion_matrix(scores, labels.astype(dtype)), confusion_matrix(scores, labels))


def test_top_k_of_scikit_learn() -> None:
    # scikit-learn 1.9.1: top_k_accuracy_score(target, scores, k=k, labels=range(4)), which orders ties the other way
    scores = SCORES - 0.001 * np.arange(4)
    assert [top_k_accuracy(scores, NO_THREES, k=k) for k in (1, 2, 3)] == [0.625, 1.0, 1.0]
    assert [top_k_accuracy(scores, NO_ZEROS, k=k) for k in (1, 2, 3)] == [0.375, 0.875, 0.875]


def test_accuracy_of_the_book() -> None:
    scores = np.array([[0.7, 0.2, 0.1], [0.5, 0.1, 0.4], [0.02, 0.9, 0.08]])
    for target in (np.array([0, 1, 1]), np.array([[1, 0, 0], [0, 1, 0], [0, 1, 0]]), np.eye(3)[[0, 1, 1]]):
        assert accuracy(scores, target) == pytest.approx(2 / 3)


@pytest.mark.parametrize("metric", CLASS_METRICS, ids=name)
def test_targets_of_all_kinds_agree(metric: Callable[[Array, Any], Any]) -> None:
    expected = metric(SCORES, NO_ZEROS)
    one_hot = np.eye(4)[NO_ZEROS]
    for target in (one_hot, one_hot.astype(int), 0.6 * one_hot + 0.1, NO_ZEROS.astype(np.uint8)):
        np.testing.assert_array_equal(metric(SCORES, target), expected)
    sequences = metric(SCORES.reshape(4, 2, 4), NO_ZEROS.reshape(4, 2))
    np.testing.assert_array_equal(sequences, expected)


@given(
    scores=arrays(np.float64, (5, 4), elements=st.integers(0, 3).map(float)),
    labels=arrays(np.int64, 5, elements=st.integers(0, 3)),
)
@settings(deadline=None, max_examples=50)
def test_top_1_is_the_accuracy_also_where_scores_tie_and_all_k_is_1(scores: Array, labels: Any) -> None:
    top = [top_k_accuracy(scores, labels, k=k) for k in (1, 2, 3, 4)]
    assert top[0] == accuracy(scores, labels)
    assert top == sorted(top)
    assert top[3] == 1
    matrix = confusion_matrix(scores, labels)
    assert matrix.sum() == 5
    assert np.trace(matrix) / 5 == accuracy(scores, labels) == f1(scores, labels, average="micro")


def test_nan_is_not_taken_for_a_good_score() -> None:
    broken = np.full((2, 3), np.nan)
    assert top_k_accuracy(broken, np.array([1, 2]), k=2) == 0
    assert top_k_accuracy(np.array([[1.0, np.nan, 0.5]]), np.array([0]), k=1) == 0
    assert accuracy(broken, np.array([0, 0])) == 0
    assert accuracy(np.array([[np.nan, 0.0], [1.0, 0.0]]), np.array([0, 0])) == 0.5
    assert binary_accuracy(broken, np.zeros((2, 3), int)) == 0
    assert np.isnan([r2_score(broken[:, :1], np.ones((2, 1))), r2_score(broken[:, :1], np.eye(2)[:, :1])]).all()
    for metric in (confusion_matrix, precision, recall, f1):
        with pytest.raises(DataError, match=r"expected predictions that are numbers, got nan at index \(0, 0\)\."):
            metric(broken, np.array([1, 2]))


def test_binary_accuracy() -> None:
    p = np.array([[0.9, 0.2], [0.5, 0.6]])
    assert binary_accuracy(p, np.array([[1, 0], [0, 0]])) == 0.75  # 0.5 is not above the threshold
    assert binary_accuracy(p, np.array([[1.0, 0.0], [0.0, 1.0]])) == 1
    assert binary_accuracy(p, np.array([[1, 0], [0, 0]]), threshold=0.7) == 1
    assert binary_accuracy(p, np.array([[0.8, 0.3], [0.4, 0.4]])) == 0.75
    logits = np.log(p / (1 - p))
    for threshold in (0.5, 0.15, 0.7, 0.55):
        expected = binary_accuracy(p, np.array([[1, 0], [0, 0]]), threshold=threshold)
        assert binary_accuracy(logits, np.array([[1, 0], [0, 0]]), threshold=threshold, from_logits=True) == expected


def test_regression_accuracy_of_the_book() -> None:
    target = np.array([0.0, 1.0, 2.0, 3.0])
    tolerance = np.std(target) / 250
    prediction = target + np.array([0.9, -0.9, 1.1, -1.1]) * tolerance
    assert regression_accuracy(prediction, target) == 0.5
    assert regression_accuracy(prediction, target, tolerance=1.2 * float(tolerance)) == 1
    assert regression_accuracy(target, target, tolerance=0.0) == 1
    constant = np.full(3, 7.0)
    assert regression_accuracy(constant, constant) == 1


def test_r2_of_scikit_learn() -> None:
    # scikit-learn 1.9.1: r2_score(TARGET, Y), of single outputs and of all
    y = np.array([[0.5, -1.0, 3], [2.0, 0.25, 3], [-3.0, 1.0, 3], [1, 1, 3]])
    target = np.array([[0.0, -1.0, 3], [0.5, 1.0, 3], [0.5, 0.9, 3], [2, 1.5, 3]])
    assert r2_score(y[:, 0], target[:, 0]) == pytest.approx(-6.0)
    assert r2_score(y, target) == pytest.approx(-1.4090699815837937)
    y[0, 2] = 2  # the third target is constant, and now missed
    assert r2_score(y, target) == pytest.approx(-1.7424033149171272)
    assert type(r2_score(y, target)) is float


def test_r2_of_constant_targets_that_rounding_would_spread() -> None:
    target = np.full(3, 0.1, np.float32)
    assert r2_score(target, target) == 1
    assert r2_score(target + np.float32(0.5), target) == 0
    assert r2_score(np.array([2.0]), np.array([2.0])) == 1


def test_perplexity() -> None:
    certain = np.where(np.eye(4)[NO_ZEROS], 1000.0, 0.0)
    assert perplexity(certain, NO_ZEROS) == 1
    assert perplexity(np.zeros((8, 4)), NO_ZEROS) == pytest.approx(4)
    assert perplexity(-certain, NO_ZEROS) == np.inf
    assert perplexity(SCORES, NO_THREES) == pytest.approx(np.exp(softmax_cross_entropy(SCORES, NO_THREES)[0]))
    assert np.isnan(perplexity(np.where(SCORES == 0.8, np.nan, SCORES), NO_THREES))


def test_perplexity_of_padded_sequences_is_that_of_the_steps_that_are_there() -> None:
    scores, labels = SCORES.reshape(2, 4, 4), NO_THREES.reshape(2, 4)
    mask = np.array([[True, True, False, False], [True, True, True, True]])
    expected = perplexity(SCORES[mask.ravel()], NO_THREES[mask.ravel()])
    assert perplexity(Padded(scores, mask), labels) == expected
    assert perplexity(scores, Padded(np.where(mask, labels, -1), mask)) == expected
    with pytest.raises(DataError, match="perplexity > sequence_cross_entropy: expected"):
        perplexity(Padded(scores, np.zeros_like(mask)), labels)


@pytest.mark.parametrize("target", [np.eye(4)[NO_ZEROS], np.eye(4)[NO_ZEROS].astype(int), NO_ZEROS.astype(np.uint8)])
def test_perplexity_of_targets_of_all_kinds(target: Any) -> None:
    assert perplexity(SCORES, target) == pytest.approx(perplexity(SCORES, NO_ZEROS), rel=1e-15)


def test_metrics_are_floats_and_change_nothing() -> None:
    scores, target = SCORES.astype(np.float32), NO_ZEROS.copy()
    scores.setflags(write=False)
    target.setflags(write=False)
    for metric in CLASS_METRICS:
        assert type(metric(scores, target)) is float or metric is confusion_matrix
    column = scores[:, :1]
    for other in (regression_accuracy, r2_score, binary_accuracy):
        assert type(other(column, column)) is float


def test_metrics_of_one_type_go_into_one_table() -> None:
    table: dict[str, Callable[[Array, Labels], float]] = {
        "accuracy": accuracy,
        "f1": f1,
        "micro recall": partial(recall, average="micro"),
        "top 2": partial(top_k_accuracy, k=2),
    }
    assert {title: metric(SCORES, NO_THREES) for title, metric in table.items()}["accuracy"] == 0.625
    each: Array = precision(SCORES, NO_THREES, average=None)
    assert each.shape == (4,)


CLASS_ERRORS: list[tuple[Any, Any, type[FnnError], str]] = [
    (SCORES, np.full(8, 4), LabelError, "labels from 0 to 3, got 4 at index (0,)"),
    (SCORES, np.full(8, -1), LabelError, "labels from 0 to 3, got -1 at index (0,)"),
    (SCORES, np.ones(8), LabelError, "labels as integers, got float64"),
    (SCORES, np.zeros(7, int), ShapeError, "got shape (7,)"),
    (SCORES, np.eye(8), LabelError, "rows of 4 shares, one a class, got shape (8, 8)"),
    (SCORES.argmax(axis=1), NO_ZEROS, DtypeError, "prediction as a float32 or float64 array, got int64"),
    (SCORES[:, :1], NO_ZEROS, ShapeError, "at least 2 classes, got shape (8, 1)"),
    (SCORES[:0], NO_ZEROS[:0], DataError, "a batch of at least one sample"),
]


@pytest.mark.parametrize("metric", CLASS_METRICS, ids=name)
@pytest.mark.parametrize(("prediction", "target", "error", "text"), CLASS_ERRORS)
def test_bad_classes(metric: Any, prediction: Any, target: Any, error: type[FnnError], text: str) -> None:
    with pytest.raises(error) as caught:
        metric(prediction, target)
    assert str(caught.value).startswith(f"{name(metric)}: expected ")
    assert text in str(caught.value)


@pytest.mark.parametrize(("prediction", "target", "error", "text"), CLASS_ERRORS)
def test_perplexity_refuses_what_its_loss_refuses(
    prediction: Any, target: Any, error: type[FnnError], text: str
) -> None:
    with pytest.raises(error) as caught:
        perplexity(prediction, target)
    assert str(caught.value).startswith("perplexity > softmax_cross_entropy: expected ")
    assert text in str(caught.value)


@pytest.mark.parametrize("metric", [regression_accuracy, r2_score, binary_accuracy], ids=name)
def test_bad_shapes(metric: Any) -> None:
    for prediction, target in ((np.zeros((3, 1)), np.zeros(3)), (np.zeros(3), np.zeros((3, 1)))):
        with pytest.raises(ShapeError, match=f"{name(metric)}: expected target of the output's shape"):
            metric(prediction, target)
    with pytest.raises(DataError, match="at least one sample"):
        metric(np.zeros((0, 1)), np.zeros((0, 1)))
    with pytest.raises(DtypeError, match="target of the prediction's dtype float64, got float32"):
        metric(np.zeros(3), np.zeros(3, np.float32))


BAD_OPTIONS: list[tuple[Callable[[], Any], str]] = [
    (partial(top_k_accuracy, SCORES, NO_ZEROS, k=0), "top_k_accuracy: expected k as an integer of at least 1, got 0"),
    (partial(top_k_accuracy, SCORES, NO_ZEROS), "top_k_accuracy: expected k in [1, 4], got 5"),
    (partial(precision, SCORES, NO_ZEROS, average="weighted"), "precision: expected average 'macro', 'micro' or None"),
    (partial(binary_accuracy, SCORES, SCORES, threshold=1.0), "binary_accuracy: expected threshold in (0, 1), got 1.0"),
    (partial(regression_accuracy, SCORES, SCORES, tolerance=-1.0), "expected tolerance in [0, inf), got -1.0"),
]


@pytest.mark.parametrize(("call", "text"), BAD_OPTIONS)
def test_bad_options(call: Callable[[], Any], text: str) -> None:
    with pytest.raises(HyperparameterError) as caught:
        call()
    assert text in str(caught.value)


def test_logits_for_probabilities() -> None:
    with pytest.raises(
        DataError, match=r"binary_accuracy: expected probabilities in \[0, 1\], got -3.0 at index \(0,\)"
    ):
        binary_accuracy(np.array([-3.0, 2.0]), np.array([0, 1]))
