"""Splits of a data set into samples to train on and samples to judge by: hold-out and cross-validation.

Which samples go where depends on the key alone; within each part they keep their order. With ``stratify``, usually the
labels, every part has each class in the proportion of the whole (Kohavi 1995, "A study of cross-validation and
bootstrap for accuracy estimation and model selection").
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from fnn import tree
from fnn.arrays import IntArray, describe
from fnn.data.samples import Samples, count_samples
from fnn.errors import DataError, HyperparameterError, LabelError
from fnn.random import Key, check_key
from fnn.validate import in_range, positive

X = TypeVar("X")
T = TypeVar("T")

Indices: TypeAlias = NDArray[np.int64]


class Split(NamedTuple, Generic[X, T]):
    """A data set in two parts."""

    train: Samples[X, T]
    validation: Samples[X, T]


class Fold(NamedTuple):
    """The indices, ascending, of the samples to train on and of those to judge by."""

    train: Indices
    validation: Indices


def holdout(inputs: X, targets: T, *, fraction: float = 0.2, key: Key, stratify: IntArray | None = None) -> Split[X, T]:
    """Return copies of the samples to train on and of a random ``fraction`` of them, in (0, 1), held out.

    ``inputs`` and ``targets`` are arrays or trees of arrays that share their first axis. Each part has at least one
    sample, with ``stratify`` one of each class. To split without a copy, see `holdout_rows`.

    Raises DataError for data as `batches` does, and where there are too few samples in all or of a class;
    HyperparameterError for the fraction; LabelError if ``stratify`` does not hold one integer a sample.

    >>> x, labels = np.arange(20.0)[:, None], np.repeat([0, 1], 10)
    >>> train, validation = holdout(x, labels, fraction=0.3, key=Key(0), stratify=labels)
    >>> train.inputs.shape, validation.targets
    ((14, 1), array([0, 0, 0, 1, 1, 1]))
    """
    count = count_samples("holdout", inputs=inputs, targets=targets)
    return _split(inputs, targets, holdout_rows(count, fraction=fraction, key=key, stratify=stratify))


def holdout_rows(count: int, *, fraction: float = 0.2, key: Key, stratify: IntArray | None = None) -> Fold:
    """Return the indices of the samples that `holdout` would train on and hold out, of ``count`` in all.

    >>> [len(rows) for rows in holdout_rows(10, fraction=0.2, key=Key(0))]
    [8, 2]
    """
    in_range("holdout", 0, 1, low_open=True, high_open=True, fraction=fraction)
    groups = _groups("holdout", count, key, stratify, least=2)
    held = [group[: min(max(round(fraction * len(group)), 1), len(group) - 1)] for group in groups]
    return _fold(count, np.concatenate(held))


def k_folds(count: int, k: int, *, key: Key, stratify: IntArray | None = None) -> tuple[Fold, ...]:
    """Return ``k`` folds of ``count`` samples: each sample is in the validation part of exactly one of them.

    The validation parts differ in size by at most 1, and with ``stratify`` so do their counts of each class.

    Raises HyperparameterError for ``k`` below 2; DataError where there are fewer than ``k`` samples in all or of a
    class; LabelError if ``stratify`` does not hold one integer a sample.

    >>> [len(fold.validation) for fold in k_folds(10, 3, key=Key(0))]
    [4, 3, 3]
    """
    if type(k) is not int or k < 2:
        raise HyperparameterError("k_folds", "k as an integer of at least 2", repr(k))
    # Dealt out in turn, class after class, like cards: no fold gets more than one above any other.
    dealt = np.concatenate(_groups("k_folds", count, key, stratify, least=k))
    return tuple(_fold(count, dealt[i::k]) for i in range(k))


def cross_validation(
    inputs: X, targets: T, *, k: int = 5, key: Key, stratify: IntArray | None = None
) -> Iterator[Split[X, T]]:
    """Yield the ``k`` splits of `k_folds` one after the other, as copies of the samples; raises what it raises.

    >>> x = np.arange(10.0)[:, None]
    >>> [split.validation.inputs.shape for split in cross_validation(x, x, k=5, key=Key(0))]
    [(2, 1), (2, 1), (2, 1), (2, 1), (2, 1)]
    """
    count = count_samples("cross_validation", inputs=inputs, targets=targets)
    folds = k_folds(count, k, key=key, stratify=stratify)
    return (_split(inputs, targets, fold) for fold in folds)


def _split(inputs: X, targets: T, fold: Fold) -> Split[X, T]:
    def part(rows: Indices) -> Samples[X, T]:
        return Samples(tree.map(lambda leaf: leaf[rows], inputs), tree.map(lambda leaf: leaf[rows], targets))

    return Split(part(fold.train), part(fold.validation))


def _fold(count: int, validation: Indices) -> Fold:
    held = np.zeros(count, np.bool_)
    held[validation] = True
    return Fold(np.flatnonzero(~held), np.flatnonzero(held))


def _groups(place: str, count: int, key: Key, labels: IntArray | None, *, least: int) -> list[Indices]:
    """Return the shuffled indices of each class, or of all samples as one; refuse groups smaller than ``least``."""
    positive(place, count=count)
    check_key(key, place)
    order = key.rng().permutation(count)
    if labels is None:
        if count < least:
            raise DataError(place, f"at least {least} samples", str(count))
        return [order]
    _check_labels(place, labels, count)
    shuffled: NDArray[Any] = labels[order]
    groups = []
    for label in np.unique(labels):
        group = order[shuffled == label]
        if len(group) < least:
            hint = "Merge or leave out this class, or split without stratify."
            raise DataError(place, f"at least {least} samples of each class", f"{len(group)} of class {label}", hint)
        groups.append(group)
    return groups


def _check_labels(place: str, labels: object, count: int) -> None:
    if not isinstance(labels, np.ndarray) or labels.dtype.kind not in "iu" or labels.shape != (count,):
        hint = "From one-hot rows take rows.argmax(axis=1)."
        raise LabelError(f"{place} > stratify", f"integer labels of shape ({count},)", describe(labels), hint)
