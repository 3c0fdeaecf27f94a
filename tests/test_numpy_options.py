"""Options drawn by NumPy, a float64 at a time, do not widen float32, and figures stay Python's own numbers."""

import numpy as np
import pytest

import fnn

X = np.array([[-1.5, 0.5, 2.0]], np.float32)
HALF = np.float64(0.5)


@pytest.mark.parametrize("stage", [fnn.leaky_relu(HALF), fnn.elu(HALF), fnn.dropout(HALF)], ids=str)
def test_stages_keep_float32(stage: fnn.Fn[fnn.Array, fnn.Array]) -> None:
    y, backward = stage.forward(X, fnn.Key(0))
    assert {stage(X).dtype, y.dtype, backward(X).dtype} == {np.dtype(np.float32)}


def test_huber_keeps_float32() -> None:
    value, dy = fnn.huber(X, np.zeros_like(X), delta=HALF)
    assert type(value) is float
    assert dy.dtype == np.float32


@pytest.mark.parametrize("penalty", [fnn.l1(HALF), fnn.l2(HALF), fnn.l1(HALF) + fnn.l2(HALF)], ids=str)
def test_penalties_keep_float32_and_give_a_float(penalty: fnn.Penalty) -> None:
    value, grads = penalty({"weight": X})
    assert type(value) is float
    assert grads["weight"].dtype == np.float32
