"""Learned and sinusoidal positions as layers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fnn
from fnn import Array, IntArray, Key, Padded, tree
from fnn.errors import HyperparameterError, ShapeError
from fnn.recurrent import Recurrent

LENGTH, FEATURES = 7, 4

of_both = pytest.mark.parametrize("model", [fnn.learned_positions(LENGTH, FEATURES), fnn.sinusoidal_positions], ids=str)
AnyPositions = Recurrent[Any, IntArray, Array, Array]


def build(model: AnyPositions) -> tuple[Any, Array]:
    """Parameters in float64, and what is added to seven steps."""
    params = tree.astype(model.init(Key(0)), np.float64)
    return params, model.apply(params, np.zeros((1, LENGTH, FEATURES)))[0]


def test_learned_rows() -> None:
    params, added = build(fnn.learned_positions(LENGTH, FEATURES))
    assert np.array_equal(added, params.weight)
    x = np.random.default_rng(0).standard_normal((3, 5, FEATURES))
    model = fnn.learned_positions(LENGTH, FEATURES)
    y, _, backward = model.forward(params, x, Key(0))
    np.testing.assert_allclose(y - x, np.broadcast_to(added[:5], x.shape), atol=1e-15)
    grads, dx = backward(x)
    assert np.array_equal(dx, x)
    np.testing.assert_allclose(grads.weight[:5], x.sum(axis=0), rtol=1e-13)
    assert (grads.weight[5:] == 0).all()


@of_both
def test_pieces_are_the_whole(model: AnyPositions) -> None:
    params, added = build(model)
    in_pieces, carry = fnn.carried(model), model.zero_carry(2, np.float64)
    for start, end in [(0, 3), (3, 4), (4, 7)]:
        (y, carry), _, backward = in_pieces.forward(params, (np.zeros((2, end - start, FEATURES)), carry), Key(0))
        np.testing.assert_allclose(y, np.broadcast_to(added[start:end], y.shape), atol=1e-15)
        dx = backward((y, carry))[1][0]
        assert np.array_equal(dx, y)
    assert carry.tolist() == [LENGTH, LENGTH]


@of_both
def test_only_the_steps_that_are_there_count(model: AnyPositions) -> None:
    params, added = build(model)
    mask = np.array([[False, True, True, False], [True, False, False, True]])
    values = np.where(mask[:, :, None], np.zeros((2, 4, FEATURES)), np.nan)
    (y, carry), _, backward = fnn.carried(fnn.padded(model)).forward(
        params, (Padded(values, mask), np.array([0, 3])), Key(0)
    )
    np.testing.assert_allclose(y.values[0, [1, 2]], added[[0, 1]], atol=1e-15)
    np.testing.assert_allclose(y.values[1, [0, 3]], added[[3, 4]], atol=1e-15)
    assert (y.values[~mask] == 0).all()
    assert carry.tolist() == [2, 5]
    _, (dx, _) = backward((Padded(np.where(mask[:, :, None], 1.0, np.nan), mask), carry))
    assert np.array_equal(dx.values, np.broadcast_to(mask[:, :, None], dx.values.shape))


@of_both
def test_backwards_counts_from_the_end(model: AnyPositions) -> None:
    params, added = build(model)
    mask = np.array([[True, True, True, False]])
    y = fnn.padded(fnn.backwards(model)).apply(params, Padded(np.zeros((1, 4, FEATURES)), mask))
    np.testing.assert_allclose(y.values[0, :3], added[2::-1], atol=1e-15)


def test_longer_than_the_table() -> None:
    model = fnn.learned_positions(LENGTH, FEATURES)
    params = model.init(Key(0))
    text = (
        r"^learned_positions\(7, 4\): expected sequences of at most 7 steps, got 8\. Cut the sequences, or make the "
        r"table longer: it is trained up to its end and no further\."
    )
    with pytest.raises(ShapeError, match=text):
        model.apply(params, np.zeros((1, 8, FEATURES), np.float32))
    model.apply(params, np.zeros((1, 7, FEATURES), np.float32))
    with pytest.raises(ShapeError, match=r"at most 7 steps, got 9\."):
        fnn.carried(model).apply(params, (np.zeros((1, 3, FEATURES), np.float32), np.array([6])))
    mask = fnn.length_mask(np.array([7]), 9)  # padding does not count
    fnn.padded(model).apply(params, Padded(np.zeros((1, 9, FEATURES), np.float32), mask))
    with pytest.raises(ShapeError, match=r"at most 7 steps, got 8\."):
        fnn.summary(model, (8, FEATURES))


def test_shapes_and_options_that_do_not_fit() -> None:
    with pytest.raises(HyperparameterError, match=r"^learned_positions: expected length as an integer of at least 1"):
        fnn.learned_positions(0, 4)
    with pytest.raises(ShapeError, match=r"expected input of shape \(batch, time, 4\), got shape \(2, 3, 5\)\."):
        fnn.learned_positions(7, 4).apply(fnn.LearnedPositions(np.zeros((7, 4))), np.zeros((2, 3, 5)))
    text = r"^sinusoidal_positions: expected input of shape \(batch, time, features\), got shape \(3, 4\)\."
    with pytest.raises(ShapeError, match=text):
        fnn.sinusoidal_positions.apply(None, np.zeros((3, 4)))
