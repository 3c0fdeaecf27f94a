"""What is made of recurrent models and steps: stacks, both directions, scans, steps apart; and how they generate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fnn
from fnn import Array, Key, Model, tree
from fnn.errors import DataError, DtypeError, HyperparameterError, ShapeError, StructureError
from fnn.generate import generate
from fnn.model import output_shape
from tests.cases.sequences import SCAN, cell

X = np.random.default_rng(0).standard_normal((3, 5, 2)).astype(np.float32)


def close(got: Any, expected: Any) -> None:
    tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6), got, expected)


# --- stacked ---


def test_a_stack_is_what_composition_is() -> None:
    first, second, third = fnn.lstm(2, 3), fnn.dense(3, 4), fnn.gru(4, 2)
    stack, serial = fnn.stacked(first, fnn.time_distributed(second), third), first >> second >> third
    params = stack.init(Key(1))
    close(stack.apply(params, X), serial.apply(params, X))
    (y, _, back), (_, _, back_serial) = stack.forward(params, X, Key(0)), serial.forward(params, X, Key(0))
    close(back(y), back_serial(y))


@fnn.record
class Two:
    low: fnn.RNN
    high: fnn.RNN


def test_parameters_of_a_stack_get_names() -> None:
    stack = fnn.stacked(fnn.rnn(2, 3), fnn.rnn(3, 2))
    named = stack.into(Two)
    params = named.init(Key(0))
    assert isinstance(params, Two)
    assert tree.equal(stack.init(Key(0)), (params.low, params.high))
    (y, carry), _, backward = fnn.carried(named).forward(params, (X, named.zero_carry(3)), Key(0))
    grads, _ = backward((y, carry))
    assert isinstance(grads, Two)
    assert isinstance(carry, tuple)
    with pytest.raises(StructureError, match=r"into\(Dense\): expected a record with 3 fields"):
        fnn.stacked(fnn.rnn(2, 3), fnn.rnn(3, 2), fnn.rnn(2, 2)).into(fnn.Dense)  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(StructureError, match="expected parameters Two, got a tuple"):
        named.apply((params.low, params.high), X)  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(StructureError, match="expected parameters as a tuple of 2"):
        stack.apply(params, X)  # type: ignore[arg-type]  # wrong on purpose


def test_dropout_between_layers_only() -> None:
    stack = fnn.stacked(fnn.rnn(2, 50), fnn.time_distributed(fnn.as_model(fnn.identity)), dropout=0.5)
    params = stack.init(Key(0))
    plain = stack.apply(params, X)
    y, _, backward = stack.forward(params, X, Key(3))
    dropped = y == 0
    assert 0.4 < dropped.mean() < 0.6
    close(y[~dropped], 2 * plain[~dropped])
    grads, _ = backward(np.where(dropped, 1, 0).astype(np.float32))  # what was dropped has no gradient
    assert not grads[0].bias.any()
    again, _, _ = stack.forward(params, X, Key(3))
    np.testing.assert_array_equal(y, again)


def test_stacks_that_are_refused() -> None:
    some: Any = fnn.rnn(2, 3)
    dense: Any = fnn.dense(3, 2)
    with pytest.raises(HyperparameterError, match="stacked: expected two recurrent models or more, got 1"):
        fnn.stacked(some)  # type: ignore[call-overload]  # wrong on purpose
    with pytest.raises(StructureError, match=r"stacked: expected a recurrent model, got .*\. Wrap a layer without"):
        fnn.stacked(some, dense)
    with pytest.raises(HyperparameterError, match=r"stacked: expected dropout in \[0, 1\), got 1"):
        fnn.stacked(some, some, dropout=1)
    wrong = fnn.stacked(fnn.rnn(2, 3), fnn.rnn(4, 3))
    with pytest.raises(ShapeError) as caught:
        wrong.apply(wrong.init(Key(0)), X)
    assert caught.value.place == "layer 1 > rnn(4, 3)"
    with pytest.raises(ShapeError, match="Before it comes layer 0 rnn"):
        output_shape(wrong, (5, 2))


# --- both directions ---


def test_both_directions_are_two_models_side_by_side() -> None:
    model = fnn.gru(2, 3)
    both = fnn.bidirectional(model)
    params = both.init(Key(0))
    y = both.apply(params, X)
    close(y[..., :3], model.apply(params.forward, X))
    close(y[..., 3:], model.apply(params.backward, X[:, ::-1])[:, ::-1])
    assert not np.allclose(params.forward.input_weight, params.backward.input_weight)
    turned = fnn.backwards(both).apply(params, X)
    close(turned[..., 3:], model.apply(params.backward, X))


def test_both_directions_of_what_is_not_recurrent() -> None:
    dense: Any = fnn.dense(2, 3)
    with pytest.raises(StructureError, match="bidirectional: expected a recurrent model"):
        fnn.bidirectional(dense)
    both = fnn.bidirectional(fnn.gru(2, 3))
    with pytest.raises(StructureError, match="expected parameters Bidirectional, got a GRU"):
        both.apply(fnn.gru(2, 3).init(Key(0)), X)  # type: ignore[arg-type]  # wrong on purpose


# --- scan ---


def one_step(model: Any) -> Model[Any, Any, Any]:
    """The recurrent model as a step: from (batch, features) to (batch, features), with its carry."""
    view = fnn.carried(model)

    def forward(params: Any, x: Any, key: Key) -> Any:
        (y, carry), renewed, back = view.forward(params, (x[0][:, None], x[1]), key)

        def backward(dy: Any) -> Any:
            grads, (dx, dcarry) = back((dy[0][:, None], dy[1]))
            return grads, (dx[:, 0], dcarry)

        return (y[:, 0], carry), renewed, backward

    return Model(model.init, lambda params, x: forward(params, x, Key(0))[0], forward, name="step")


@pytest.mark.parametrize("factory", [fnn.lstm, fnn.gru])
def test_a_scanned_step_is_the_layer(factory: Any) -> None:
    model = factory(2, 3)
    scanned = fnn.scan(one_step(model), tree.map(lambda leaf: leaf[0], model.zero_carry()))
    params = model.init(Key(0))
    mask = np.array([[True] * 5, [True, True, False, False, False], [False, True, True, False, True]])
    for view in (lambda m: m, fnn.backwards):
        x = fnn.Padded(X, mask)
        (y, carry), _, back = fnn.carried(fnn.padded(view(model))).forward(params, (x, model.zero_carry(3)), Key(0))
        (other, carry_other), _, back_other = fnn.carried(fnn.padded(view(scanned))).forward(
            params, (x, scanned.zero_carry(3)), Key(0)
        )
        close((y, carry), (other, carry_other))
        close(back((y, carry)), back_other((y, carry)))


@fnn.record
class Count:
    weight: Array
    steps: Array = fnn.buffer()


def counting(key: Key) -> Count:
    return Count(np.ones(2, np.float32), np.zeros(1, np.float32))


def count_forward(params: Count, x: Any, key: Key) -> Any:
    y = params.weight * x[0] + x[1]

    def backward(dy: Any) -> Any:
        total = dy[0] + dy[1]
        return Count((total * x[0]).sum(axis=0), params.steps), (total * params.weight, total)

    return (y, y), Count(params.weight, params.steps + 1), backward


def test_buffers_are_renewed_step_after_step() -> None:
    step = Model(counting, lambda params, x: count_forward(params, x, Key(0))[0], count_forward, name="count")
    model = fnn.scan(step, np.zeros(2))
    params = model.init(Key(0))
    _, renewed, _ = model.forward(params, X, Key(0))
    assert renewed.steps == 5
    assert params.steps == 0


def test_a_step_may_be_random_in_training() -> None:
    drop = fnn.dropout(0.5)

    def forward(params: None, x: Any, key: Key) -> Any:
        y, back = drop.forward(x[0] + x[1], key)
        return (y, x[1]), None, lambda dy: (None, (back(dy[0]), back(dy[0]) + dy[1]))

    model = fnn.scan(Model(lambda key: None, lambda params, x: (x[0] + x[1], x[1]), forward, name="noise"), np.zeros(2))
    x = np.ones((1, 40, 2), np.float32)
    np.testing.assert_array_equal(model.apply(None, x), x)
    y, _, _ = model.forward(None, x, Key(0))
    assert set(np.unique(y)) == {0, 2}
    assert len({row.tobytes() for row in y[0]}) == 4  # each step has randomness of its own


def test_errors_of_a_step_tell_which() -> None:
    params = SCAN.init(Key(0))
    with pytest.raises(DtypeError, match=r"scan\(cell\) > step 0 > cell: expected input as a float32 or float64 array"):
        SCAN.apply(params, X.astype(int))
    with pytest.raises(DtypeError, match=r"scan\(cell\): expected input as an array, got a list"):
        SCAN.apply(params, X.tolist())
    with pytest.raises(ShapeError, match=r"input of shape \(batch, time, \.\.\.\), got shape \(2,\)"):
        SCAN.apply(params, X[0, 0])
    with pytest.raises(DataError, match="at least one sample"):
        SCAN.apply(params, X[:, :0])
    with pytest.raises(ShapeError, match=r"\(batch, time, \.\.\.\), got \(batch\)"):
        output_shape(SCAN, ())
    not_a_model: Any = np.tanh
    with pytest.raises(StructureError, match="scan: expected a model of one step"):
        fnn.scan(not_a_model, np.zeros(2))


def test_first_carry_of_a_scan_takes_the_dtype_of_the_input() -> None:
    model = fnn.scan(cell(), np.full(2, 0.5))
    for dtype in (np.float32, np.float64):
        assert model.zero_carry(3, dtype).dtype == dtype
        assert model.apply(tree.astype(model.init(Key(0)), dtype), X.astype(dtype)).dtype == dtype
    np.testing.assert_array_equal(model.zero_carry(3), np.full((3, 2), 0.5))


# --- steps apart ---


def test_steps_apart_are_one_batch() -> None:
    dense = fnn.flatten >> fnn.dense(4, 3)
    model = fnn.time_distributed(dense)
    frames = np.random.default_rng(0).standard_normal((2, 5, 2, 2)).astype(np.float32)
    params = model.init(Key(0))
    (y, _, back), (y_flat, _, back_flat) = (
        model.forward(params, frames, Key(0)),
        dense.forward(params, frames.reshape(10, 2, 2), Key(0)),
    )
    close(y.reshape(10, 3), y_flat)
    (grads, dx), (grads_flat, dx_flat) = back(y), back_flat(y_flat)
    close((grads, dx.reshape(10, 2, 2)), (grads_flat, dx_flat))
    assert model.zero_carry(3) is None


def test_steps_apart_that_are_refused() -> None:
    model = fnn.time_distributed(fnn.dense(2, 3))
    params = model.init(Key(0))
    with pytest.raises(ShapeError, match=r"time_distributed\(dense\(2, 3\)\): expected input of shape \(batch, time"):
        model.apply(params, X[0, 0])
    with pytest.raises(DtypeError, match="got a list"):
        model.apply(params, X.tolist())
    stage: Any = fnn.relu
    with pytest.raises(StructureError, match=r"Wrap a bare stage: fnn\.as_model\(stage\)\."):
        fnn.time_distributed(stage)


# --- all together ---


def test_generated_tokens_are_the_best_after_each_prefix() -> None:
    model = fnn.stacked(
        fnn.time_distributed(fnn.embedding(7, 4)), fnn.lstm(4, 8), fnn.time_distributed(fnn.dense(8, 7))
    )
    params = tree.map(lambda leaf: 3 * leaf, model.init(Key(0)))
    prompt = np.array([[1, 5], [2, 2]])
    found = prompt
    for token in generate(model, params, prompt, Key(0), count=6, temperature=0):
        expected = model.apply(params, found)[:, -1].argmax(axis=-1)  # from the whole sequence, without a carry
        np.testing.assert_array_equal(token, expected)
        found = np.concatenate([found, token[:, None]], axis=1)


def test_summary_tells_the_parts() -> None:
    model = fnn.stacked(fnn.bidirectional(fnn.gru(2, 3)), fnn.time_distributed(fnn.dense(6, 1)))
    text = str(fnn.summary(fnn.padded(model) >> fnn.mean_valid_steps, (5, 2)))
    for part in ("forward: gru(2, 3)", "backward: gru(2, 3)", "(batch, 5, 6)", "dense(6, 1)", "mean_valid_steps"):
        assert part in text


VIEWS: dict[str, Callable[[Any], Any]] = {
    "whole": lambda model: model,
    "backwards": fnn.backwards,
    "padded": fnn.padded,
    "carried": fnn.carried,
    "bidirectional": fnn.bidirectional,
}


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS.keys())
def test_a_view_says_whose_it_is(view: Callable[[Any], Any]) -> None:
    assert "gru(2, 3)" in repr(view(fnn.gru(2, 3)))
    assert "stacked(gru(2, 3), gru(3, 3))" in repr(view(fnn.stacked(fnn.gru(2, 3), fnn.gru(3, 3))))
