from __future__ import annotations

import math

import numpy as np
import pytest

from fnn.errors import HyperparameterError
from fnn.ops import dropout_backward, dropout_forward
from fnn.random import Key


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("rate", [0.1, 0.25, 0.5, 0.9])
def test_rate_is_the_probability_of_dropping(rate: float, dtype: type[np.float32 | np.float64]) -> None:
    count = 100_000
    y, _ = dropout_forward(np.ones(count, dtype), Key(3), rate=rate)
    spread = math.sqrt(rate * (1 - rate) / count)
    assert abs((y == 0).mean() - rate) < 4 * spread
    np.testing.assert_allclose(y[y != 0], 1 / (1 - rate), rtol=1e-6)
    assert abs(y.mean(dtype=np.float64) - 1) < 4 * spread / (1 - rate)


def test_gradient_passes_where_the_input_did() -> None:
    x, dy = np.random.default_rng(0).standard_normal((2, 50, 20))
    y, mask = dropout_forward(x, Key(0), rate=0.3)
    dx = dropout_backward(dy, mask)
    assert np.array_equal(dx == 0, y == 0)
    np.testing.assert_allclose(dx[dx != 0], dy[dx != 0] / 0.7, rtol=1e-15)


def test_key_decides() -> None:
    x = np.ones((10, 20))
    y, _ = dropout_forward(x, Key(0), rate=0.5)
    assert np.array_equal(y, dropout_forward(x, Key(0), rate=0.5)[0])
    assert not np.array_equal(y, dropout_forward(x, Key(1), rate=0.5)[0])
    in_float32, _ = dropout_forward(x.astype(np.float32), Key(0), rate=0.5)
    assert np.array_equal(y == 0, in_float32 == 0)  # the same entries in both dtypes


def test_entries_are_dropped_independently() -> None:
    y, _ = dropout_forward(np.ones((400, 300)), Key(5), rate=0.5)
    kept = y != 0
    for axis in (0, 1):
        assert abs(kept.mean(axis=axis) - 0.5).max() < 0.2
        neighbours = np.mean(kept.take(range(299), axis) == kept.take(range(1, 300), axis))
        assert abs(neighbours - 0.5) < 0.01


def test_rate_zero_keeps_everything() -> None:
    x = np.random.default_rng(0).standard_normal((3, 4))
    assert np.array_equal(dropout_forward(x, Key(0), rate=0)[0], x)


@pytest.mark.parametrize("rate", [1, 1.5, -0.1, float("nan")])
def test_rate_out_of_range(rate: float) -> None:
    with pytest.raises(HyperparameterError, match=rf"^dropout: expected rate in \[0, 1\), got {rate!r}"):
        dropout_forward(np.ones(1), Key(0), rate=rate)
