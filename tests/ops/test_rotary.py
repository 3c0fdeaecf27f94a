from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fnn.arrays import Array
from fnn.errors import ShapeError
from fnn.ops import rotary_backward, rotary_forward
from fnn.ops.rotary import rotary_table


def turn(x: Array, position: int, *, interleaved: bool = False) -> Array:
    """Turn the features of one query or key that stands at ``position``."""
    cos, sin = rotary_table(np.array([position]), len(x))
    y, _ = rotary_forward(x[None], cos, sin, interleaved=interleaved)
    return y.reshape(-1)


@settings(deadline=None, max_examples=30)
@given(
    i=st.integers(0, 500),
    j=st.integers(0, 500),
    shift=st.integers(0, 500),
    interleaved=st.booleans(),
    seed=st.integers(),
)
def test_rotation_keeps_lengths_and_sees_only_distances(
    i: int, j: int, shift: int, interleaved: bool, seed: int
) -> None:
    query, key = np.random.default_rng(abs(seed)).standard_normal((2, 6))
    a, b = turn(query, i, interleaved=interleaved), turn(key, j, interleaved=interleaved)
    assert np.linalg.norm(a) == pytest.approx(np.linalg.norm(query), rel=1e-12)
    moved = turn(query, i + shift, interleaved=interleaved) @ turn(key, j + shift, interleaved=interleaved)
    assert a @ b == pytest.approx(moved, abs=1e-11)


def test_position_zero_is_left_alone_and_others_are_not() -> None:
    x = np.random.default_rng(0).standard_normal(6)
    assert np.array_equal(turn(x, 0), x)
    assert (turn(x, 1) != x).all()


def test_interleaved_is_another_order_of_the_features() -> None:
    x = np.random.default_rng(0).standard_normal((2, 5, 6))
    cos, sin = rotary_table(np.arange(5), 6)
    halves, _ = rotary_forward(np.concatenate([x[..., 0::2], x[..., 1::2]], axis=-1), cos, sin)
    pairs, _ = rotary_forward(x, cos, sin, interleaved=True)
    np.testing.assert_array_equal(pairs[..., 0::2], halves[..., :3])
    np.testing.assert_array_equal(pairs[..., 1::2], halves[..., 3:])


@pytest.mark.parametrize("interleaved", [False, True])
def test_backward_turns_back(interleaved: bool) -> None:
    x = np.random.default_rng(0).standard_normal((2, 5, 8))
    y, cache = rotary_forward(x, *rotary_table(np.arange(3, 8), 6), interleaved=interleaved)
    np.testing.assert_array_equal(y[..., 6:], x[..., 6:])
    np.testing.assert_allclose(rotary_backward(y, cache), x, rtol=1e-13)


def test_positions_of_each_sample() -> None:
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 6))  # batch, heads, time, size
    positions = np.array([[0, 1, 2, 3], [7, 8, 9, 10]])
    y, _ = rotary_forward(x, *rotary_table(positions[:, None], 6))
    expected, _ = rotary_forward(x[1], *rotary_table(positions[1], 6))
    np.testing.assert_array_equal(y[1], expected)


def test_table_of_late_positions_is_exact() -> None:
    cos, _ = rotary_table(np.array([1_000_000]), 2)
    assert cos.item() == pytest.approx(math.cos(1e6), abs=1e-12)


def test_shapes_that_do_not_fit() -> None:
    cos, sin = rotary_table(np.arange(5), 6)
    text = r"^rotary: expected x \(\.\.\., time, size\), cos and sin \(time, pairs\), 2 pairs <= size, got \(2, 5, 4\)"
    with pytest.raises(ShapeError, match=text):
        rotary_forward(np.ones((2, 5, 4)), cos, sin)
    for x in (np.ones((2, 4, 6)), np.ones(6)):
        with pytest.raises(ShapeError):
            rotary_forward(x, cos, sin)
    with pytest.raises(ShapeError):
        rotary_forward(np.ones((2, 5, 6)), cos, sin[:4])
    with pytest.raises(ShapeError):
        rotary_forward(np.ones((2, 5, 6)), np.ones((3, 5, 3)), np.ones((3, 5, 3)))
