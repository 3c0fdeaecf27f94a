"""Recurrent layers: how they start, what they refuse, that they learn, and their files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fnn
from fnn import Key, initializers, tree
from fnn.errors import DataError, DtypeError, FnnError, HyperparameterError, ShapeError, StructureError
from fnn.model import output_shape
from fnn.recurrent import Recurrent

LAYERS: dict[str, tuple[Callable[..., Recurrent[Any, Any, Any, Any]], int]] = {
    "rnn": (fnn.rnn, 1),
    "gru": (fnn.gru, 3),
    "gru_reset_before": (fnn.gru_reset_before, 3),
    "lstm": (fnn.lstm, 4),
}

of_all = pytest.mark.parametrize(("name", "factory", "gates"), [(name, *row) for name, row in LAYERS.items()])


@of_all
def test_each_gate_starts_by_itself(name: str, factory: Any, gates: int) -> None:
    params = factory(60, 40).init(Key(0))
    assert params.input_weight.shape == (60, 40 * gates)
    assert params.recurrent_weight.shape == (40, 40 * gates)
    blocks = np.split(params.recurrent_weight, gates, axis=1)
    for block in blocks:
        np.testing.assert_allclose(block.T @ block, np.eye(40), atol=1e-5)
    bound = np.sqrt(6 / (60 + 40))  # Glorot's, for the fans of one gate
    for block in np.split(params.input_weight, gates, axis=1):
        assert 0.95 * bound < np.abs(block).max() <= bound
    assert len({block.tobytes() for block in blocks}) == gates
    assert {leaf.dtype for leaf in tree.leaves(params)} == {np.dtype(np.float32)}
    assert not any(leaf.flags.writeable for leaf in tree.leaves(params))


def test_bias_of_the_forget_gate() -> None:
    np.testing.assert_array_equal(fnn.lstm(2, 2).init(Key(0)).bias, [0, 0, 1, 1, 0, 0, 0, 0])
    np.testing.assert_array_equal(fnn.lstm(2, 1, forget_bias=-2.5).init(Key(0)).bias, [0, -2.5, 0, 0])
    lstm = fnn.lstm(2, 1, bias=initializers.constant(0.5), forget_bias=0)
    np.testing.assert_array_equal(lstm.init(Key(0)).bias, [0.5] * 4)
    with pytest.raises(HyperparameterError, match="lstm: expected forget_bias in"):
        fnn.lstm(2, 1, forget_bias=float("nan"))


@of_all
def test_initializers_are_options(name: str, factory: Any, gates: int) -> None:
    ones = initializers.ones
    params = factory(2, 3, input_weight=ones, recurrent_weight=ones, bias=ones).init(Key(0))
    for path, leaf in tree.leaves_with_paths(params):
        expected = np.repeat([1, 2, 1, 1], 3) if (name, path) == ("lstm", "bias") else 1
        np.testing.assert_array_equal(leaf, np.broadcast_to(expected, leaf.shape))


@of_all
def test_weight_decay_takes_both_weights_and_no_bias(name: str, factory: Any, gates: int) -> None:
    _, grads = fnn.l2(0.5)(factory(2, 3, bias=initializers.ones).init(Key(0)))
    touched = {path: bool(leaf.any()) for path, leaf in tree.leaves_with_paths(grads)}
    assert touched == {path: path.endswith("weight") for path in touched}


BAD: list[tuple[Any, type[FnnError], str]] = [
    (
        np.zeros((3, 4, 5), np.float32),
        ShapeError,
        "input of shape (batch, time, 2), got shape (3, 4, 5). Each step must",
    ),
    (np.zeros((4, 2), np.float32), ShapeError, "got shape (4, 2). For one sequence write x[None], for sequences of"),
    (np.zeros((3, 4, 2, 2), np.float32), ShapeError, "got shape (3, 4, 2, 2)"),
    (np.zeros((3, 0, 2), np.float32), DataError, "at least one sample, got shape (3, 0, 2)"),
    (np.zeros((3, 4, 2)), DtypeError, "input of the parameters' dtype float32, got float64"),
    (np.zeros((3, 4, 2), int), DtypeError, "input as a float32 or float64 array, got int64"),
    (None, DtypeError, "got None"),
]


@pytest.mark.parametrize(("x", "kind", "text"), BAD)
@of_all
def test_input_that_is_refused(name: str, factory: Any, gates: int, x: Any, kind: type[FnnError], text: str) -> None:
    model = factory(2, 3)
    params = model.init(Key(0))
    calls: list[Callable[..., Any]] = [model.apply, model.step, partial(model.forward, key=Key(0))]
    for call in calls:
        with pytest.raises(kind) as caught:
            call(params, x)
        assert text in str(caught.value)
        assert caught.value.place == f"{name}(2, 3)"


@of_all
def test_options_that_are_refused(name: str, factory: Any, gates: int) -> None:
    with pytest.raises(HyperparameterError, match=f"{name}: expected units as an integer of at least 1, got 0"):
        factory(2, 0)
    with pytest.raises(HyperparameterError, match=f"{name}: expected inputs as an integer of at least 1, got 1.5"):
        factory(1.5, 2)
    with pytest.raises(StructureError, match=r"expected parameters .*, got a tuple"):
        factory(2, 3).apply((), np.zeros((1, 1, 2), np.float32))
    with pytest.raises(ShapeError, match=r"expected input of shape \(batch, time, 2\), got \(batch, 2\)"):
        output_shape(factory(2, 3), (2,))


def test_activation_of_the_simple_layer() -> None:
    with pytest.raises(HyperparameterError, match="rnn: expected activation"):
        fnn.rnn(2, 3, activation="sine")  # type: ignore[arg-type]  # wrong on purpose


@of_all
def test_one_sample_more_or_less_changes_no_other(name: str, factory: Any, gates: int) -> None:
    model = factory(2, 3)
    params, x = model.init(Key(0)), np.random.default_rng(0).standard_normal((4, 5, 2)).astype(np.float32)
    np.testing.assert_allclose(model.apply(params, x)[:2], model.apply(params, x[:2]), rtol=1e-6)


@of_all
def test_learns_the_parity_of_bits(name: str, factory: Any, gates: int) -> None:
    """Whether the ones so far are odd: nothing without memory gets below log 2."""
    rng = np.random.default_rng(0)
    x = rng.integers(0, 2, (64, 6, 1)).astype(np.float32)
    labels = (x.cumsum(axis=1)[..., 0] % 2).astype(int)
    model = factory(1, 12) >> fnn.dense(12, 2)
    optimizer = fnn.adam(0.02)
    step = fnn.train_step(model, fnn.softmax_cross_entropy, optimizer)
    state = fnn.start(model, optimizer, Key(2))
    for _ in range(250):
        state, values = step(state, fnn.Batch(x, labels))
    assert values["loss"] < 0.1


@fnn.record
class Net:
    embed: fnn.Embedding
    both: fnn.Bidirectional[fnn.GRU]
    memory: fnn.LSTM
    out: fnn.Dense


def test_saved_and_loaded(tmp_path: Path) -> None:
    model = fnn.stacked(
        fnn.time_distributed(fnn.embedding(5, 2)),
        fnn.bidirectional(fnn.gru(2, 3)),
        fnn.lstm(6, 3),
        fnn.time_distributed(fnn.dense(3, 2)),
    ).into(Net)
    params = model.init(Key(0))
    fnn.save(tmp_path / "net.npz", params)
    assert tree.equal(fnn.load(tmp_path / "net.npz", Net), params)
    assert [path for path, _ in tree.leaves_with_paths(params)][:3] == [
        "embed.weight",
        "both.forward.input_weight",
        "both.forward.recurrent_weight",
    ]
    carry = model.zero_carry(2)
    fnn.save(tmp_path / "carry.npz", carry)  # a stream can be left and taken up again
    assert tree.equal(fnn.load(tmp_path / "carry.npz", carry), carry)
