"""The embedding: repeated indices, all integer dtypes, and indices outside."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fnn
from fnn import Key, ops
from fnn.errors import DataError, DtypeError, FnnError, HyperparameterError, ShapeError


@given(indices=st.lists(st.integers(0, 5), min_size=1, max_size=30), width=st.integers(1, 3))
@settings(deadline=None, max_examples=30)
def test_gradients_of_repeated_indices_add_up(indices: list[int], width: int) -> None:
    x = np.array(indices)
    dy = np.random.default_rng(0).standard_normal((len(x), width))
    expected = np.zeros((6, width))
    np.add.at(expected, x, dy)
    np.testing.assert_allclose(ops.embedding_backward(dy, (x, 6)), expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.uint32, np.int64, np.uint64])
def test_any_integer_dtype_and_its_zeros_as_gradient(dtype: type[np.integer[Any]]) -> None:
    model = fnn.embedding(4, 2)
    params = model.init(Key(0))
    x = np.array([[3, 0], [3, 3]], dtype)
    y, _, backward = model.forward(params, x, Key(0))
    np.testing.assert_array_equal(y, params.weight[x])
    grads, dx = backward(np.ones_like(y))
    np.testing.assert_array_equal(grads.weight, [[1, 1], [0, 0], [0, 0], [3, 3]])
    assert grads.weight.dtype == np.float32
    assert dx.dtype == dtype
    assert dx.shape == x.shape
    assert not dx.any()


def test_no_indices_at_all_give_a_gradient_of_zeros() -> None:
    y, cache = ops.embedding_forward(np.zeros((0, 3), np.int64), np.ones((4, 2)))
    assert y.shape == (0, 3, 2)
    assert not ops.embedding_backward(y, cache).any()


BAD: list[tuple[Any, type[FnnError], str]] = [
    (
        np.array([[0, 1], [2, 4]]),
        DataError,
        "expected indices from 0 to 3, got 4 at index (1, 1). The vocabulary has 4",
    ),
    (np.array([[0, -1]]), DataError, "embedding(4, 2): expected indices from 0 to 3, got -1 at index (0, 1)."),
    (np.array([1.0]), DtypeError, "expected indices as an array of integers, got float64 of shape (1,)."),
    (np.array([True]), DtypeError, "got bool"),
    ([1, 2], DtypeError, "got a list. Write np.array(indices, np.int64)."),
    (3, DtypeError, "got an int"),
    (np.zeros((2, 0), int), DataError, "embedding(4, 2): expected a batch of at least one sample, got shape (2, 0)."),
]


@pytest.mark.parametrize(("x", "kind", "text"), BAD)
def test_indices_that_are_refused(x: Any, kind: type[FnnError], text: str) -> None:
    model = fnn.embedding(4, 2)
    with pytest.raises(kind) as caught:
        model.apply(model.init(Key(0)), x)
    assert text in str(caught.value)


def test_in_padded_sequences_only_what_is_there_is_looked_up() -> None:
    model = fnn.padded(fnn.embedding(4, 2))
    params = model.init(Key(0))
    x = fnn.Padded(np.array([[1, 99], [2, 3]]), np.array([[True, False], [True, True]]))
    y, _, backward = model.forward(params, x, Key(0))
    np.testing.assert_array_equal(y.values[0], [params.weight[1], [0, 0]])
    grads, dx = backward(fnn.Padded(np.ones_like(y.values), y.mask))
    np.testing.assert_array_equal(grads.weight[:, 0], [0, 1, 1, 1])
    assert dx.values.dtype == x.values.dtype


def test_start_is_standard_normal() -> None:
    weight = fnn.embedding(400, 300).init(Key(0)).weight
    assert weight.mean() == pytest.approx(0, abs=0.01)
    assert weight.std() == pytest.approx(1, abs=0.01)


def test_options() -> None:
    with pytest.raises(HyperparameterError, match="embedding: expected vocabulary as an integer of at least 1, got 0"):
        fnn.embedding(0, 2)
    with pytest.raises(
        ShapeError, match=r"embedding: expected weight of shape \(vocabulary, width\), got shape \(3,\)"
    ):
        ops.embedding_forward(np.array([0]), np.zeros(3))
