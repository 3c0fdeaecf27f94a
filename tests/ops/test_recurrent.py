"""Recurrent ops: against the plain loop, step by step, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fnn import ops
from fnn.arrays import Array, BoolArray
from fnn.errors import DtypeError, FnnError, HyperparameterError, ShapeError
from fnn.layers import LSTMCarry
from tests.cases.sequences import BATCH, INPUTS, MASK, RECURRENT_OPS, TIME, UNITS

Step = Callable[[Array, Any, list[Array]], Any]


def sigmoid(x: Array) -> Array:
    y: Array = 1 / (1 + np.exp(-x))
    return y


def rnn_step(x: Array, h: Array, weights: list[Array]) -> Array:
    w, u, b = weights
    return np.tanh(x @ w + h @ u + b)


def lstm_step(x: Array, carry: LSTMCarry, weights: list[Array]) -> LSTMCarry:
    w, u, b = weights
    i, f, g, o = np.split(x @ w + carry.h @ u + b, 4, axis=-1)
    c: Array = sigmoid(f) * carry.c + sigmoid(i) * np.tanh(g)
    return LSTMCarry(sigmoid(o) * np.tanh(c), c)


def gru_step(x: Array, h: Array, weights: list[Array]) -> Array:
    w, u, b, b_u = weights
    (r, z, n), (r_h, z_h, n_h) = np.split(x @ w + b, 3, axis=-1), np.split(h @ u, 3, axis=-1)
    r, z = sigmoid(r + r_h), sigmoid(z + z_h)
    n = np.tanh(n + r * (n_h + b_u))
    new: Array = (1 - z) * n + z * h
    return new


def gru_reset_before_step(x: Array, h: Array, weights: list[Array]) -> Array:
    w, u, b = weights
    (r, z, n), (u_r, u_z, u_n) = np.split(x @ w + b, 3, axis=-1), np.split(u, 3, axis=-1)
    r, z = sigmoid(r + h @ u_r), sigmoid(z + h @ u_z)
    n = np.tanh(n + (r * h) @ u_n)
    new: Array = (1 - z) * n + z * h
    return new


STEPS: dict[str, Step] = {
    "rnn": rnn_step,
    "lstm": lstm_step,
    "gru": gru_step,
    "gru_reset_before": gru_reset_before_step,
}

of_all_ops = pytest.mark.parametrize(("name", "forward", "backward", "inputs"), RECURRENT_OPS)


def plain(step: Step, x: Array, carry: Any, weights: list[Array], mask: BoolArray, *, reverse: bool) -> Any:
    """The definition, sequence by sequence: only the steps that are there, one after the other."""
    y = np.zeros((*x.shape[:2], UNITS))
    lasts = []
    for n in range(len(x)):
        own = LSTMCarry(carry.h[n], carry.c[n]) if isinstance(carry, LSTMCarry) else carry[n]
        times = np.flatnonzero(mask[n])
        for t in times[::-1] if reverse else times:
            own = step(x[n, t], own, weights)
            y[n, t] = own.h if isinstance(own, LSTMCarry) else own
        lasts.append(own)
    return y, LSTMCarry(*map(np.stack, zip(*lasts, strict=True))) if isinstance(carry, LSTMCarry) else np.stack(lasts)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("mask", [None, MASK], ids=["all", "mask"])
@of_all_ops
def test_the_definition(
    name: str, forward: Any, backward: Any, inputs: Any, mask: BoolArray | None, reverse: bool
) -> None:
    x, carry, *weights = inputs(np.random.default_rng(0))
    (y, last), _ = forward(x, carry, *weights, mask=mask, reverse=reverse)
    everywhere = np.ones((BATCH, TIME), np.bool_)
    y_plain, last_plain = plain(STEPS[name], x, carry, weights, everywhere if mask is None else mask, reverse=reverse)
    np.testing.assert_allclose(y, y_plain, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(last, last_plain, rtol=1e-12, atol=1e-15)


@of_all_ops
def test_padding_never_counts_not_even_nan(name: str, forward: Any, backward: Any, inputs: Any) -> None:
    x, carry, *weights = inputs(np.random.default_rng(0))
    rng = np.random.default_rng(1)
    dy, dlast = rng.standard_normal((BATCH, TIME, UNITS)), carry
    spoilt, dy_spoilt = x.copy(), dy.copy()
    spoilt[~MASK], dy_spoilt[~MASK] = np.nan, np.inf
    clean, cache = forward(x, carry, *weights, mask=MASK)
    other, cache_other = forward(spoilt, carry, *weights, mask=MASK)
    grads, grads_other = backward((dy, dlast), cache), backward((dy_spoilt, dlast), cache_other)
    for a, b in zip((*clean, *grads), (*other, *grads_other), strict=True):
        np.testing.assert_array_equal(a, b)
    assert not grads[0][~MASK].any()
    assert not clean[0][~MASK].any()


@of_all_ops
def test_all_masked_leaves_the_carry_alone(name: str, forward: Any, backward: Any, inputs: Any) -> None:
    x, carry, *weights = inputs(np.random.default_rng(0))
    (y, last), cache = forward(x, carry, *weights, mask=np.zeros((BATCH, TIME), np.bool_))
    np.testing.assert_array_equal(last, carry)
    assert not y.any()
    dx, dcarry, *dweights = backward((y + 1, carry), cache)
    np.testing.assert_array_equal(dcarry, carry)
    assert not any(gradient.any() for gradient in (dx, *dweights))


@of_all_ops
def test_one_sequence_in_a_batch_does_not_touch_another(name: str, forward: Any, backward: Any, inputs: Any) -> None:
    x, carry, *weights = inputs(np.random.default_rng(0))
    (y, _), _ = forward(x, carry, *weights, mask=MASK)
    alone = LSTMCarry(carry.h[1:2], carry.c[1:2]) if name == "lstm" else carry[1:2]
    (y_alone, _), _ = forward(x[1:2, :2], alone, *weights)  # the second has two steps
    np.testing.assert_allclose(y[1:2, :2], y_alone, rtol=1e-12)


@of_all_ops
def test_huge_numbers_saturate(name: str, forward: Any, backward: Any, inputs: Any) -> None:
    x, carry, *weights = inputs(np.random.default_rng(0))
    for dtype, size in ((np.float32, 1e30), (np.float64, 1e200)):
        cast = [array.astype(dtype) for array in weights]
        small = LSTMCarry(*(part.astype(dtype) for part in carry)) if name == "lstm" else carry.astype(dtype)
        (y, last), cache = forward((x * size).astype(dtype), small, *cast)
        assert np.isfinite(y).all()
        for gradient in backward((y, last), cache):
            assert np.isfinite(gradient).all()


SHAPES: list[tuple[str, int, Any, str]] = [
    ("rank of x", 0, np.zeros((BATCH, INPUTS)), r"x of shape \(batch, time, inputs\), got shape \(3, 2\)"),
    ("width of x", 0, np.zeros((BATCH, TIME, INPUTS + 1)), r"input_weight of shape \(inputs, .*units\)"),
    ("batch of the carry", 1, np.zeros((BATCH - 1, UNITS)), r"of shape \(batch, units\), got shape \(2, 3\)"),
    ("input weight", 2, np.zeros((INPUTS, 7)), r"input_weight of shape \(inputs, .*units\), got shape \(2, 7\)"),
    ("recurrent weight", 3, np.zeros((UNITS, 7)), r"recurrent_weight of shape \(units, .*units\), got shape \(3, 7\)"),
    ("bias", 4, np.zeros(7), r"bias of shape \(.*units\), got shape \(7,\)\. Here batch is 3"),
]


@pytest.mark.parametrize(("what", "place", "bad", "text"), SHAPES, ids=[row[0] for row in SHAPES])
@of_all_ops
def test_shapes_that_do_not_fit(
    name: str, forward: Any, backward: Any, inputs: Any, what: str, place: int, bad: Any, text: str
) -> None:
    arguments = list(inputs(np.random.default_rng(0)))
    arguments[place] = LSTMCarry(bad, bad) if name == "lstm" and place == 1 else bad
    with pytest.raises(ShapeError, match=text) as caught:
        forward(*arguments)
    assert caught.value.place == name


@of_all_ops
def test_gradients_that_do_not_fit(name: str, forward: Any, backward: Any, inputs: Any) -> None:
    """Loops do not look where arrays end."""
    (y, last), cache = forward(*inputs(np.random.default_rng(0)))
    with pytest.raises(ShapeError, match=r"expected dy of shape \(batch, time, units\), got shape \(3, 3, 3\)"):
        backward((y[:, :-1], last), cache)
    few = LSTMCarry(last.h, last.c[:1]) if name == "lstm" else last[:1]
    with pytest.raises(ShapeError, match=r"expected dc(arry)? of shape \(batch, units\), got shape \(1, 3\)"):
        backward((y, few), cache)


@pytest.mark.parametrize("dtype", [np.int8, np.int64, np.bool_])
@of_all_ops
def test_only_floats_are_taken(name: str, forward: Any, backward: Any, inputs: Any, dtype: Any) -> None:
    given = inputs(np.random.default_rng(0))
    for place in (0, 2, 3, 4):
        bad = [*given]
        bad[place] = bad[place].astype(dtype)
        with pytest.raises(DtypeError, match=f"of floats, got {np.dtype(dtype)}"):
            forward(*bad)


@pytest.mark.parametrize("dtype", [np.int64, np.float32, np.bool_])
@of_all_ops
def test_the_gradient_of_the_carry_may_be_zeros_of_any_dtype(
    name: str, forward: Any, backward: Any, inputs: Any, dtype: Any
) -> None:
    (y, last), cache = forward(*inputs(np.random.default_rng(0)))

    def zeros(kind: Any) -> Any:
        return LSTMCarry(*((0 * part).astype(kind) for part in last)) if name == "lstm" else (0 * last).astype(kind)

    for got, expected in zip(backward((y, zeros(dtype)), cache), backward((y, zeros(float)), cache), strict=True):
        np.testing.assert_array_equal(got, expected)


MASKS: list[tuple[Any, type[FnnError], str]] = [
    (np.ones((BATCH, TIME)), DtypeError, r"expected mask as an array of booleans, got float64 of shape \(3, 4\)"),
    (np.ones((BATCH, TIME), np.int64), DtypeError, r"got int64"),
    ([[True] * TIME] * BATCH, DtypeError, r"got a list"),
    (np.ones((TIME, BATCH), np.bool_), ShapeError, r"mask of shape \(3, 4\), \(batch, time\), got shape \(4, 3\)"),
    (np.ones(BATCH, np.bool_), ShapeError, r"got shape \(3,\)"),
]


@pytest.mark.parametrize(("mask", "kind", "text"), MASKS, ids=["floats", "integers", "list", "turned", "rank"])
@of_all_ops
def test_masks_that_do_not_fit(
    name: str, forward: Any, backward: Any, inputs: Any, mask: Any, kind: type[FnnError], text: str
) -> None:
    with pytest.raises(kind, match=text):
        forward(*inputs(np.random.default_rng(0)), mask=mask)
    for readout in (ops.last_step_forward, ops.mean_steps_forward):
        with pytest.raises(kind, match=text):
            readout(np.zeros((BATCH, TIME, 2)), mask=mask)


def test_activation_of_the_simple_network() -> None:
    inputs = RECURRENT_OPS[-1][3](np.random.default_rng(0))
    with pytest.raises(HyperparameterError, match='activation "tanh" or "relu", got \'sine\''):
        ops.rnn_forward(*inputs, activation="sine")  # type: ignore[arg-type]  # wrong on purpose
