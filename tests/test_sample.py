from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from fnn.errors import DataError, DtypeError, HyperparameterError, ShapeError
from fnn.ops import softmax_forward
from fnn.random import Key
from fnn.sample import sample

LOGITS = np.array([1.5, -0.5, 0.0, 2.0, -1.0])
COUNT = 50_000


def shares(seed: int = 0, dtype: Any = np.float64, **options: Any) -> Any:
    """How often each class is drawn."""
    drawn = sample(np.tile(LOGITS.astype(dtype), (COUNT, 1)), Key(seed), **options)
    return np.bincount(drawn, minlength=len(LOGITS)) / COUNT


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
def test_distribution(temperature: float, dtype: Any) -> None:
    expected, _ = softmax_forward(LOGITS / temperature)
    spread = np.sqrt(expected * (1 - expected) / COUNT)
    assert (abs(shares(dtype=dtype, temperature=temperature) - expected) < 4.5 * spread).all()


def test_top_k() -> None:
    for top_k in (1, 2, 3, 5):
        best = np.sort(LOGITS)[-top_k]
        expected, _ = softmax_forward(np.where(best > LOGITS, -np.inf, LOGITS))
        np.testing.assert_allclose(shares(top_k=top_k), expected, atol=0.012)
    equal = sample(np.zeros((500, 3)), Key(0), top_k=1)  # all equal the best
    assert set(equal.tolist()) == {0, 1, 2}


def test_temperature_zero_takes_the_best() -> None:
    rows = np.array([[0.0, 3.0, 3.0], [5.0, 1.0, 2.0]])
    assert sample(rows, Key(0), temperature=0).tolist() == [1, 0]
    assert sample(rows, Key(0), temperature=1e-300).tolist()[1] == 0


def test_key_decides() -> None:
    rows = np.zeros((4, 6, 9))
    first = sample(rows, Key(0))
    assert first.shape == (4, 6)
    assert np.array_equal(first, sample(rows, Key(0)))
    assert not np.array_equal(first, sample(rows, Key(1)))


def test_impossible_classes_and_large_scores() -> None:
    rows = np.tile([-np.inf, 1e300, -np.inf, 1e300], (200, 1))
    assert set(sample(rows, Key(0)).tolist()) == {1, 3}
    assert sample(np.array([-1e300, 1e300]), Key(0), temperature=1e-10).tolist() == 1


def test_input_that_does_not_fit() -> None:
    with pytest.raises(DtypeError, match=r"^sample: expected logits as a float32 or float64 array, got int64"):
        sample(np.arange(3), Key(0))  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(ShapeError, match=r"^sample: expected logits of shape \(\.\.\., classes\), got shape \(\)"):
        sample(np.array(1.0), Key(0))
    with pytest.raises(DataError, match=r"^sample: expected a batch of at least one sample"):
        sample(np.zeros((2, 0)), Key(0))
    for bad in (np.nan, np.inf):
        rows = np.array([[0.0, 1.0], [0.0, bad]])
        text = rf"^sample: expected a finite largest score in each row, got {bad} in row 1\."
        with pytest.raises(DataError, match=text):
            sample(rows, Key(0))
    with pytest.raises(DataError, match=r"got -inf in row 0\."):
        sample(np.array([-np.inf, -np.inf]), Key(0))


def test_options_out_of_range() -> None:
    for temperature in (-1.0, math.nan, math.inf):
        with pytest.raises(HyperparameterError, match=r"^sample: expected temperature in \[0, inf\), got"):
            sample(LOGITS, Key(0), temperature=temperature)
    with pytest.raises(HyperparameterError, match=r"^sample: expected top_k as an integer of at least 1, got 0\."):
        sample(LOGITS, Key(0), top_k=0)
    with pytest.raises(
        HyperparameterError, match=r"^sample: expected top_k of at most 5, the number of classes, got 6"
    ):
        sample(LOGITS, Key(0), top_k=6)
