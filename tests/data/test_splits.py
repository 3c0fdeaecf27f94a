"""Splits: partitions of the samples, by the key alone, with each class in its proportion."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fnn.arrays import IntArray
from fnn.data.samples import Samples
from fnn.data.splits import Fold, cross_validation, holdout, holdout_rows, k_folds
from fnn.errors import DataError, DtypeError, FnnError, HyperparameterError, LabelError
from fnn.random import Key

LOOK = "Look where it was cut or chosen from the data."

few = settings(deadline=None, max_examples=50)
seeds = st.integers(0, 999)
fractions = st.floats(0.01, 0.99)


@st.composite
def classes(draw: st.DrawFn, least: int) -> IntArray:
    """Labels of 1 to 4 classes, at least ``least`` of each, in any order; the labels need not begin at 0."""
    names = draw(st.lists(st.integers(-5, 300), min_size=1, max_size=4, unique=True))
    sizes = [draw(st.integers(least, least + 25)) for _ in names]
    labels: IntArray = np.repeat(names, sizes)
    return Key(draw(seeds)).rng().permutation(labels)


def assert_partition(fold: Fold, count: int) -> None:
    assert np.array_equal(np.sort(np.concatenate(fold)), np.arange(count))
    for rows in fold:
        assert rows.dtype == np.int64
        assert (np.diff(rows) > 0).all()


def assert_share(held: int, size: int, fraction: float) -> None:
    """As near to the fraction as whole samples allow, and neither part is empty."""
    assert 1 <= held <= size - 1
    assert abs(held - fraction * size) <= 0.5 or held in (1, size - 1)
    if 1 <= fraction * size <= size - 1:
        assert abs(held - fraction * size) <= 0.5


# --- hold-out ---


@few
@given(st.integers(2, 200), fractions, seeds)
def test_holdout_is_a_partition_of_the_asked_sizes(count: int, fraction: float, seed: int) -> None:
    fold = holdout_rows(count, fraction=fraction, key=Key(seed))
    assert_partition(fold, count)
    assert_share(len(fold.validation), count, fraction)


@few
@given(classes(least=2), fractions, seeds)
def test_stratified_holdout_keeps_the_proportions(labels: IntArray, fraction: float, seed: int) -> None:
    fold = holdout_rows(len(labels), fraction=fraction, key=Key(seed), stratify=labels)
    assert_partition(fold, len(labels))
    for label in np.unique(labels):
        assert_share(int((labels[fold.validation] == label).sum()), int((labels == label).sum()), fraction)


def test_a_fifth_is_held_out_by_default() -> None:
    assert [len(rows) for rows in holdout_rows(50, key=Key(0))] == [40, 10]
    x = np.zeros((50, 2))
    train, validation = holdout(x, x, key=Key(0))
    assert (len(train.inputs), len(validation.inputs)) == (40, 10)


@pytest.mark.parametrize("stratify", [None, np.arange(20) % 2])
def test_the_key_decides_and_every_sample_is_held_out_by_some(stratify: IntArray | None) -> None:
    held = [holdout_rows(20, key=Key(seed), stratify=stratify).validation for seed in range(200)]
    assert np.array_equal(holdout_rows(20, key=Key(0), stratify=stratify).validation, held[0])
    assert len({rows.tobytes() for rows in held}) > 150
    counts = np.bincount(np.concatenate(held), minlength=20)
    assert counts.min() > 40 - 5 * 5.7  # each is held out 40 times, give or take 5.7
    assert counts.max() < 40 + 5 * 5.7


def test_holdout_takes_the_rows_of_every_array() -> None:
    x = np.arange(60, dtype=np.float32).reshape(20, 3)
    labels = np.arange(20) % 2
    split = holdout((x, {"bytes": x.astype(np.uint8)}), labels, fraction=0.3, key=Key(5), stratify=labels)
    fold = holdout_rows(20, fraction=0.3, key=Key(5), stratify=labels)
    for part, rows in zip(split, fold, strict=True):
        assert np.array_equal(part.inputs[0], x[rows])
        assert part.inputs[0].dtype == np.float32
        assert np.array_equal(part.inputs[1]["bytes"], x[rows])
        assert part.inputs[1]["bytes"].dtype == np.uint8
        assert np.array_equal(part.targets, labels[rows])
    assert split.train.inputs[0].shape == (14, 3)


def test_parts_are_copies() -> None:
    x = np.zeros((10, 2))
    split = holdout(x, x, key=Key(0))
    for part in split:
        part.inputs[:] = 1
        assert not part.targets.any()
    assert not x.any()


# --- cross-validation ---


def assert_folds(folds: tuple[Fold, ...], count: int, k: int) -> None:
    assert len(folds) == k
    for fold in folds:
        assert_partition(fold, count)
    held = np.concatenate([fold.validation for fold in folds])
    assert np.array_equal(np.sort(held), np.arange(count))
    sizes = [len(fold.validation) for fold in folds]
    assert max(sizes) - min(sizes) <= 1


@few
@given(st.integers(2, 9), st.integers(0, 100), seeds)
def test_folds_hold_out_each_sample_once(k: int, more: int, seed: int) -> None:
    assert_folds(k_folds(k + more, k, key=Key(seed)), k + more, k)


@few
@given(classes(least=6), st.integers(2, 6), seeds)
def test_stratified_folds_share_out_each_class_evenly(labels: IntArray, k: int, seed: int) -> None:
    folds = k_folds(len(labels), k, key=Key(seed), stratify=labels)
    assert_folds(folds, len(labels), k)
    for label in np.unique(labels):
        counts = [int((labels[fold.validation] == label).sum()) for fold in folds]
        assert max(counts) - min(counts) <= 1


def test_sizes_of_folds() -> None:
    assert [len(fold.validation) for fold in k_folds(11, 4, key=Key(0))] == [3, 3, 3, 2]
    assert [len(fold.train) for fold in k_folds(11, 4, key=Key(0))] == [8, 8, 8, 9]
    assert [fold.validation.size for fold in k_folds(3, 3, key=Key(0))] == [1, 1, 1]


@pytest.mark.parametrize("stratify", [None, np.arange(20) % 2])
def test_the_key_decides_on_folds(stratify: IntArray | None) -> None:
    first = [k_folds(20, 4, key=Key(seed), stratify=stratify)[0].validation for seed in range(100)]
    assert np.array_equal(k_folds(20, 4, key=Key(0), stratify=stratify)[0].validation, first[0])
    counts = np.bincount(np.concatenate(first), minlength=20)
    assert counts.min() > 25 - 5 * 4.4  # each is in the first fold 25 times, give or take 4.4
    assert counts.max() < 25 + 5 * 4.4


def test_cross_validation_takes_the_rows_of_its_folds() -> None:
    labels = np.arange(23) % 3
    x = np.arange(46, dtype=np.float32).reshape(23, 2)
    splits = list(cross_validation(x, labels, k=4, key=Key(1), stratify=labels))
    folds = k_folds(23, 4, key=Key(1), stratify=labels)
    for split, fold in zip(splits, folds, strict=True):
        for part, rows in zip(split, fold, strict=True):
            assert isinstance(part, Samples)
            assert np.array_equal(part.inputs, x[rows])
            assert part.inputs.dtype == np.float32
            assert np.array_equal(part.targets, labels[rows])
            assert not np.shares_memory(part.inputs, x)


def test_five_folds_by_default() -> None:
    x = np.zeros((10, 1))
    assert sum(1 for _ in cross_validation(x, x, key=Key(0))) == 5


# --- errors ---

X = np.zeros((10, 2))
LABELS = np.repeat([3, 7], [9, 1])
ARRAY = "Make it an array: np.array(rows, np.float32), all rows of equal length."
HINT = "Merge or leave out this class, or split without stratify."


@pytest.mark.parametrize(
    ("make", "kind", "text"),
    [
        (
            lambda: holdout(X, LABELS, key=Key(0), stratify=LABELS),
            DataError,
            f"holdout: expected at least 2 samples of each class, got 1 of class 7. {HINT}",
        ),
        (
            lambda: k_folds(10, 4, key=Key(0), stratify=np.repeat([3, 7], [7, 3])),
            DataError,
            f"k_folds: expected at least 4 samples of each class, got 3 of class 7. {HINT}",
        ),
        (
            lambda: holdout(X[:1], X[:1], key=Key(0)),
            DataError,
            "holdout: expected at least 2 samples, got 1.",
        ),
        (
            lambda: cross_validation(X, X, k=11, key=Key(0)),
            DataError,
            "k_folds: expected at least 11 samples, got 10.",
        ),
        (
            lambda: holdout_rows(0, key=Key(0)),
            HyperparameterError,
            "holdout: expected count as an integer of at least 1, got 0.",
        ),
        (
            lambda: holdout(X, X, fraction=0.0, key=Key(0)),
            HyperparameterError,
            "holdout: expected fraction in (0, 1), got 0.0.",
        ),
        (
            lambda: holdout(X, X, fraction=1.0, key=Key(0)),
            HyperparameterError,
            "holdout: expected fraction in (0, 1), got 1.0.",
        ),
        (
            lambda: holdout(X, X, fraction=float("nan"), key=Key(0)),
            HyperparameterError,
            "holdout: expected fraction in (0, 1), got nan.",
        ),
        (
            lambda: k_folds(10, 1, key=Key(0)),
            HyperparameterError,
            "k_folds: expected k as an integer of at least 2, got 1.",
        ),
        (
            lambda: k_folds(10, 2.0, key=Key(0)),  # type: ignore[arg-type]  # wrong on purpose
            HyperparameterError,
            "k_folds: expected k as an integer of at least 2, got 2.0.",
        ),
        (
            lambda: holdout(X, X[:9], key=Key(0)),
            DataError,
            "holdout > targets: expected 10 samples, as in inputs, got 9. One target belongs to each input.",
        ),
        (
            lambda: cross_validation(X[:0], X[:0], key=Key(0)),
            DataError,
            f"cross_validation > inputs: expected at least one sample, got shape (0, 2). {LOOK}",
        ),
        (
            lambda: holdout([1, 2], X, key=Key(0)),
            DtypeError,
            f"holdout > inputs: expected an array, or a tuple, dict or record of arrays, got a list. {ARRAY}",
        ),
    ],
)
def test_bad_data_and_options(make: Callable[[], object], kind: type[FnnError], text: str) -> None:
    with pytest.raises(kind) as caught:
        make()
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("labels", "got"),
    [
        (LABELS[:9], "int64 of shape (9,)"),
        (np.eye(2, dtype=np.int64)[LABELS // 7], "int64 of shape (10, 2)"),
        (LABELS.astype(np.float32), "float32 of shape (10,)"),
        (LABELS == 3, "bool of shape (10,)"),
        (LABELS.tolist(), "a list"),
    ],
)
def test_stratify_takes_one_integer_a_sample(labels: IntArray, got: str) -> None:
    for place, make in (("holdout", holdout), ("k_folds", cross_validation)):
        with pytest.raises(LabelError) as caught:
            make(X, X, key=Key(0), stratify=labels)
        assert str(caught.value) == (
            f"{place} > stratify: expected integer labels of shape (10,), got {got}. "
            "From one-hot rows take rows.argmax(axis=1)."
        )
