"""What losses and metrics compare a prediction with, and the checks that keep NumPy from broadcasting or wrapping it.

Targets of a prediction ``(batch, ..., classes)`` are *labels*, class numbers from 0 of shape ``(batch, ...)``, or
*shares*, one row of shape ``(classes,)`` that sums to 1 for each label: one-hot, or soft. They are told apart by their
rank.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from fnn.arrays import Array, IntArray, check_float, check_not_empty, check_same_shape, describe, first
from fnn.errors import DataError, DtypeError, FnnError, LabelError, ShapeError

Labels: TypeAlias = IntArray | Array
"""Integer class numbers, or one-hot or soft rows (of integers, or of floats of the prediction's dtype)."""

CLIP = 1e-7
"""How near to 0 and 1 a probability may come before its logarithm is taken."""

_TOLERANCE = 1e-4  # by which the sum of a row may miss 1: far above rounding in float32, far below any mistake


def check_pair(y: Array, target: Array, place: str) -> None:
    """Refuse a prediction and a target that are not floats of one shape ``(batch, ...)`` and one dtype."""
    check_float(y, place, "prediction")
    check_float(target, place, "target")
    _check_like(y, target, place)


def check_scores(y: Array, place: str) -> None:
    """Refuse a prediction that is not of shape ``(batch, ..., classes)`` with at least two classes."""
    check_float(y, place, "prediction")
    if y.ndim < 2 or y.shape[-1] < 2:
        expected = "prediction of shape (batch, ..., classes) with at least 2 classes"
        if y.ndim == 1:
            hint = "For a batch of one write y[None, :]."
        else:
            hint = "For one output a sample, true or false, there are binary losses and metrics."
        raise ShapeError(place, expected, f"shape {y.shape}", hint)
    check_not_empty(y, place)


def check_probabilities(y: Array, place: str) -> None:
    """Refuse predictions outside [0, 1], such as logits; NaN passes, for the loss to show it."""
    if y.min() < -_TOLERANCE or y.max() > 1 + _TOLERANCE:
        hint = "For logits take softmax_cross_entropy or sigmoid_cross_entropy."
        raise DataError(place, "probabilities in [0, 1]", first(y, (y < -_TOLERANCE) | (y > 1 + _TOLERANCE)), hint)


def check_log_probabilities(y: Array, place: str) -> None:
    """Refuse predictions above 0, such as logits; NaN passes, for the loss to show it."""
    if y.max() > _TOLERANCE:
        hint = "For logits take softmax_cross_entropy, or put fnn.log_softmax at the end of the model."
        raise DataError(place, "log-probabilities of at most 0", first(y, y > _TOLERANCE), hint)


def labels_of(y: Array, target: Labels, place: str) -> IntArray | None:
    """Return the labels, flat and checked to be below the number of classes; None if ``target`` holds shares.

    >>> labels_of(np.zeros((3, 2)), np.array([0, 1, 2]), "loss")
    Traceback (most recent call last):
    fnn.errors.LabelError: loss: expected labels from 0 to 1, got 2 at index (2,). The prediction has 2 classes.
    """
    classes = y.shape[-1]
    kind = _kind(target, place)
    if target.shape == y.shape:
        return None
    if target.shape != y.shape[:-1]:
        raise _wrong_shape(y, target, place)
    if kind == "f":
        raise _no_integers(target, place)
    labels: IntArray = target.reshape(-1).astype(np.intp, copy=False)
    if labels.min() < 0 or labels.max() >= classes:
        bad = first(target, (target < 0) | (target >= classes))
        raise LabelError(place, f"labels from 0 to {classes - 1}", bad, f"The prediction has {classes} classes.")
    return labels


def shares_of(y: Array, target: Labels, place: str) -> Array:
    """Return the target as rows ``(samples, classes)`` of shares, in the dtype of ``y``; labels become one-hot.

    >>> shares_of(np.zeros((2, 3)), np.array([2, 0]), "loss")
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    classes = y.shape[-1]
    labels = labels_of(y, target, place)
    if labels is not None:
        rows: Array = np.zeros((len(labels), classes), y.dtype)
        rows[np.arange(len(labels)), labels] = 1
        return rows
    rows = _as_float(y, target, place).reshape(-1, classes)
    sums: Array = rows.sum(axis=1)
    if not (rows.min() >= 0 and sums.min() >= 1 - _TOLERANCE and sums.max() <= 1 + _TOLERANCE):
        raise _wrong_shares(target, place)
    return rows


def classes_of(y: Array, target: Labels, place: str) -> IntArray:
    """Return the labels, flat and checked; one-hot rows are turned into labels, soft ones refused.

    >>> classes_of(np.zeros((2, 3)), np.array([[0, 0, 1], [1, 0, 0]]), "loss")
    array([2, 0])
    """
    labels = labels_of(y, target, place)
    if labels is None:
        shares = shares_of(y, target, place)
        if (shares.max(axis=1) < 1).any():
            bad = first(shares.max(axis=1), shares.max(axis=1) < 1)
            hint = "This loss compares one class with the others."
            raise LabelError(place, "labels or one-hot rows", f"a row whose largest share is {bad}", hint)
        labels = shares.argmax(axis=1)
    return labels


def signs_of(y: Array, target: Labels, place: str) -> Array:
    """Return binary targets, 0 or 1 and of the shape of ``y``, as -1 and 1 in its dtype.

    >>> signs_of(np.zeros(3), np.array([0, 1, 1]), "loss")
    array([-1.,  1.,  1.])
    """
    check_float(y, place, "prediction")
    _kind(target, place)
    floats = _as_float(y, target, place)
    _check_like(y, floats, place)
    bad = (floats != 0) & (floats != 1)
    if bad.any():
        hint = "For targets of -1 and 1 write (target + 1) / 2." if floats.min() == -1 else ""
        raise LabelError(place, "targets 0 or 1", first(target, bad), hint)
    signs: Array = 2 * floats - 1
    return signs


def true_or_false(y: Array, target: Labels, place: str) -> Array:
    """Return binary targets, in [0, 1] and of the shape of ``y``, in its dtype.

    >>> true_or_false(np.zeros((2, 1)), np.array([[1], [2]]), "loss")
    Traceback (most recent call last):
    fnn.errors.LabelError: loss: expected targets from 0 to 1, got 2 at index (1, 0). \
For classes numbered above 1 take softmax_cross_entropy.
    """
    check_float(y, place, "prediction")
    _kind(target, place)
    floats = _as_float(y, target, place)
    _check_like(y, floats, place)
    if not (floats.min() >= 0 and floats.max() <= 1):
        bad = first(target, ~((target >= 0) & (target <= 1)))
        raise LabelError(place, "targets from 0 to 1", bad, "For classes numbered above 1 take softmax_cross_entropy.")
    return floats


def _kind(target: object, place: str) -> str:
    kind = target.dtype.kind if isinstance(target, np.ndarray) else "none"
    if kind not in ("i", "u", "f"):
        expected = "target as an array of integers, or of floats of the prediction's dtype"
        raise DtypeError(place, expected, describe(target), "Convert it: np.asarray(target).astype(np.int64).")
    return kind


def _as_float(y: Array, target: Labels, place: str) -> Array:
    """Return the target in the dtype of ``y``: integers are converted, other floats refused."""
    if target.dtype == y.dtype:
        return target  # type: ignore[return-value]  # its dtype is that of y, which is float
    if target.dtype.kind == "f":
        hint = f"Convert it: target.astype(np.{y.dtype})."
        raise DtypeError(place, f"target of the prediction's dtype {y.dtype}", str(target.dtype), hint)
    converted: Array = target.astype(y.dtype)
    return converted


def _check_like(y: Array, target: Array, place: str) -> None:
    if y.ndim == 0:
        raise ShapeError(place, "prediction of shape (batch, ...)", "shape ()", "For a batch of one write y[None].")
    check_same_shape(y, target, place)
    _as_float(y, target, place)
    check_not_empty(y, place)


# --- what is wrong, said in words ---


def _wrong_shape(y: Array, target: Labels, place: str) -> FnnError:
    classes = y.shape[-1]
    got = f"shape {target.shape}"
    if target.shape[:-1] == y.shape[:-1]:
        if target.dtype.kind != "f" and target.shape[-1] == 1:
            return ShapeError(place, f"labels of shape {y.shape[:-1]}", got, f"Write target.reshape{y.shape[:-1]}.")
        hint = f"The prediction has {classes} classes."
        return LabelError(place, f"rows of {classes} shares, one a class", got, hint)
    return ShapeError(
        place,
        f"labels of shape {y.shape[:-1]}, or shares of shape {y.shape}",
        got,
        "One target belongs to each sample of the prediction.",
    )


def _no_integers(target: Labels, place: str) -> FnnError:
    fractional = target != np.floor(target)
    if fractional.any():
        return LabelError(place, "labels as integers", first(target, fractional), "Labels are class numbers.")
    return LabelError(place, "labels as integers", describe(target), "Convert them: target.astype(np.int64).")


def _wrong_shares(target: Labels, place: str) -> FnnError:
    outside = ~((target >= 0) & (target <= 1 + _TOLERANCE))
    if outside.any():
        return LabelError(place, "shares from 0 to 1", first(target, outside), "Each row is one-hot, or sums to 1.")
    sums = target.sum(axis=-1)
    bad = first(sums, np.abs(sums - 1) > _TOLERANCE)
    return LabelError(place, "rows of shares that sum to 1", f"a sum of {bad}", "Divide each row by its sum.")
