"""Softmax and log-softmax: figures, identities and extremes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from fnn import ops
from fnn.arrays import Array
from fnn.errors import ShapeError

SCORES = arrays(np.float64, array_shapes(min_dims=1, max_dims=3, max_side=5), elements=st.floats(-800, 800))


def softmax(x: Array) -> Array:
    return ops.softmax_forward(x)[0]


def log_softmax(x: Array) -> Array:
    return ops.log_softmax_forward(x)[0]


def test_figures_of_the_book() -> None:
    np.testing.assert_allclose(softmax(np.array([4.8, 1.21, 2.385])), [0.89528266, 0.02470831, 0.08000903], atol=5e-9)
    batch = np.array([[4.8, 1.21, 2.385], [8.9, -1.81, 0.2], [1.41, 1.051, 0.026]])
    expected = [
        [8.95282664e-01, 2.47083068e-02, 8.00090293e-02],
        [9.99811129e-01, 2.23163963e-05, 1.66554348e-04],
        [5.13097164e-01, 3.58333899e-01, 1.28568936e-01],
    ]
    np.testing.assert_allclose(softmax(batch), expected, rtol=1e-8)


def test_jacobian_of_the_book() -> None:
    """The columns of the Jacobian, which the book builds as ``diag(s) - s s^T``."""
    _, s = ops.softmax_forward(np.array([np.log(0.7), np.log(0.1), np.log(0.2)]))
    columns = np.stack([ops.softmax_backward(row, s) for row in np.eye(3)])
    np.testing.assert_allclose(columns, [[0.21, -0.07, -0.14], [-0.07, 0.09, -0.02], [-0.14, -0.02, 0.16]], atol=1e-15)


@given(SCORES)
@settings(deadline=None, max_examples=50)
def test_rows_are_probabilities(x: Array) -> None:
    y = softmax(x)
    np.testing.assert_allclose(y.sum(axis=-1), 1, rtol=1e-14)
    assert ((y >= 0) & (y <= 1)).all()
    assert (log_softmax(x) <= 0).all()
    np.testing.assert_allclose(np.exp(log_softmax(x)), y, rtol=1e-12, atol=1e-300)


@given(SCORES, st.floats(-1000, 1000))
@settings(deadline=None, max_examples=50)
def test_a_constant_added_to_a_row_changes_nothing(x: Array, constant: float) -> None:
    np.testing.assert_allclose(softmax(x + constant), softmax(x), rtol=1e-11, atol=1e-300)
    np.testing.assert_allclose(log_softmax(x + constant), log_softmax(x), rtol=1e-11, atol=1e-11)


@given(SCORES)
@settings(deadline=None, max_examples=50)
def test_gradients_of_each_row_sum_to_zero(x: Array) -> None:
    dy = np.random.default_rng(0).standard_normal(x.shape)
    for forward, backward in PAIRS:
        np.testing.assert_allclose(backward(dy, forward(x)[1]).sum(axis=-1), 0, atol=1e-13)


Forward = Callable[[Array], tuple[Array, Any]]
Backward = Callable[[Array, Any], Array]
PAIRS: list[tuple[Forward, Backward]] = [
    (ops.softmax_forward, ops.softmax_backward),
    (ops.log_softmax_forward, ops.log_softmax_backward),
]


def test_rows_do_not_touch_each_other() -> None:
    """A maximum over the whole array would turn the small row to 0 / 0."""
    x = np.array([[1000.0, 999.0], [-1000.0, -1001.0]])
    np.testing.assert_allclose(softmax(x)[0], softmax(x)[1], rtol=1e-14)
    np.testing.assert_allclose(softmax(x)[0], [0.7310585786300049, 0.2689414213699951], rtol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extremes(dtype: type[np.float32 | np.float64]) -> None:
    big = float(np.finfo(dtype).max)
    x: Array = np.array([[1000, 0, -1000], [big, 0, -big], [-big, -big, -big], [0, -np.inf, 0]], dtype)
    y, cache = ops.softmax_forward(x)
    assert y.dtype == dtype
    np.testing.assert_allclose(y, np.array([[1, 0, 0], [1, 0, 0], [1 / 3] * 3, [0.5, 0, 0.5]]), rtol=1e-6)
    assert np.isfinite(ops.softmax_backward(np.ones_like(x), cache)).all()
    logs, log_cache = ops.log_softmax_forward(x)
    assert logs[0].tolist() == [0, -1000, -2000]
    assert logs[1].tolist() == [0, -big, -np.inf]  # what lies beyond the dtype's range
    assert np.isfinite(ops.log_softmax_backward(np.ones_like(x), log_cache)).all()


def test_log_softmax_keeps_what_the_logarithm_of_softmax_loses() -> None:
    x = np.array([0.0, -800.0])
    assert softmax(x)[1] == 0
    assert log_softmax(x)[1] == -800


@pytest.mark.parametrize("shape", [(), (3, 0)])
def test_no_classes(shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError) as caught:
        ops.softmax_forward(np.zeros(shape))
    assert str(caught.value) == (
        f"softmax: expected x of shape (..., classes), got shape {shape}. "
        "The last axis holds the scores of the classes."
    )
    with pytest.raises(ShapeError, match=r"^log_softmax: expected x of shape \(\.\.\., classes\), got"):
        ops.log_softmax_forward(np.zeros(shape))
