"""Padded sequences: each gives what it would give alone, forward and back, through all that is recurrent or not."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fnn
from fnn import Fn, Key, Model, Padded, tree
from fnn.errors import DataError, DtypeError, FnnError, ShapeError, StructureError
from tests.cases.sequences import BOTH, SCAN, STACK

INPUTS = 2

DEEP = fnn.stacked(fnn.bidirectional(fnn.lstm(2, 3)), fnn.bidirectional(fnn.gru(6, 2)))

STAGES: dict[str, Model[Any, Any, Any]] = {
    "rnn": fnn.rnn(2, 3),
    "gru": fnn.gru(2, 3),
    "gru_reset_before": fnn.gru_reset_before(2, 3),
    "lstm": fnn.lstm(2, 3),
    "scan": SCAN,
    "stacked": STACK,
    "bidirectional": BOTH,
    "stacked bidirectional": DEEP,
    "backwards": fnn.backwards(fnn.lstm(2, 3)),
    "dense": fnn.dense(2, 3),
}

of_all = pytest.mark.parametrize("stage", STAGES.values(), ids=STAGES.keys())


def sequences(lengths: list[int], seed: int = 0) -> list[Any]:
    rng = np.random.default_rng(seed)
    return [rng.standard_normal((length, INPUTS)) for length in lengths]


def parameters(stage: Model[Any, Any, Any]) -> Any:
    rng = np.random.default_rng(3)
    return tree.map(lambda leaf: leaf + 0.3 * rng.standard_normal(leaf.shape), stage.init(Key(0)))


def close(got: Any, expected: Any) -> None:
    tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-13), got, expected)


@of_all
@given(lengths=st.lists(st.integers(1, 6), min_size=1, max_size=4), extra=st.integers(0, 2), filling=st.floats(-9, 9))
@settings(deadline=None, max_examples=10)
def test_each_sequence_as_if_alone(stage: Model[Any, Any, Any], lengths: list[int], extra: int, filling: float) -> None:
    params, own = parameters(stage), sequences(lengths)
    x = fnn.pad_sequences(own, max(lengths) + extra)
    x.values[~x.mask] = filling
    y, _, backward = fnn.padded(stage).forward(params, x, Key(0))
    dy = np.random.default_rng(1).standard_normal(y.values.shape)
    grads, dx = backward(Padded(dy, y.mask))
    total = tree.zeros_like(params)
    for n, one in enumerate(own):
        y_one, _, backward_one = stage.forward(params, one[None], Key(0))
        grads_one, dx_one = backward_one(dy[n : n + 1, : len(one)])
        close(y.values[n, : len(one)], y_one[0])
        close(dx.values[n, : len(one)], dx_one[0])
        total = tree.add(total, grads_one)
    close(grads, total)
    for padded in (y, dx):
        np.testing.assert_array_equal(padded.mask, x.mask)
        assert not padded.values[~x.mask].any()
    close(fnn.padded(stage).apply(params, x).values, y.values)


def test_carry_after_padding_is_that_of_the_last_step() -> None:
    model = fnn.lstm(2, 3)
    params, own = parameters(model), sequences([4, 1, 3])
    carry = model.zero_carry(3, np.float64)
    _, last = fnn.carried(fnn.padded(model)).apply(params, (fnn.pad_sequences(own, 6), carry))
    for n, one in enumerate(own):
        _, alone = model.step(params, one[None])
        close((last.h[n], last.c[n]), (alone.h[0], alone.c[0]))


def test_holes_in_the_mask_are_jumped() -> None:
    params, (x,) = parameters(BOTH), sequences([5])
    mask = np.array([[True, False, True, False, True]])
    y = fnn.padded(BOTH).apply(params, Padded(x[None], mask))
    close(y.values[mask], BOTH.apply(params, x[None, ::2])[0])


def test_dropout_and_buffers_see_the_steps_that_are_there() -> None:
    x = Padded(np.ones((2, 3, 4)), np.array([[True, True, False], [True, False, False]]))
    y, backward = fnn.padded(fnn.dropout(0.5)).forward(x, Key(0))
    alone, _ = fnn.dropout(0.5).forward(np.ones((3, 4)), Key(0))
    np.testing.assert_array_equal(y.values[x.mask], alone)
    np.testing.assert_array_equal(backward(x).values, y.values)


def test_nan_in_the_padding_goes_nowhere() -> None:
    model = fnn.padded(DEEP) >> fnn.padded(fnn.dense(4, 3)) >> fnn.mean_valid_steps
    params = tree.astype(model.init(Key(0)), np.float64)
    clean = fnn.pad_sequences(sequences([2, 4]))
    spoilt = Padded(np.where(clean.mask[..., None], clean.values, np.nan), clean.mask)
    (y, _, back), (y_other, _, back_other) = (model.forward(params, x, Key(0)) for x in (clean, spoilt))
    np.testing.assert_array_equal(y, y_other)
    assert tree.equal(back(y), back_other(y))


@pytest.mark.parametrize("readout", [fnn.last_valid_step, fnn.mean_valid_steps], ids=["last", "mean"])
def test_readouts(readout: Fn[Padded[Any], Any]) -> None:
    own = sequences([3, 1, 4])
    y = readout(fnn.pad_sequences(own, 5))
    expected = [one[-1] if readout is fnn.last_valid_step else one.mean(axis=0) for one in own]
    close(y, np.stack(expected))
    whole: Any = fnn.last_step if readout is fnn.last_valid_step else fnn.mean_steps
    close(whole(own[2][None]), y[2:])
    empty = Padded(np.ones((2, 3, 2)), np.array([[True, False, False], [False, False, False]]))
    with pytest.raises(DataError, match=r"expected a step in each sequence, got none in sequence 1\. Leave empty"):
        readout(empty)


MASK = np.ones((3, 4), np.bool_)
X = np.ones((3, 4, 2), np.float32)
NOTHING: Any = None

BAD: list[tuple[str, Any, type[FnnError], str]] = [
    ("array", X, StructureError, "expected input as Padded(values, mask), got float32 of shape (3, 4, 2)"),
    ("tuple", (X, MASK), StructureError, "fnn.Padded(values, mask)"),
    ("list", Padded(X.tolist(), MASK), DtypeError, "expected values as an array, got a list"),
    ("rank", Padded(X[:, 0, 0], MASK), ShapeError, "values of shape (batch, time, ...), got shape (3,)"),
    ("empty", Padded(X[:0], MASK[:0]), DataError, "at least one sample"),
    ("floats", Padded(X, MASK.astype(np.float32)), DtypeError, "mask as an array of booleans, got float32"),
    ("integers", Padded(X, MASK.astype(np.int64)), DtypeError, "mask.astype(bool)"),
    ("no mask", Padded(X, NOTHING), DtypeError, "mask as an array of booleans, got None"),
    ("time", Padded(X, MASK[:, :3]), ShapeError, "mask of shape (3, 4), (batch, time), got shape (3, 3)"),
    ("turned", Padded(X, MASK.T), ShapeError, "got shape (4, 3)"),
    ("column", Padded(X, MASK[..., None]), ShapeError, "got shape (3, 4, 1)"),
    ("all masked", Padded(X, ~MASK), DataError, "a mask with at least one true step, got none"),
]

PADDED: dict[str, Callable[[], Model[Any, Any, Any] | Fn[Any, Any]]] = {
    "gru": lambda: fnn.padded(fnn.gru(2, 3)),
    "bidirectional": lambda: fnn.padded(BOTH),
    "dense": lambda: fnn.padded(fnn.dense(2, 3)),
    "relu": lambda: fnn.padded(fnn.relu),
    "mean": lambda: fnn.mean_valid_steps,
    "last": lambda: fnn.last_valid_step,
}


@pytest.mark.parametrize(("x", "kind", "text"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
@pytest.mark.parametrize("make", PADDED.values(), ids=PADDED.keys())
def test_what_is_refused(
    make: Callable[[], Model[Any, Any, Any] | Fn[Any, Any]], x: Any, kind: type[FnnError], text: str
) -> None:
    stage = make()
    call = stage.apply if isinstance(stage, Fn) else partial(stage.apply, stage.init(Key(0)))
    with pytest.raises(kind) as caught:
        call(x)
    assert text in str(caught.value)
    assert caught.value.place.split(" > ")[0] in str(stage)


def test_padded_wants_a_stage() -> None:
    factory: Any = fnn.dropout
    with pytest.raises(StructureError, match=r"padded: expected a model or a stage, got a function\. Call the factory"):
        fnn.padded(factory)


def test_a_model_that_looks_along_time_is_refused_as_a_step() -> None:
    stage = fnn.padded(fnn.dense(2, 3) >> fnn.gru(3, 3))
    with pytest.raises(
        ShapeError, match=r"gru\(3, 3\): expected input of shape \(batch, time, 3\), got shape \(12, 3\)"
    ):
        stage.apply(stage.init(Key(0)), Padded(X, MASK))
