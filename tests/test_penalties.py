"""Penalties: values and gradients of the book, the choice of leaves, and what lies beside them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from fnn import tree
from fnn.arrays import Array
from fnn.errors import DtypeError, HyperparameterError, StructureError
from fnn.penalties import Penalty, l1, l2
from fnn.tree import buffer, record


@record
class Layer:
    weight: Array
    bias: Array


@record
class Net:
    first: Layer
    running: Array = buffer()
    last: Layer


def net(dtype: Any = np.float64) -> Net:
    rng = np.random.default_rng(0)

    def draw(*shape: int) -> Array:
        x: Array = rng.standard_normal(shape).astype(dtype)
        x.setflags(write=False)
        return x

    return Net(Layer(draw(3, 4), draw(4)), draw(4), Layer(draw(4, 2), draw(2)))


WHERES: list[tuple[Any, list[str]]] = [
    ("*weight", ["first.weight", "last.weight"]),
    ("*bias", ["first.bias", "last.bias"]),
    ("first.*", ["first.weight", "first.bias"]),
    (lambda path: path == "last.bias", ["last.bias"]),
]


@pytest.mark.parametrize(("where", "chosen"), WHERES)
@pytest.mark.parametrize(("kind", "power"), [(l1, 1), (l2, 2)])
def test_value_and_gradient_at_what_is_chosen(kind: Any, power: int, where: Any, chosen: list[str]) -> None:
    params = net()
    value, grads = kind(0.3, where=where)(params)
    assert type(value) is float
    assert value == pytest.approx(0.3 * sum((np.abs(tree.get(params, path)) ** power).sum() for path in chosen))
    for path, gradient in tree.leaves_with_paths(grads, trained_only=True):
        w = tree.get(params, path)
        expected = 0.3 * power * np.sign(w) * np.abs(w) ** (power - 1) if path in chosen else 0 * w
        np.testing.assert_allclose(gradient, expected)


def test_the_gradient_is_the_derivative_of_the_value() -> None:
    params, h = net(), 1e-6
    penalty = l1(0.2) + l2(0.3) + l2(0.1, where="*bias")
    _, grads = penalty(params)
    for path, leaf in tree.leaves_with_paths(params, trained_only=True):
        for index in np.ndindex(leaf.shape):
            step = np.zeros_like(leaf)
            step[index] = h
            above, below = (penalty(tree.set(params, path, leaf + sign * step))[0] for sign in (1, -1))
            assert tree.get(grads, path)[index] == pytest.approx((above - below) / (2 * h), abs=1e-8)


def test_figures_of_the_book() -> None:
    # weights and biases have strengths of their own, and nothing is divided by their number
    layer = Layer(np.array([[0.2, 0.8, -0.5, 1.0]]), np.array([2.0, -3.0]))
    value, grads = (l1(0.1) + l1(0.2, where="*bias") + l2(0.5) + l2(0.25, where="*bias"))(layer)
    assert value == pytest.approx(0.1 * 2.5 + 0.2 * 5 + 0.5 * 1.93 + 0.25 * 13)
    np.testing.assert_allclose(grads.weight, [[0.1 + 0.2, 0.1 + 0.8, -0.1 - 0.5, 0.1 + 1.0]])
    np.testing.assert_allclose(grads.bias, [0.2 + 1.0, -0.2 - 1.5])


def test_the_subgradient_at_0_is_0() -> None:
    _, grads = l1(0.5)(Layer(np.array([[0.0, -0.0, 1.0]]), np.zeros(1)))
    np.testing.assert_array_equal(grads.weight, [[0.0, 0.0, 0.5]])


def test_a_sum_is_the_sum_of_its_terms() -> None:
    params, a, b = net(), l1(0.2), l2(0.3, where="first.*")
    value, grads = (a + b)(params)
    (value_a, grads_a), (value_b, grads_b) = a(params), b(params)
    assert value == pytest.approx(value_a + value_b)
    for path, gradient in tree.leaves_with_paths(grads, trained_only=True):
        np.testing.assert_allclose(gradient, tree.get(grads_a, path) + tree.get(grads_b, path))
    with pytest.raises(TypeError):
        a + 1  # type: ignore[operator]  # wrong on purpose


def test_buffers_stay_as_they_are_and_inputs_unchanged() -> None:
    params = net()
    before = tree.copy(params)
    _, grads = (l1(0.2) + l2(0.3))(params)
    assert grads.running is params.running
    assert tree.equal(params, before)
    total = tree.add(net(), grads)  # as a training step adds it to the gradient of the loss
    np.testing.assert_array_equal(total.first.bias, params.first.bias)
    assert not np.shares_memory(grads.first.weight, params.first.weight)


def test_float32_stays() -> None:
    value, grads = (l1(0.2) + l2(0.3))(net(np.float32))
    assert {leaf.dtype for leaf in tree.leaves(grads)} == {np.dtype(np.float32)}
    assert value == pytest.approx((l1(0.2) + l2(0.3))(net())[0], rel=1e-5)


def test_leaves_that_are_not_contiguous() -> None:
    w = np.arange(12.0).reshape(3, 4)
    for penalty in (l1(0.5), l2(0.5)):
        value, grads = penalty({"weight": w.T[::2]})
        expected, expected_grads = penalty({"weight": w.T[::2].copy()})
        assert value == expected
        np.testing.assert_array_equal(grads["weight"], expected_grads["weight"])


def test_a_pattern_that_chooses_nothing() -> None:
    with pytest.raises(StructureError) as caught:
        (l1(0.1) + l2(0.2, where="*scale"))(net())
    assert str(caught.value) == (
        "l2(0.2, where='*scale'): expected '*scale' to choose at least one parameter, got none. "
        "Paths: first.weight, first.bias, last.weight, last.bias."
    )


def test_a_buffer_is_no_parameter_to_choose() -> None:
    with pytest.raises(StructureError):
        l2(0.2, where="running")(net())


@pytest.mark.parametrize("strength", [-1.0, math.inf, math.nan])
def test_bad_strengths(strength: float) -> None:
    for kind in (l1, l2):
        with pytest.raises(HyperparameterError, match=rf"{kind.__name__}: expected strength in \[0, inf\), got"):
            kind(strength)


def test_strength_0_is_no_penalty() -> None:
    value, grads = l2(0.0)(net())
    assert value == 0
    assert not any(leaf.any() for leaf in tree.trained_leaves(grads))


def test_its_text() -> None:
    penalty: Penalty = l1(1e-4) + l2(0.5, where="*bias")
    assert repr(penalty) == "l1(0.0001) + l2(0.5, where='*bias')"


def test_a_parameter_of_rank_zero() -> None:
    params = {"weight": np.array(-2.0, np.float32)}
    value, grads = (l1(0.5) + l2(0.25))(params)
    assert value == 2.0
    assert isinstance(grads["weight"], np.ndarray)
    assert grads["weight"].dtype == np.float32
    assert grads["weight"] == -1.5


def test_integers_are_no_parameters() -> None:
    with pytest.raises(DtypeError, match=r"^weight: expected parameter as a float32 or float64 array, got int64"):
        l1(0.5)({"weight": np.ones(3, int)})
