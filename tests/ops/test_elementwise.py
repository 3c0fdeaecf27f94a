"""The elementwise ops: identities, limits and extremes."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fnn import ops
from fnn.arrays import Array
from fnn.errors import HyperparameterError

X = arrays(np.float64, (5,), elements=st.floats(-1000, 1000))
quick = settings(deadline=None, max_examples=50)

Forward = Callable[..., tuple[Array, Any]]
Backward = Callable[[Array, Any], Array]

OPS: dict[str, tuple[Forward, Backward]] = {
    "elu": (ops.elu_forward, ops.elu_backward),
    "gelu": (ops.gelu_forward, ops.gelu_backward),
    "gelu_tanh": (ops.gelu_tanh_forward, ops.gelu_tanh_backward),
    "identity": (ops.identity_forward, ops.identity_backward),
    "leaky_relu": (ops.leaky_relu_forward, ops.leaky_relu_backward),
    "relu": (ops.relu_forward, ops.relu_backward),
    "sigmoid": (ops.sigmoid_forward, ops.sigmoid_backward),
    "silu": (ops.silu_forward, ops.silu_backward),
    "softplus": (ops.softplus_forward, ops.softplus_backward),
    "step": (ops.step_forward, ops.step_backward),
    "tanh": (ops.tanh_forward, ops.tanh_backward),
}

# For x far to the left and far to the right: y as a factor of x and a constant, and the slope.
LIMITS: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "elu": ((0, -1, 0), (1, 0, 1)),
    "gelu": ((0, 0, 0), (1, 0, 1)),
    "gelu_tanh": ((0, 0, 0), (1, 0, 1)),
    "identity": ((1, 0, 1), (1, 0, 1)),
    "leaky_relu": ((0.01, 0, 0.01), (1, 0, 1)),
    "relu": ((0, 0, 0), (1, 0, 1)),
    "sigmoid": ((0, 0, 0), (0, 1, 0)),
    "silu": ((0, 0, 0), (1, 0, 1)),
    "softplus": ((0, 0, 0), (1, 0, 1)),
    "step": ((0, 0, 0), (0, 1, 0)),
    "tanh": ((0, -1, 0), (0, 1, 0)),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", OPS)
def test_limits_without_overflow_or_warning(name: str, dtype: type[np.float32 | np.float64]) -> None:
    forward, backward = OPS[name]
    for size in (1000.0, float(np.finfo(dtype).max)):
        for x, (factor, constant, slope) in zip((-size, size), LIMITS[name], strict=True):
            y, cache = forward(np.array([x], dtype))
            assert y.item() == pytest.approx(factor * x + constant, rel=1e-6)
            assert backward(np.ones(1, dtype), cache).item() == pytest.approx(slope, rel=1e-6)


@pytest.mark.parametrize("name", [name for name in OPS if name != "identity"])
def test_not_a_number_stays_visible(name: str) -> None:
    assert np.isnan(OPS[name][0](np.array([np.nan]))[0]).all()


def test_derivatives_taken_at_the_kinks() -> None:
    zero = np.zeros(1)
    expected = {"relu": 0.0, "leaky_relu": 0.01, "elu": 1.0, "step": 0.0}
    for name, slope in expected.items():
        forward, backward = OPS[name]
        assert backward(np.ones(1), forward(zero)[1]).item() == slope
    assert ops.elu_backward(np.ones(1), ops.elu_forward(zero, alpha=2.5)[1]).item() == 2.5


# --- identities ---


@given(X)
@quick
def test_sigmoid_is_symmetric_about_one_half(x: Array) -> None:
    y, mirrored = ops.sigmoid_forward(x)[0], ops.sigmoid_forward(-x)[0]
    np.testing.assert_allclose(mirrored, 1 - y, rtol=0, atol=2e-16)


def test_left_tail_of_sigmoid_keeps_its_digits() -> None:
    assert ops.sigmoid_forward(np.array([-40.0]))[0].item() == pytest.approx(math.exp(-40), rel=1e-15, abs=0)
    assert ops.sigmoid_forward(np.array([-700.0]))[0].item() == pytest.approx(math.exp(-700), rel=1e-13, abs=0)


@given(X)
@quick
def test_tanh_is_a_stretched_sigmoid(x: Array) -> None:
    np.testing.assert_allclose(ops.tanh_forward(x)[0], 2 * ops.sigmoid_forward(2 * x)[0] - 1, rtol=0, atol=5e-16)


@given(X)
@quick
def test_softplus(x: Array) -> None:
    y, cache = ops.softplus_forward(x)
    mirrored, _ = ops.softplus_forward(-x)
    np.testing.assert_allclose(y - mirrored, x, rtol=1e-14, atol=1e-15)
    slope = ops.softplus_backward(np.ones(5), cache)
    np.testing.assert_allclose(slope, ops.sigmoid_forward(x)[0], rtol=1e-12, atol=1e-300)
    assert (y >= np.maximum(x, 0)).all()


@given(X)
@quick
def test_what_is_a_multiple_of_the_input(x: Array) -> None:
    """x f(x) - (-x) f(-x) = x (f(x) + f(-x)) = x for every f that is symmetric about (0, 1/2)."""
    for name in ("gelu", "gelu_tanh", "silu"):
        forward, _ = OPS[name]
        np.testing.assert_allclose(forward(x)[0] - forward(-x)[0], x, rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(ops.silu_forward(x)[0], x * ops.sigmoid_forward(x)[0], rtol=1e-15)


def test_gelu_approximation_is_as_near_as_its_page_says() -> None:
    x = np.linspace(-10, 10, 20001)
    distance = np.abs(ops.gelu_forward(x)[0] - ops.gelu_tanh_forward(x)[0]).max()
    assert 4e-4 < distance < 5e-4


def test_left_tail_of_gelu_keeps_its_digits() -> None:
    assert ops.gelu_forward(np.array([-10.0]))[0].item() == pytest.approx(-7.619853024160527e-23, rel=1e-12, abs=0)


def test_least_values() -> None:
    x = np.linspace(-3, 0, 30001)
    assert ops.gelu_forward(x)[0].min() == pytest.approx(-0.17, abs=5e-4)
    assert ops.silu_forward(x)[0].min() == pytest.approx(-0.2785, abs=1e-4)


@given(X)
@quick
def test_relu_family(x: Array) -> None:
    relu, _ = ops.relu_forward(x)
    leaky, _ = ops.leaky_relu_forward(x, slope=0.25)
    assert np.array_equal(relu, (x + np.abs(x)) / 2)
    np.testing.assert_allclose(leaky, relu + 0.25 * (x - relu), rtol=1e-15)
    assert np.array_equal(ops.leaky_relu_forward(x, slope=1)[0], x)


def test_elu_keeps_the_digits_of_small_inputs() -> None:
    x = np.array([-1e-12])
    assert ops.elu_forward(x)[0].item() == pytest.approx(-1e-12, rel=1e-11, abs=0)
    assert ops.elu_forward(x, alpha=3.0)[0].item() == pytest.approx(-3e-12, rel=1e-11, abs=0)


def test_identity_makes_no_copy() -> None:
    x = np.ones(3)
    assert ops.identity_forward(x)[0] is x


@given(X)
@quick
def test_step(x: Array) -> None:
    y, cache = ops.step_forward(x)
    assert np.array_equal(y, (x > 0).astype(np.float64))
    assert not ops.step_backward(x, cache).any()


# --- options ---


@pytest.mark.parametrize("slope", [0, -0.1, 1.1, float("nan")])
def test_slope_out_of_range(slope: float) -> None:
    with pytest.raises(HyperparameterError, match=rf"^leaky_relu: expected slope in \(0, 1\], got {slope!r}"):
        ops.leaky_relu_forward(np.ones(1), slope=slope)


@pytest.mark.parametrize("alpha", [0, -1.0, float("inf"), float("nan")])
def test_alpha_out_of_range(alpha: float) -> None:
    with pytest.raises(HyperparameterError, match=rf"^elu: expected alpha in \(0, inf\), got {alpha!r}"):
        ops.elu_forward(np.ones(1), alpha=alpha)


def test_options_take_part_in_the_backward() -> None:
    x = np.array([-2.0, 2.0])
    for forward, backward, slope in (
        (partial(ops.leaky_relu_forward, slope=0.25), ops.leaky_relu_backward, 0.25),
        (partial(ops.elu_forward, alpha=3.0), ops.elu_backward, 3 * math.exp(-2)),
    ):
        np.testing.assert_allclose(backward(np.array([10.0, 10.0]), forward(x)[1]), [10 * slope, 10.0], rtol=1e-15)
