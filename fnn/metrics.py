"""Metrics: pure functions ``(prediction, target) -> float`` that say how good predictions are, to be read by people.

Classes are predicted by scores, logits or probabilities alike, of shape (batch, ..., classes): the class predicted is
the one with the largest score, the first of several. Targets are integer labels (batch, ...), or one-hot or soft rows,
whose class is found in the same way. NaN is never right: an accuracy counts it as wrong, what is made of the confusion
matrix refuses it. Bad input gets the errors of `fnn.losses`. Options are bound with `functools.partial`.
"""

from __future__ import annotations

import math
from typing import Any, Literal, TypeAlias, overload

import numpy as np

from fnn.arrays import Array, BoolArray, IntArray, first
from fnn.errors import DataError, HyperparameterError, Within
from fnn.losses.sequence_cross_entropy import sequence_cross_entropy
from fnn.losses.softmax_cross_entropy import softmax_cross_entropy
from fnn.losses.targets import (
    Labels,
    check_pair,
    check_probabilities,
    check_scores,
    labels_of,
    shares_of,
    true_or_false,
)
from fnn.sequences import Padded
from fnn.validate import in_range, positive

__all__ = [
    "Average",
    "accuracy",
    "binary_accuracy",
    "confusion_matrix",
    "f1",
    "perplexity",
    "precision",
    "r2_score",
    "recall",
    "regression_accuracy",
    "top_k_accuracy",
]

Average: TypeAlias = Literal["macro", "micro"]
"""How the figures of the classes become one: their mean, or one figure over all samples."""


def accuracy(prediction: Array, target: Labels) -> float:
    """Return the share of samples whose class is predicted.

    Shapes: prediction (batch, ..., classes), target (batch, ...) or as prediction.

    >>> accuracy(np.array([[0.7, 0.2, 0.1], [0.5, 0.1, 0.4], [0.02, 0.9, 0.08]]), np.array([0, 1, 1]))
    0.6666666666666666
    """
    predicted, true, classes = _classes("accuracy", prediction, target)
    certain = ~np.isnan(prediction.reshape(-1, classes)).any(axis=1)  # NaN counts as wrong, though argmax chooses it
    return float(((predicted == true) & certain).mean())


def top_k_accuracy(prediction: Array, target: Labels, *, k: int = 5) -> float:
    """Return the share of samples whose class is among the ``k`` with the largest scores; with ``k=1`` the accuracy.

    Shapes as in `accuracy`. Of equal scores the first counts as the larger. Raises HyperparameterError for a ``k`` that
    is not from 1 to the number of classes.

    >>> top_k_accuracy(np.array([[0.7, 0.2, 0.1], [0.5, 0.1, 0.4]]), np.array([1, 1]), k=2)
    0.5
    """
    _, true, classes = _classes("top_k_accuracy", prediction, target)
    positive("top_k_accuracy", k=k)
    in_range("top_k_accuracy", 1, classes, k=k)
    scores = prediction.reshape(-1, classes)
    own = scores[np.arange(len(true)), true][:, None]
    before = (scores == own) & (np.arange(classes) < true[:, None])
    rank = (~(scores <= own) | before).sum(axis=1)  # written so that NaN ranks last, not first
    return float((rank < k).mean())


def binary_accuracy(prediction: Array, target: Labels, *, threshold: float = 0.5, from_logits: bool = False) -> float:
    """Return the share of outputs that are on their target's side of ``threshold``.

    Shapes: prediction and target (batch, ...). ``threshold`` in (0, 1) is a probability, also for logits; a prediction
    above it means true. Targets in [0, 1] count as true above one half. Raises DataError for predictions outside [0, 1]
    unless they come ``from_logits``.

    >>> binary_accuracy(np.array([[0.9], [0.2], [0.6], [0.5]]), np.array([[1], [0], [0], [0]]))
    0.75
    """
    place = "binary_accuracy"
    in_range(place, 0, 1, low_open=True, high_open=True, threshold=threshold)
    true: BoolArray = true_or_false(prediction, target, place) > 0.5
    if from_logits:
        threshold = math.log(threshold / (1 - threshold))
    else:
        check_probabilities(prediction, place)
    return float((((prediction > threshold) == true) & ~np.isnan(prediction)).mean())


def regression_accuracy(prediction: Array, target: Array, *, tolerance: float | None = None) -> float:
    """Return the share of outputs that miss their target by at most ``tolerance``.

    Shapes: prediction and target (batch, ...). ``tolerance`` is by default the standard deviation of ``target``
    over 250; bind that of the training data with `functools.partial` if all batches are to be measured alike.

    Reference: Kinsley and Kukieła (2020), "Neural networks from scratch in Python", ch. 17.

    >>> regression_accuracy(np.array([1.0, 2.1, 3.0]), np.array([1.0, 2.0, 3.0]), tolerance=0.05)
    0.6666666666666666
    """
    place = "regression_accuracy"
    check_pair(prediction, target, place)
    if tolerance is None:
        tolerance = float(target.std()) / 250
    else:
        in_range(place, 0, math.inf, tolerance=tolerance)
    return float((np.abs(prediction - target) <= tolerance).mean())


def r2_score(prediction: Array, target: Array) -> float:
    """Return the coefficient of determination: 1 for exact predictions, 0 for those no better than the target's mean.

        R2 = 1 - sum_n (y[n] - t[n])^2 / sum_n (t[n] - mean t)^2

    of each output, and the mean over the outputs. Shapes: prediction and target (batch, ...). Where a target is
    constant, R2 is 1 if it is predicted exactly and 0 if not. Below 0 for predictions worse than the mean.

    Reference: Wright (1921), "Correlation and causation".

    >>> r2_score(np.array([1.0, 2.0, 4.0]), np.array([1.0, 2.0, 3.0]))
    0.5
    """
    check_pair(prediction, target, "r2_score")
    t = target.reshape(len(target), -1).astype(np.float64)
    y = prediction.reshape(len(target), -1)
    missed = ((y - t) ** 2).sum(axis=0)
    spread = ((t - t.mean(axis=0)) ** 2).sum(axis=0)
    constant = (t == t[0]).all(axis=0)  # rather than a spread of 0, which rounding in the mean may miss
    ratio = np.where(constant, np.where(missed > 0, 1, missed), missed / np.where(constant, 1, spread))
    return float(1 - ratio.mean())


def perplexity(prediction: Array | Padded[Array], target: Labels | Padded[Labels]) -> float:
    """Return the exponential of the mean cross-entropy: among how many equally likely classes the choice would be.

        PP = exp(-mean of log softmax(prediction)[target])

    From 1, where each target is certain, to the number of classes, where nothing is known, and beyond. Shapes:
    prediction, as logits, (batch, ..., classes), target (batch, ...) or as prediction; of padded sequences, if one of
    the two is `Padded`, only the steps that are there count. Infinite where the dtype cannot hold it. Its mean over
    batches is a little above the perplexity of them all, which is the exponential of their mean loss.

    Reference: Jelinek, Mercer, Bahl, Baker (1977), "Perplexity: a measure of the difficulty of speech recognition
    tasks".

    >>> round(perplexity(np.log([[0.5, 0.25, 0.25], [0.25, 0.25, 0.5]]), np.array([0, 1])), 4)
    2.8284
    """
    y: Any = prediction  # both losses take both kinds, but one at a time
    t: Any = target
    with Within("perplexity"):
        padded = isinstance(y, Padded) or isinstance(t, Padded)
        value, _ = sequence_cross_entropy(y, t) if padded else softmax_cross_entropy(y, t)
    with np.errstate(over="ignore"):
        return float(np.exp(np.float64(value)))


def confusion_matrix(prediction: Array, target: Labels) -> IntArray:
    """Return how often each class (row) was predicted as each class (column), as integers (classes, classes).

    Shapes as in `accuracy`. The diagonal holds what is right.

    >>> confusion_matrix(np.array([[0.7, 0.2, 0.1], [0.5, 0.1, 0.4], [0.02, 0.9, 0.08]]), np.array([0, 1, 1]))
    array([[1, 0, 0],
           [1, 1, 0],
           [0, 0, 0]])
    """
    return _confusion("confusion_matrix", prediction, target)


@overload
def precision(prediction: Array, target: Labels, *, average: Average = "macro") -> float: ...
@overload
def precision(prediction: Array, target: Labels, *, average: None) -> Array: ...
def precision(prediction: Array, target: Labels, *, average: Average | None = "macro") -> float | Array:
    """Return the share of what is right in what is predicted as a class: TP / (TP + FP).

    Shapes as in `accuracy`. ``average="macro"`` is the mean over the classes that occur, in targets or predictions;
    ``"micro"`` counts all samples together, which makes it the accuracy; None gives one figure a class (classes,).
    Where a class is never predicted, 0/0 counts as 0.

    >>> scores = np.array([[0.7, 0.2, 0.1], [0.5, 0.1, 0.4], [0.02, 0.9, 0.08]])
    >>> precision(scores, np.array([0, 1, 1])), precision(scores, np.array([0, 1, 1]), average=None)
    (0.75, array([0.5, 1. , 0. ]))
    """
    right, true, predicted = _counts("precision", prediction, target)
    return _average("precision", right, predicted, true + predicted > 0, average)


@overload
def recall(prediction: Array, target: Labels, *, average: Average = "macro") -> float: ...
@overload
def recall(prediction: Array, target: Labels, *, average: None) -> Array: ...
def recall(prediction: Array, target: Labels, *, average: Average | None = "macro") -> float | Array:
    """Return the share of a class that is predicted as it: TP / (TP + FN).

    Shapes and ``average`` as in `precision`. Where a class is never the target, 0/0 counts as 0.

    >>> scores = np.array([[0.7, 0.2, 0.1], [0.5, 0.1, 0.4], [0.02, 0.9, 0.08]])
    >>> recall(scores, np.array([0, 1, 1]), average=None)
    array([1. , 0.5, 0. ])
    """
    right, true, predicted = _counts("recall", prediction, target)
    return _average("recall", right, true, true + predicted > 0, average)


@overload
def f1(prediction: Array, target: Labels, *, average: Average = "macro") -> float: ...
@overload
def f1(prediction: Array, target: Labels, *, average: None) -> Array: ...
def f1(prediction: Array, target: Labels, *, average: Average | None = "macro") -> float | Array:
    """Return the harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN).

    Shapes and ``average`` as in `precision`; the macro average is the mean of the classes' F1. Where a class is neither
    target nor predicted, 0/0 counts as 0.

    Reference: van Rijsbergen (1979), "Information retrieval", ch. 7, with beta = 1.

    >>> scores = np.array([[0.7, 0.2, 0.1], [0.5, 0.1, 0.4], [0.02, 0.9, 0.08]])
    >>> f1(scores, np.array([0, 1, 1]))
    0.6666666666666666
    """
    right, true, predicted = _counts("f1", prediction, target)
    return _average("f1", 2 * right, true + predicted, true + predicted > 0, average)


def _classes(place: str, prediction: Array, target: Labels) -> tuple[IntArray, IntArray, int]:
    """Return predicted and true classes, flat, and the number of classes."""
    check_scores(prediction, place)
    classes = prediction.shape[-1]
    labels = labels_of(prediction, target, place)
    true = shares_of(prediction, target, place).argmax(axis=1) if labels is None else labels
    return prediction.reshape(-1, classes).argmax(axis=1), true, classes


def _confusion(place: str, prediction: Array, target: Labels) -> IntArray:
    predicted, true, classes = _classes(place, prediction, target)
    nan = np.isnan(prediction)
    if nan.any():
        raise DataError(place, "predictions that are numbers", first(prediction, nan), "They belong to no class.")
    return np.bincount(true * classes + predicted, minlength=classes * classes).reshape(classes, classes)


def _counts(place: str, prediction: Array, target: Labels) -> tuple[Array, Array, Array]:
    """Return for each class how many samples are right, are of it, and are predicted as it."""
    matrix = _confusion(place, prediction, target).astype(np.float64)
    return matrix.diagonal(), matrix.sum(axis=1), matrix.sum(axis=0)


def _average(place: str, part: Array, whole: Array, occurs: BoolArray, average: Average | None) -> float | Array:
    if average not in ("macro", "micro", None):
        raise HyperparameterError(place, "average 'macro', 'micro' or None", repr(average))
    if average == "micro":
        return float(part.sum() / whole.sum())
    share: Array = part / np.where(whole == 0, 1, whole)
    return share if average is None else float(share[occurs].mean())
