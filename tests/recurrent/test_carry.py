"""The carry: pieces that make the whole, truncation, single steps, and carries that are refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fnn
from fnn import Key, tree
from fnn.errors import DtypeError, FnnError, HyperparameterError, ShapeError, StructureError
from fnn.recurrent import Recurrent
from tests.cases.sequences import SCAN

BATCH, TIME, INPUTS = 3, 7, 2

MODELS: dict[str, Recurrent[Any, Any, Any, Any]] = {
    "rnn": fnn.rnn(INPUTS, 3),
    "gru": fnn.gru(INPUTS, 3),
    "gru_reset_before": fnn.gru_reset_before(INPUTS, 3),
    "lstm": fnn.lstm(INPUTS, 3),
    "scan": SCAN,
    "stacked": fnn.stacked(fnn.lstm(INPUTS, 3), fnn.time_distributed(fnn.dense(3, 2)), fnn.gru(2, 3)),
}

of_all = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())


def draw(model: Recurrent[Any, Any, Any, Any], seed: int = 0) -> tuple[Any, Any]:
    """Parameters moved off their special values, and an input, in float64."""
    rng = np.random.default_rng(seed)
    params = tree.map(lambda leaf: leaf + 0.3 * rng.standard_normal(leaf.shape), model.init(Key(seed)))
    return params, rng.standard_normal((BATCH, TIME, INPUTS))


def close(got: Any, expected: Any) -> None:
    tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-13), got, expected)


@of_all
@given(cuts=st.lists(st.integers(1, TIME - 1), unique=True, max_size=4).map(sorted))
@settings(deadline=None, max_examples=10)
def test_pieces_with_the_carry_are_the_whole(model: Recurrent[Any, Any, Any, Any], cuts: list[int]) -> None:
    params, x = draw(model)
    first = model.zero_carry(BATCH, np.float64)
    whole, last = fnn.carried(model).apply(params, (x, first))
    close(whole, model.apply(params, x))
    carry, pieces = first, []
    for piece in np.split(x, cuts, axis=1):
        y, carry = fnn.carried(model).apply(params, (piece, carry))
        pieces.append(y)
    close(np.concatenate(pieces, axis=1), whole)
    close(carry, last)


def pieces_backward(
    model: Recurrent[Any, Any, Any, Any], params: Any, x: Any, dy: Any, cuts: list[int], *, truncate: bool
) -> tuple[Any, Any]:
    """Back-propagation piece by piece; with ``truncate`` nothing goes back from one piece to the one before it."""
    carry = model.zero_carry(BATCH, np.float64)
    backs = []
    for piece in np.split(x, cuts, axis=1):
        (_, carry), _, back = fnn.carried(model).forward(params, (piece, carry), Key(0))
        backs.append(back)
    dcarry, grads = tree.zeros_like(carry), tree.zeros_like(params)
    slopes: list[Any] = []
    for back, piece in zip(reversed(backs), reversed(np.split(dy, cuts, axis=1)), strict=True):
        own, (dx, before) = back((piece, dcarry))
        dcarry = tree.zeros_like(before) if truncate else before
        grads = tree.add(grads, own)
        slopes.insert(0, dx)
    return grads, np.concatenate(slopes, axis=1)


@of_all
def test_back_propagation_through_the_carry_is_that_through_the_whole(model: Recurrent[Any, Any, Any, Any]) -> None:
    params, x = draw(model)
    y, _, backward = model.forward(params, x, Key(0))
    dy = np.random.default_rng(1).standard_normal(y.shape)
    whole = backward(dy)
    close(pieces_backward(model, params, x, dy, [2, 5], truncate=False), whole)
    close(pieces_backward(model, params, x, dy, [], truncate=True), whole)  # over the whole length, nothing is cut


@of_all
def test_truncation_cuts_what_comes_from_later_pieces(model: Recurrent[Any, Any, Any, Any]) -> None:
    params, x = draw(model)
    y, _, backward = model.forward(params, x, Key(0))
    dy = np.random.default_rng(1).standard_normal(y.shape)
    _, whole = backward(dy)
    _, cut = pieces_backward(model, params, x, dy, [4], truncate=True)
    early = np.where(np.arange(TIME)[:, None] < 4, dy, 0)
    _, of_early = backward(early)  # the loss of the first piece alone
    close(cut[:, :4], of_early[:, :4])
    close(cut[:, 4:], whole[:, 4:])  # the last piece has nothing behind it
    assert not np.allclose(cut[:, :4], whole[:, :4])


@of_all
def test_step_by_step(model: Recurrent[Any, Any, Any, Any]) -> None:
    params, x = draw(model)
    carry, found = None, []
    for t in range(TIME):
        y, carry = model.step(params, x[:, t : t + 1], carry)
        found.append(y)
    close(np.concatenate(found, axis=1), model.apply(params, x))


@of_all
def test_against_time(model: Recurrent[Any, Any, Any, Any]) -> None:
    params, x = draw(model)
    close(fnn.backwards(model).apply(params, x), model.apply(params, x[:, ::-1])[:, ::-1])
    close(fnn.backwards(fnn.backwards(model)).apply(params, x), model.apply(params, x))


def test_carry_is_not_bound_to_the_cache() -> None:
    model = fnn.lstm(INPUTS, 3)
    params, x = draw(model)
    (_, carry), _, _ = fnn.carried(model).forward(params, (x, model.zero_carry(BATCH, np.float64)), Key(0))
    assert carry.h.base is None
    assert carry.c.base is None


BAD: list[tuple[str, Any, type[FnnError], str]] = [
    ("array", np.zeros((3, 4), np.float32), StructureError, "carried(lstm(2, 4)) > carry"),
    ("None", None, StructureError, "The first carry is zero_carry(batch_size) of the model."),
    ("list", [np.zeros(3)], StructureError, "got a list"),
    ("batch", fnn.lstm(2, 4).zero_carry(2), ShapeError, "expected carry.h of shape (3, 4), got shape (2, 4)"),
    ("units", fnn.lstm(2, 5).zero_carry(3), ShapeError, "expected carry.h of shape (3, 4), got shape (3, 5)"),
    ("dtype", fnn.lstm(2, 4).zero_carry(3, np.float64), DtypeError, "carry.h of dtype float32, got float64. Begin"),
]


@pytest.mark.parametrize(("carry", "kind", "text"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_carries_that_do_not_fit(carry: Any, kind: type[FnnError], text: str) -> None:
    model = fnn.lstm(2, 4)
    params, x = model.init(Key(0)), np.zeros((3, 5, 2), np.float32)
    with pytest.raises(kind) as caught:
        fnn.carried(model).apply(params, (x, carry))
    assert text in str(caught.value)
    if carry is not None:
        with pytest.raises(kind):
            model.step(params, x, carry)


def test_carried_wants_a_pair() -> None:
    model: Any = fnn.carried(fnn.gru(2, 4))
    params, x = model.init(Key(0)), np.zeros((3, 5, 2), np.float32)
    with pytest.raises(StructureError, match="a pair of input and carry, got float32 of shape") as caught:
        model.apply(params, x)
    assert caught.value.hint == "The first carry is gru(2, 4).zero_carry(batch_size)."


def test_zero_carry_of_no_sequence() -> None:
    with pytest.raises(HyperparameterError, match=r"gru\(2, 4\).zero_carry: expected batch_size"):
        fnn.gru(2, 4).zero_carry(0)
