"""The activations that came after the book's: PyTorch's figures, identities, limits, kinks, and options."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import fnn
from fnn import ops
from fnn.arrays import Array
from fnn.errors import HyperparameterError, ShapeError
from fnn.ops.selu import ALPHA, SCALE

X = arrays(np.float64, (3, 6), elements=st.floats(-1000, 1000))
quick = settings(deadline=None, max_examples=50)

Pair = tuple[Callable[..., tuple[Array, Any]], Callable[[Array, Any], Any]]

OPS: dict[str, Pair] = {
    "celu": (ops.celu_forward, ops.celu_backward),
    "celu(alpha=2.5)": (partial(ops.celu_forward, alpha=2.5), ops.celu_backward),
    "geglu": (ops.geglu_forward, ops.geglu_backward),
    "glu": (ops.glu_forward, ops.glu_backward),
    "hard_sigmoid": (ops.hard_sigmoid_forward, ops.hard_sigmoid_backward),
    "hard_swish": (ops.hard_swish_forward, ops.hard_swish_backward),
    "hard_tanh": (ops.hard_tanh_forward, ops.hard_tanh_backward),
    "hard_tanh(0, 6)": (partial(ops.hard_tanh_forward, low=0, high=6), ops.hard_tanh_backward),
    "maxout": (partial(ops.maxout_forward, pieces=2), ops.maxout_backward),
    "mish": (ops.mish_forward, ops.mish_backward),
    "selu": (ops.selu_forward, ops.selu_backward),
    "softsign": (ops.softsign_forward, ops.softsign_backward),
    "swiglu": (ops.swiglu_forward, ops.swiglu_backward),
}


# --- the same values and derivatives as PyTorch's ---

with np.load(Path(__file__).parents[1] / "fixtures" / "activations.npz") as file:
    FIGURES: dict[str, Array] = dict(file)


def figures(name: str, *what: str) -> list[Array]:
    return [FIGURES[f"{name}.{part}"] for part in what]


def test_all_figures_are_looked_at() -> None:
    assert {name.rsplit(".", 1)[0] for name in FIGURES} == {*OPS, "prelu"}


@pytest.mark.parametrize("name", OPS)
def test_figures_of_pytorch(name: str) -> None:
    x, y, dy, dx = figures(name, "x", "y", "dy", "dx")
    forward, backward = OPS[name]
    got, cache = forward(x)
    np.testing.assert_allclose(got, y, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(backward(dy, cache), dx, rtol=1e-12, atol=1e-13)


def test_figures_of_pytorch_for_prelu() -> None:
    x, slope, y, dy, dx, dslope = figures("prelu", "x", "slope", "y", "dy", "dx", "dslope")
    got, cache = ops.prelu_forward(x, slope)
    np.testing.assert_allclose(got, y, rtol=1e-13)
    got_dx, got_dslope = ops.prelu_backward(dy, cache)
    np.testing.assert_allclose(got_dx, dx, rtol=1e-13)
    np.testing.assert_allclose(got_dslope, dslope, rtol=1e-12)


# --- far out, and at the kinks ---

# For x far to the left and far to the right: y as a factor of x and a constant, and the slope.
LIMITS: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "celu": ((0, -1, 0), (1, 0, 1)),
    "celu(alpha=2.5)": ((0, -2.5, 0), (1, 0, 1)),
    "hard_sigmoid": ((0, 0, 0), (0, 1, 0)),
    "hard_swish": ((0, 0, 0), (1, 0, 1)),
    "hard_tanh": ((0, -1, 0), (0, 1, 0)),
    "mish": ((0, 0, 0), (1, 0, 1)),
    "selu": ((0, -SCALE * ALPHA, 0), (SCALE, 0, SCALE)),
    "softsign": ((0, -1, 0), (0, 1, 0)),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", LIMITS)
def test_limits_without_overflow_or_warning(name: str, dtype: type[np.float32 | np.float64]) -> None:
    forward, backward = OPS[name]
    largest = float(np.finfo(dtype).max)
    for size in (1000.0, largest if name != "selu" else largest / 2):
        for x, (factor, constant, slope) in zip((-size, size), LIMITS[name], strict=True):
            y, cache = forward(np.array([x], dtype))
            assert y.item() == pytest.approx(factor * x + constant, rel=2e-3 if name == "softsign" else 1e-6)
            assert backward(np.ones(1, dtype), cache).item() == pytest.approx(slope, rel=1e-6, abs=1e-5)


def test_what_leaves_the_range_of_the_dtype_does_so_without_a_warning() -> None:
    largest = np.array([np.finfo(np.float32).max], np.float32)
    assert ops.selu_forward(largest)[0].item() == math.inf
    assert ops.hard_sigmoid_forward(-largest, slope=5.0)[0].item() == 0
    assert ops.celu_forward(-largest, alpha=0.1)[0].item() == pytest.approx(-0.1)


@pytest.mark.parametrize("name", OPS)
def test_not_a_number_stays_visible(name: str) -> None:
    assert np.isnan(OPS[name][0](np.full(4, np.nan))[0]).all()


def test_derivatives_taken_at_the_kinks() -> None:
    expected = {
        "celu(alpha=2.5)": {0.0: 1.0},
        "hard_sigmoid": {-3.0: 0.0, 3.0: 0.0},
        "hard_swish": {-3.0: 0.0, 3.0: 1.0},
        "hard_tanh": {-1.0: 0.0, 1.0: 0.0},
        "selu": {0.0: SCALE * ALPHA},
    }
    for name, slopes in expected.items():
        forward, backward = OPS[name]
        _, cache = forward(np.array([*slopes]))
        np.testing.assert_allclose(backward(np.ones(len(slopes)), cache), [*slopes.values()], rtol=1e-15)
    dx, dslope = ops.prelu_backward(np.ones(1), ops.prelu_forward(np.zeros(1), np.array([0.25]))[1])
    assert (dx.item(), dslope.item()) == (0.25, 0.0)


def test_ties_in_maxout_go_to_the_first() -> None:
    y, cache = ops.maxout_forward(np.array([[2.0, 2.0, 1.0, 0.0, 3.0, 3.0]]), pieces=3)
    assert y.tolist() == [[2.0, 3.0]]
    assert ops.maxout_backward(np.array([[10.0, 20.0]]), cache).tolist() == [[10.0, 0.0, 0.0, 0.0, 20.0, 0.0]]


def test_least_values() -> None:
    x = np.linspace(-4, 0, 40001)
    mish, _ = ops.mish_forward(x)
    assert mish.min() == pytest.approx(-0.30884, abs=1e-5)
    assert x[mish.argmin()] == pytest.approx(-1.1924, abs=2e-4)
    assert ops.hard_swish_forward(x)[0].min() == -0.375


def test_left_tails_keep_their_digits() -> None:
    x = np.array([-40.0])
    assert ops.mish_forward(x)[0].item() == pytest.approx(-40 * math.exp(-40), rel=1e-14)
    assert ops.celu_forward(np.array([-1e-12]), alpha=3.0)[0].item() == pytest.approx(-1e-12, rel=1e-11)
    far = np.array([1e7], np.float32)
    assert ops.softsign_backward(np.ones(1, np.float32), ops.softsign_forward(far)[1]).item() == pytest.approx(1e-14)


# --- identities ---


def test_the_constants_of_selu_keep_mean_and_variance() -> None:
    """Gauss and Hermite's quadrature on each side of the kink would do; a fine midpoint rule does, too."""
    edges = np.linspace(-12, 12, 2_400_001)
    x = (edges[1:] + edges[:-1]) / 2
    density = np.exp(-x * x / 2) / math.sqrt(2 * math.pi) * (edges[1] - edges[0])
    y, _ = ops.selu_forward(x)
    assert (y * density).sum() == pytest.approx(0, abs=1e-10)
    assert (y * y * density).sum() == pytest.approx(1, abs=1e-10)


def test_selu_keeps_a_deep_net_at_its_fixed_point() -> None:
    x: Array = fnn.Key(0).rng().standard_normal((500, 256), np.float32)
    for i in range(12):
        x = ops.selu_forward(x @ fnn.initializers.lecun_normal(fnn.Key(i), (256, 256)))[0]
    assert abs(float(x.mean())) < 0.1
    assert float(x.var()) == pytest.approx(1, abs=0.2)


@given(X, st.floats(0.1, 10))
@quick
def test_celu_is_elu_stretched(x: Array, alpha: float) -> None:
    np.testing.assert_allclose(
        ops.celu_forward(x, alpha=alpha)[0], alpha * ops.elu_forward(x / alpha)[0], rtol=1e-13, atol=1e-13
    )
    assert np.array_equal(ops.celu_forward(x)[0], ops.elu_forward(x)[0])


@given(X)
@quick
def test_selu_is_elu_scaled(x: Array) -> None:
    np.testing.assert_allclose(ops.selu_forward(x)[0], SCALE * ops.elu_forward(x, alpha=ALPHA)[0], rtol=1e-14)


@given(X)
@quick
def test_hard_functions(x: Array) -> None:
    h, _ = ops.hard_sigmoid_forward(x)
    np.testing.assert_allclose(h, ops.hard_tanh_forward(x + 3, low=0, high=6)[0] / 6, rtol=0, atol=1e-13)
    np.testing.assert_allclose(ops.hard_swish_forward(x)[0], x * h, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(ops.hard_sigmoid_forward(-x)[0], 1 - h, rtol=0, atol=3e-16)
    np.testing.assert_allclose(ops.hard_swish_forward(x)[0] - ops.hard_swish_forward(-x)[0], x, rtol=1e-14, atol=1e-15)


@given(X)
@quick
def test_softsign_is_odd_and_mish_lies_between(x: Array) -> None:
    y, _ = ops.softsign_forward(x)
    assert np.array_equal(ops.softsign_forward(-x)[0], -y)
    assert (np.abs(y) < 1).all()
    mish, _ = ops.mish_forward(x)
    assert (mish >= np.minimum(x, 0) * 0.6).all()
    assert (mish <= np.maximum(x, 0)).all()


@given(X)
@quick
def test_gated_units_are_a_half_times_a_function_of_the_other(x: Array) -> None:
    a, b = x[:, :3], x[:, 3:]
    gates = {"glu": ops.sigmoid_forward, "swiglu": ops.silu_forward, "geglu": ops.gelu_forward}
    for name, gate in gates.items():
        np.testing.assert_allclose(OPS[name][0](x)[0], a * gate(b)[0], rtol=1e-14, atol=1e-300)


@given(X)
@quick
def test_maxout_of_a_line_and_its_leaky_line_is_leaky_relu(x: Array) -> None:
    pairs = np.stack([x, 0.25 * x], axis=-1).reshape(3, 12)
    np.testing.assert_allclose(
        ops.maxout_forward(pairs, pieces=2)[0], ops.leaky_relu_forward(x, slope=0.25)[0], rtol=1e-15
    )


@given(X, st.floats(0.01, 1))
@quick
def test_prelu_is_leaky_relu_with_that_slope(x: Array, slope: float) -> None:
    y, cache = ops.prelu_forward(x, np.array([slope]))
    leaky, leaky_cache = ops.leaky_relu_forward(x, slope=slope)
    assert np.array_equal(y, leaky)
    dx, dslope = ops.prelu_backward(np.ones_like(x), cache)
    assert np.array_equal(dx, ops.leaky_relu_backward(np.ones_like(x), leaky_cache))
    assert dslope.shape == (1,)
    assert dslope.item() == pytest.approx(float(np.minimum(x, 0).sum()), rel=1e-12)


def test_the_gradient_of_a_slope_has_its_shape_whatever_it_is_broadcast_along() -> None:
    x = np.random.default_rng(0).standard_normal((2, 3, 4))
    for shape in ((), (1,), (4,), (3, 1), (1, 4), (2, 1, 1), (2, 3, 4)):
        slope = np.full(shape, 0.5)
        dslope = ops.prelu_backward(np.ones_like(x), ops.prelu_forward(x, slope)[1])[1]
        assert dslope.shape == shape
        assert dslope.sum() == pytest.approx(np.minimum(x, 0).sum())


# --- options and shapes ---


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (partial(ops.celu_forward, alpha=0), "celu: expected alpha in (0, inf), got 0."),
        (partial(ops.selu_forward, alpha=-1.0), "selu: expected alpha in (0, inf), got -1.0."),
        (partial(ops.selu_forward, scale=math.inf), "selu: expected scale in (0, inf), got inf."),
        (partial(ops.hard_sigmoid_forward, slope=0), "hard_sigmoid: expected slope in (0, inf), got 0."),
        (partial(ops.hard_sigmoid_forward, offset=math.nan), "hard_sigmoid: expected offset in (-inf, inf), got nan."),
        (partial(ops.hard_tanh_forward, low=1, high=1), "hard_tanh: expected low below high, got 1 and 1."),
        (partial(ops.maxout_forward, pieces=0), "maxout: expected pieces as an integer of at least 1, got 0."),
        (lambda x: fnn.celu(-1.0), "celu: expected alpha in (0, inf), got -1.0."),
        (lambda x: fnn.hard_tanh(2.0, 1.0), "hard_tanh: expected low below high, got 2.0 and 1.0."),
        (lambda x: fnn.maxout(0), "maxout: expected pieces as an integer of at least 1, got 0."),
        (lambda x: fnn.prelu(0), "prelu: expected features as an integer of at least 1, got 0."),
    ],
)
def test_options_without_meaning(call: Callable[[Array], Any], text: str) -> None:
    with pytest.raises(HyperparameterError) as error:
        call(np.ones(6))
    assert str(error.value) == text


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            partial(ops.glu_forward, np.ones((2, 3))),
            "glu: expected x of shape (..., n) with n even, got shape (2, 3). One half of the features",
        ),
        (
            partial(ops.maxout_forward, np.ones((2, 4)), pieces=3),
            "maxout: expected x of shape (..., n) with n a multiple of 3, got shape (2, 4).",
        ),
        (
            partial(ops.prelu_forward, np.ones((2, 4)), np.ones(3)),
            "prelu: expected slope that broadcasts to x of shape (2, 4), got shape (3,).",
        ),
        (
            partial(ops.prelu_forward, np.ones(4), np.ones((2, 4))),
            "prelu: expected slope that broadcasts to x of shape (4,), got shape (2, 4).",
        ),
        (
            partial(fnn.swiglu, np.ones((2, 5), np.float32)),
            "swiglu: expected input of shape (batch, ..., n) with n a multiple of 2, got (batch, 5). Give the layer",
        ),
        (
            partial(fnn.maxout(3), np.ones(6, np.float32)),
            "maxout(3): expected input of shape (batch, ..., n) with n a multiple of 3, got (batch). For a batch",
        ),
        (
            partial(fnn.prelu(3).apply, fnn.PReLU(np.ones(3)), np.ones((2, 4))),
            "prelu(3): expected input of shape (batch, ..., 3), got shape (2, 4). Its last axis must hold 3 features.",
        ),
    ],
)
def test_shapes_that_do_not_fit(call: Callable[[], Any], text: str) -> None:
    with pytest.raises(ShapeError) as error:
        call()
    assert str(error.value).startswith(text)


def test_a_summary_halves_the_features_of_a_gate() -> None:
    model = fnn.dense(4, 12) >> fnn.swiglu >> fnn.prelu(6) >> fnn.maxout(3)
    assert fnn.summary(model, (4,)).output_shape == (2,)
    with pytest.raises(ShapeError, match=r"stage 1 > glu: expected input .* got \(batch, 5\)\. Before it comes"):
        fnn.summary(fnn.dense(4, 5) >> fnn.glu, (4,))


def test_a_prelu_starts_at_a_quarter_and_learns_its_slope() -> None:
    model, optimizer = fnn.prelu(2), fnn.adam(0.05)
    x = np.random.default_rng(0).standard_normal((64, 2)).astype(np.float32)
    target: Array = np.where(x > 0, x, np.array([-0.5, 0.75], np.float32) * x)
    state = fnn.start(model, optimizer, fnn.Key(0))
    assert state.params.slope.tolist() == [0.25, 0.25]
    step = fnn.train_step(model, fnn.mean_squared_error, optimizer)
    end = fnn.final(fnn.fit(step, state, fnn.batches(x, target, batch_size=64), epochs=200))
    np.testing.assert_allclose(end.state.params.slope, [-0.5, 0.75], atol=1e-3)
