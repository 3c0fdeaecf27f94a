"""Windows on one sequence: where they begin, what their targets are, and that a run can be resumed."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fnn.data import windows
from fnn.errors import DataError, DtypeError, FnnError, HyperparameterError, ShapeError
from fnn.random import Key

TOKENS = np.arange(100, 150, dtype=np.uint8)


@given(count=st.integers(2, 60), length=st.integers(1, 59), batch_size=st.integers(1, 9))
@settings(deadline=None, max_examples=60)
def test_in_order_each_token_but_the_first_is_a_target_once(count: int, length: int, batch_size: int) -> None:
    if length >= count:
        length = count - 1
    found = list(windows(np.arange(count), length, batch_size=batch_size).epoch(0))
    targets = np.concatenate([batch.targets.ravel() for batch in found])
    assert targets.tolist() == list(range(1, (count - 1) // length * length + 1))
    for batch in found:
        assert np.array_equal(batch.targets, batch.inputs + 1)
        assert batch.inputs.shape[1] == length


def test_overlapping_windows_have_their_last_targets_edge_to_edge() -> None:
    (batch,) = windows(TOKENS, 8, stride=3, batch_size=100).epoch(0)
    assert batch.targets[:, -3:].ravel().tolist() == TOKENS[6 : 6 + batch.targets[:, -3:].size].tolist()
    assert batch.size == (50 - 1 - 8) // 3 + 1
    (apart,) = windows(TOKENS, 3, stride=10, batch_size=100).epoch(0)
    assert apart.inputs[:, 0].tolist() == [100, 110, 120, 130, 140]


@pytest.mark.parametrize("stride", [None, 4, 20])
def test_with_a_key_windows_are_shuffled_and_moved(stride: int | None) -> None:
    data = windows(TOKENS, 7, stride=stride, batch_size=2, key=Key(0))
    starts = set()
    for epoch in range(200):
        first = list(data.epoch(epoch))
        again = list(data.epoch(epoch, skip=1))
        for one, other in zip(first[1:], again, strict=True):  # the tail of an epoch, entered in the middle
            assert np.array_equal(one.inputs, other.inputs)
        for batch in first:
            assert np.array_equal(batch.targets, batch.inputs + 1)
            assert (np.diff(batch.inputs.astype(int), axis=1) == 1).all()
        starts |= {int(start) for batch in first for start in batch.inputs[:, 0]}
    assert starts == {*range(100, 143)}  # every place occurs, the last one included
    assert len({next(data.epoch(epoch)).inputs.tobytes() for epoch in range(200)}) > 50


def test_one_window_is_enough_and_the_dtype_stays() -> None:
    (batch,) = windows(TOKENS[:4], 3, batch_size=5, key=Key(0)).epoch(0)
    assert batch.inputs.tolist() == [[100, 101, 102]]
    assert batch.inputs.dtype == batch.targets.dtype == np.uint8


def test_nothing_reaches_the_sequence() -> None:
    batch = next(windows(TOKENS, 7, batch_size=2).epoch(0))
    with pytest.raises(ValueError, match="read-only"):
        batch.inputs[0, 0] = 0


def test_a_last_batch_that_is_smaller_may_be_left_out() -> None:
    assert [batch.size for batch in windows(TOKENS, 7, batch_size=2, drop_last=True).epoch(0)] == [2, 2, 2]
    assert [batch.size for batch in windows(TOKENS, 7, batch_size=2).epoch(0)] == [2, 2, 2, 1]


BAD: list[tuple[Any, int, dict[str, Any], type[FnnError], str]] = [
    (TOKENS.astype(float), 3, {}, DtypeError, "sequence as an array of integers, got float64"),
    ("a text", 3, {}, DtypeError, "sequence as an array of integers, got"),
    (TOKENS.reshape(5, 10), 3, {}, ShapeError, r"one sequence \(n,\), got shape \(5, 10\). Join"),
    (TOKENS, 50, {}, DataError, "at least 51 tokens, one window, got 50. Lower length"),
    (TOKENS[:0], 1, {}, DataError, "at least 2 tokens, one window, got 0"),
    (TOKENS, 0, {}, HyperparameterError, "length as an integer of at least 1, got 0"),
    (TOKENS, 3, {"stride": 0}, HyperparameterError, "stride as an integer of at least 1, got 0"),
    (TOKENS, 3, {"batch_size": 0}, HyperparameterError, "batch_size as an integer of at least 1, got 0"),
    (TOKENS, 7, {"batch_size": 20, "drop_last": True}, DataError, "at least 20 samples, one full batch, got 7"),
]


@pytest.mark.parametrize(("sequence", "length", "options", "error", "text"), BAD)
def test_bad_input(sequence: Any, length: int, options: dict[str, Any], error: type[FnnError], text: str) -> None:
    with pytest.raises(error, match=f"(windows|batches): expected {text}"):
        windows(sequence, length, **{"batch_size": 2, **options})
