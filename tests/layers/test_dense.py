"""The dense and the linear layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fnn
from fnn.errors import DataError, DtypeError, HyperparameterError, ShapeError, StructureError
from fnn.initializers import constant
from fnn.model import output_shape

Make = Callable[[int, int], fnn.Model[Any, fnn.Array, fnn.Array]]
both = pytest.mark.parametrize(("name", "make"), [("dense", fnn.dense), ("linear", fnn.linear)])

X = np.random.default_rng(0).standard_normal((4, 3)).astype(np.float32)


def test_dense_is_the_layer_of_the_book() -> None:
    weight = np.array([[0.2, 0.5, -0.26], [0.8, -0.91, -0.27], [-0.5, 0.26, 0.17], [1.0, -0.5, 0.87]])
    params = fnn.Dense(weight, np.array([2.0, 3.0, 0.5]))
    y = fnn.dense(4, 3).apply(params, np.array([[1.0, 2.0, 3.0, 2.5]]))
    np.testing.assert_allclose(y, [[4.8, 1.21, 2.385]], rtol=1e-13)


def test_init() -> None:
    params = fnn.dense(200, 300).init(fnn.Key(0))
    assert params.weight.shape == (200, 300)
    assert params.bias.tolist() == [0] * 300
    assert params.weight.std() == pytest.approx(np.sqrt(2 / 200), rel=0.02)
    assert params.weight.dtype == params.bias.dtype == np.float32
    assert not params.weight.flags.writeable
    again, other = fnn.dense(200, 300).init(fnn.Key(0)), fnn.dense(200, 300).init(fnn.Key(1))
    assert fnn.tree.equal(params, again)
    assert not np.array_equal(params.weight, other.weight)


def test_initializers_are_options() -> None:
    params = fnn.dense(3, 2, weight=constant(0.5), bias=constant(-1)).init(fnn.Key(0))
    assert params.weight.tolist() == [[0.5, 0.5]] * 3
    assert params.bias.tolist() == [-1, -1]
    assert fnn.linear(3, 2, weight=constant(2)).init(fnn.Key(0)).weight.tolist() == [[2, 2]] * 3


def test_weight_and_bias_come_from_keys_of_their_own() -> None:
    noise = fnn.initializers.normal(1.0)
    params = fnn.dense(1, 5, weight=noise, bias=noise).init(fnn.Key(0))
    assert not np.isin(params.weight, params.bias).any()


def test_linear_is_dense_without_bias() -> None:
    weight = np.random.default_rng(1).standard_normal((3, 2)).astype(np.float32)
    linear, dense = fnn.linear(3, 2), fnn.dense(3, 2)
    params, with_bias = fnn.Linear(weight), fnn.Dense(weight, np.zeros(2, np.float32))
    y, _, backward = linear.forward(params, X, fnn.Key(0))
    y_dense, _, backward_dense = dense.forward(with_bias, X, fnn.Key(0))
    assert np.array_equal(y, y_dense)
    (grads, dx), (grads_dense, dx_dense) = backward(y), backward_dense(y)
    assert isinstance(grads, fnn.Linear)
    assert np.array_equal(grads.weight, grads_dense.weight)
    assert np.array_equal(dx, dx_dense)
    assert fnn.tree.size(params) == 6


@both
def test_shapes(name: str, make: Make) -> None:
    layer = make(3, 2)
    assert output_shape(layer, (3,)) == (2,)
    assert output_shape(layer, (7, 5, 3)) == (7, 5, 2)
    for shape in ((), (4,), (3, 1)):
        with pytest.raises(ShapeError) as caught:
            output_shape(layer, shape)
        assert str(caught.value).startswith(f"{name}(3, 2): expected input of shape (batch, ..., 3), got (batch")


@both
def test_errors(name: str, make: Make) -> None:
    layer = make(3, 2)
    params = layer.init(fnn.Key(0))
    for x, kind, text in (
        (X[:, :2], ShapeError, "expected input of shape (batch, ..., 3), got shape (4, 2). Its last axis must hold 3"),
        (X[0], ShapeError, "got shape (3,). For a batch of one write x[None, :]."),
        (X.reshape(2, 2, 3, 1), ShapeError, "got shape (2, 2, 3, 1). Its last axis must hold 3 features."),
        (X.reshape(4, 3, 1), ShapeError, "got shape (4, 3, 1). Flatten each sample first: put fnn.flatten before"),
        (X.astype(np.float64), DtypeError, "expected input of the parameters' dtype float32, got float64. Convert the"),
        (X[:0], DataError, "expected a batch of at least one sample, got shape (0, 3)."),
    ):
        with pytest.raises(kind) as caught:
            layer.apply(params, x)
        assert str(caught.value).startswith(f"{name}(3, 2): ")
        assert text in str(caught.value)


def test_parameters_of_another_layer() -> None:
    with pytest.raises(StructureError) as caught:
        fnn.dense(3, 2).apply(fnn.Linear(np.zeros((3, 2), np.float32)), X)  # type: ignore[arg-type]  # wrong on purpose
    assert str(caught.value) == "dense(3, 2): expected parameters Dense, got a Linear. Use this model's init or load."
    with pytest.raises(StructureError, match=r"^linear\(3, 2\): expected parameters Linear, got a Dense\."):
        fnn.linear(3, 2).apply(fnn.dense(3, 2).init(fnn.Key(0)), X)  # type: ignore[arg-type]  # wrong on purpose


@both
@pytest.mark.parametrize("sizes", [(0, 2), (3, -1), (3.0, 2), (True, 2)])
def test_sizes(name: str, make: Make, sizes: tuple[int, int]) -> None:
    with pytest.raises(HyperparameterError, match=rf"^{name}: expected (in|out)puts as an integer of at least"):
        make(*sizes)


@both
def test_parameters_of_a_layer_of_other_sizes(name: str, make: Make) -> None:
    layer = make(3, 2)
    for other, got in ((make(3, 4), (3, 4)), (make(5, 2), (5, 2))):
        for call in (layer.apply, lambda params, x: layer.forward(params, x, fnn.Key(0))):
            with pytest.raises(ShapeError) as caught:
                call(other.init(fnn.Key(0)), X)
            assert str(caught.value) == (
                f"{name}(3, 2) > weight: expected shape (3, 2), got shape {got}. "
                "Use this model's init or load; initializers keep to the shape they are given."
            )


def test_a_bias_that_does_not_fit() -> None:
    layer, weight = fnn.dense(3, 2), np.ones((3, 2), np.float32)
    with pytest.raises(ShapeError, match=r"^dense\(3, 2\) > bias: expected shape \(2,\), got shape \(1,\)"):
        layer.apply(fnn.Dense(weight, np.zeros(1, np.float32)), X)
    with pytest.raises(DtypeError, match=r"> bias: expected the dtype of the others, float32, got float64"):
        layer.apply(fnn.Dense(weight, np.zeros(2)), X)
    for odd in (None, [0.0, 0.0], np.zeros(2, int)):
        with pytest.raises(DtypeError, match=r"> bias: expected parameter as a float32 or float64 array"):
            layer.apply(fnn.Dense(weight, odd), X)  # type: ignore[arg-type]  # wrong on purpose


def test_initializers_keep_to_the_shape_and_give_floats() -> None:
    with pytest.raises(ShapeError, match=r"^dense\(3, 2\) > weight: expected shape \(3, 2\), got shape \(2, 3\)"):
        fnn.dense(3, 2, weight=lambda key, shape: np.ones(shape[::-1], np.float32)).init(fnn.Key(0))
    with pytest.raises(DtypeError, match=r"^linear\(3, 2\) > weight: expected parameter as a float32 or float64 array"):
        fnn.linear(3, 2, weight=lambda key, shape: np.ones(shape, int)).init(fnn.Key(0))


def test_what_an_initializer_holds_stays_the_callers() -> None:
    held = np.ones((3, 2), np.float32)
    params = fnn.linear(3, 2, weight=lambda key, shape: held).init(fnn.Key(0))
    assert held.flags.writeable
    assert not params.weight.flags.writeable
    assert not np.shares_memory(held, params.weight)
