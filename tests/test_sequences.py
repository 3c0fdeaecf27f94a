"""Padding sequences, masks from lengths, and what both refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fnn
from fnn import Padded, tree
from fnn.errors import DataError, DtypeError, FnnError, HyperparameterError, ShapeError
from fnn.sequences import gather, scatter


@given(lengths=st.lists(st.integers(1, 9), min_size=1, max_size=5), extra=st.integers(0, 3), width=st.integers(0, 2))
@settings(deadline=None, max_examples=30)
def test_padded_sequences_hold_the_sequences(lengths: list[int], extra: int, width: int) -> None:
    rng = np.random.default_rng(0)
    shape = (2,) * width
    own = [rng.standard_normal((length, *shape)).astype(np.float32) for length in lengths]
    padded = fnn.pad_sequences(own, max(lengths) + extra)
    assert padded.values.dtype == np.float32
    assert padded.values.shape == (len(own), max(lengths) + extra, *shape)
    np.testing.assert_array_equal(padded.mask, fnn.length_mask(np.array(lengths), max(lengths) + extra))
    for n, one in enumerate(own):
        np.testing.assert_array_equal(padded.values[n, : len(one)], one)
        assert not padded.values[n, len(one) :].any()


def test_longest_sequence_is_the_default_and_dtypes_stay() -> None:
    for dtype in (np.uint8, np.int64, np.float64, np.bool_):
        padded = fnn.pad_sequences([np.ones(3, dtype), np.ones(1, dtype)])
        assert padded.values.dtype == dtype
        assert list(padded.values.shape) == [2, 3]


def test_padded_is_a_tree_of_samples() -> None:
    words = fnn.pad_sequences([np.array([1, 2]), np.array([3]), np.array([4, 5])])
    batches = list(fnn.batches(words, np.arange(3), batch_size=2).epoch(0))
    assert [batch.size for batch in batches] == [2, 1]
    assert isinstance(batches[0].inputs, Padded)
    np.testing.assert_array_equal(batches[1].inputs.mask, [[True, True]])
    model = fnn.padded(fnn.embedding(6, 2)) >> fnn.mean_valid_steps
    params = model.init(fnn.Key(0))
    whole = model.apply(params, words)
    np.testing.assert_array_equal(fnn.predict(model, params, words, batch_size=2), whole)
    assert tree.equal(tree.map(np.copy, words), words)


SEQUENCES: list[tuple[Any, int | None, type[FnnError], str]] = [
    ([], None, DataError, "pad_sequences: expected at least one sequence, got none."),
    (
        [np.zeros(2), np.zeros(0)],
        None,
        DataError,
        "lengths from 1 to 2, got 0 at index (1,). Leave empty sequences out",
    ),
    ([np.zeros(2), np.zeros(5)], 4, DataError, "pad_sequences: expected lengths from 1 to 4, got 5 at index (1,)."),
    ([np.zeros(2), [1, 2]], None, DtypeError, "pad_sequences > sequence 1: expected an array of numbers, got a list."),
    ([np.array(["a"])], None, DtypeError, "pad_sequences > sequence 0: expected an array of numbers, got <U1 of"),
    ([np.zeros(2), np.zeros(2, int)], None, DtypeError, "expected dtype float64, as in sequence 0, got int64."),
    (
        [np.zeros((2, 3)), np.zeros((2, 4))],
        None,
        ShapeError,
        "shape (length, 3), as in sequence 0, got shape (2, 4).",
    ),
    ([np.zeros(())], None, ShapeError, "sequence 0: expected an array of shape (length, ...), got shape ()."),
    ([np.zeros(2)], 0, HyperparameterError, "pad_sequences: expected time as an integer of at least 1, got 0."),
]


@pytest.mark.parametrize(("sequences", "time", "kind", "text"), SEQUENCES)
def test_sequences_that_are_refused(sequences: Any, time: int | None, kind: type[FnnError], text: str) -> None:
    with pytest.raises(kind) as caught:
        fnn.pad_sequences(sequences, time)
    assert text in str(caught.value)


LENGTHS: list[tuple[Any, int, type[FnnError], str]] = [
    (np.array([1, 0, 2]), 3, DataError, "length_mask: expected lengths from 1 to 3, got 0 at index (1,)."),
    (np.array([1, -1]), 3, DataError, "got -1 at index (1,)"),
    (np.array([4, 3]), 3, DataError, "got 4 at index (0,). Leave empty sequences out, cut long ones."),
    (np.array([1.0, 2.0]), 3, DtypeError, "expected lengths as an array of integers, got float64 of shape (2,)."),
    (np.array([True]), 3, DtypeError, "got bool of shape (1,)"),
    ([1, 2], 3, DtypeError, "got a list. Write np.array(lengths, np.int64)."),
    (np.array([[1, 2]]), 3, ShapeError, "expected lengths of shape (batch,), got shape (1, 2)."),
    (np.zeros(0, int), 3, DataError, "expected a batch of at least one sample, got shape (0,)."),
]


@pytest.mark.parametrize(("lengths", "time", "kind", "text"), LENGTHS)
def test_lengths_that_are_refused(lengths: Any, time: int, kind: type[FnnError], text: str) -> None:
    with pytest.raises(kind) as caught:
        fnn.length_mask(lengths, time)
    assert text in str(caught.value)


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.uint64])
def test_lengths_of_any_integer_dtype(dtype: type[np.integer[Any]]) -> None:
    np.testing.assert_array_equal(fnn.length_mask(np.array([2], dtype), 3), [[True, True, False]])


def test_gather_and_scatter() -> None:
    x = np.arange(24.0).reshape(2, 3, 4)
    mask = np.array([[True, False, True], [False, True, False]])
    np.testing.assert_array_equal(gather(x, mask), [x[0, 0], x[0, 2], x[1, 1]])
    np.testing.assert_array_equal(scatter(gather(x, mask), mask, (2, 3)), np.where(mask[..., None], x, 0))
    np.testing.assert_array_equal(scatter(gather(x, None), None, (2, 3)), x)
