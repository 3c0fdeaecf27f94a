"""Initializers: statistics, bounds, orthogonality, determinism and errors."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fnn import Initializer, Key, initializers
from fnn.errors import HyperparameterError, ShapeError
from fnn.initializers import (
    constant,
    fans,
    glorot_normal,
    glorot_uniform,
    he_normal,
    he_uniform,
    lecun_normal,
    lecun_uniform,
    normal,
    ones,
    orthogonal,
    uniform,
    zeros,
)

WEIGHT = (120, 200)
KERNEL = (3, 5, 8, 200)  # the same fan_in; fan_out is 3000

# The variance for each of the two shapes.
SCALED: dict[str, tuple[Initializer, float, float]] = {
    "he_normal": (he_normal, 2 / 120, 2 / 120),
    "he_uniform": (he_uniform, 2 / 120, 2 / 120),
    "glorot_normal": (glorot_normal, 2 / 320, 2 / 3120),
    "glorot_uniform": (glorot_uniform, 2 / 320, 2 / 3120),
    "lecun_normal": (lecun_normal, 1 / 120, 1 / 120),
    "lecun_uniform": (lecun_uniform, 1 / 120, 1 / 120),
}
ALL: dict[str, Initializer] = {
    **{name: initializer for name, (initializer, _, _) in SCALED.items()},
    "zeros": zeros,
    "ones": ones,
    "constant": constant(-0.5),
    "normal": normal(0.3),
    "uniform": uniform(-1.0, 3.0),
    "orthogonal": orthogonal(),
}
RANDOM = [name for name in ALL if name not in ("zeros", "ones", "constant")]


@pytest.mark.parametrize("shape", [WEIGHT, KERNEL])
@pytest.mark.parametrize("name", SCALED)
def test_variance(name: str, shape: tuple[int, ...]) -> None:
    initializer, of_weight, of_kernel = SCALED[name]
    expected = of_weight if shape == WEIGHT else of_kernel
    values = initializer(Key(4), shape).astype(np.float64)
    spread = math.sqrt(2 / values.size)  # of the variance of so many normal numbers, relatively; uniform ones have less
    assert values.var() == pytest.approx(expected, rel=4 * spread)
    assert abs(values.mean()) < 4 * math.sqrt(expected / values.size)


@pytest.mark.parametrize("name", [name for name in SCALED if name.endswith("uniform")])
def test_uniform_numbers_fill_their_interval(name: str) -> None:
    initializer, variance, _ = SCALED[name]
    bound = math.sqrt(3 * variance)
    values = initializer(Key(4), WEIGHT)
    assert -bound * 1.000001 <= values.min() < -0.999 * bound
    assert 0.999 * bound < values.max() <= bound * 1.000001


@pytest.mark.parametrize("name", [name for name in SCALED if name.endswith("normal")])
def test_normal_numbers_are_normal(name: str) -> None:
    initializer, variance, _ = SCALED[name]
    values = initializer(Key(4), WEIGHT).astype(np.float64) / math.sqrt(variance)
    assert (np.abs(values) < 1).mean() == pytest.approx(0.6827, abs=0.01)
    assert (np.abs(values) > 2).mean() == pytest.approx(0.0455, abs=0.006)
    assert (values**4).mean() == pytest.approx(3, abs=0.2)


def test_he_keeps_the_mean_square_through_relu_layers() -> None:
    x = np.random.default_rng(0).standard_normal((200, 300)).astype(np.float32)
    start = float((x**2).mean())
    for layer in range(10):
        x = np.maximum(x @ he_normal(Key(layer), (300, 300)), 0)
    assert 0.4 < float((x**2).mean()) / start < 2.5


def test_lecun_keeps_the_variance_through_linear_layers() -> None:
    x = np.random.default_rng(0).standard_normal((200, 300)).astype(np.float32)
    for layer in range(10):
        x = x @ lecun_uniform(Key(layer), (300, 300))
    assert 0.7 < float(x.var()) < 1.4


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("shape", [(4, 3), (3, 4), (3, 3, 2, 4), (1, 1)])
def test_shape_and_dtype(name: str, shape: tuple[int, ...]) -> None:
    values = ALL[name](Key(0), shape)
    assert values.shape == shape
    assert values.dtype == np.float32
    assert values.flags.c_contiguous
    assert np.isfinite(values).all()


@pytest.mark.parametrize("name", RANDOM)
def test_key_decides(name: str) -> None:
    values = ALL[name](Key(0), (4, 3))
    assert values.tobytes() == ALL[name](Key(0), (4, 3)).tobytes()
    assert not np.array_equal(values, ALL[name](Key(1), (4, 3)))
    assert len(np.unique(values)) == 12


def test_global_generator_is_not_touched() -> None:
    before = pickle.dumps(np.random.get_state())  # noqa: NPY002  # the global state, which must stay as it is
    for initializer in ALL.values():
        initializer(Key(0), (4, 3))
    assert pickle.dumps(np.random.get_state()) == before  # noqa: NPY002  # the global state, which must stay as it is


def test_constants() -> None:
    assert zeros(Key(0), (3,)).tolist() == [0, 0, 0]
    assert ones(Key(0), (3,)).tolist() == [1, 1, 1]
    assert constant(2.5)(Key(0), (2, 1)).tolist() == [[2.5], [2.5]]


def test_normal_and_uniform() -> None:
    values = normal(0.3)(Key(0), (20_000,)).astype(np.float64)
    assert values.std() == pytest.approx(0.3, rel=0.02)
    assert abs(values.mean()) < 0.01
    assert not normal(0)(Key(0), (5,)).any()
    assert normal()(Key(0), WEIGHT).std() == pytest.approx(0.01, rel=0.02)
    spread = uniform(-1, 3)(Key(0), (20_000,)).astype(np.float64)
    assert spread.mean() == pytest.approx(1, abs=0.03)
    assert spread.var() == pytest.approx(16 / 12, rel=0.03)
    assert spread.min() >= -1
    assert spread.max() <= 3


# --- orthogonal ---


@given(st.integers(1, 12), st.integers(1, 12), st.floats(0.1, 3), st.integers(0, 10**6))
@settings(deadline=None, max_examples=50)
def test_orthogonal_rows_or_columns(rows: int, columns: int, gain: float, seed: int) -> None:
    w = orthogonal(gain)(Key(seed), (rows, columns)).astype(np.float64)
    gram = w.T @ w if rows >= columns else w @ w.T
    np.testing.assert_allclose(gram, gain**2 * np.eye(min(rows, columns)), atol=2e-6 * gain**2)


def test_orthogonal_kernel() -> None:
    w = orthogonal()(Key(0), (3, 3, 4, 10)).reshape(36, 10)
    np.testing.assert_allclose(w.T @ w, np.eye(10), atol=1e-6)


def test_orthogonal_matrices_are_not_biased_towards_one_orientation() -> None:
    draws = np.stack([orthogonal()(Key(seed), (2, 2)) for seed in range(600)]).astype(np.float64)
    assert np.abs(draws.mean(axis=0)).max() < 0.12  # a bare QR leaves the first entry with a mean of -0.64
    assert (np.linalg.det(draws) > 0).mean() == pytest.approx(0.5, abs=0.08)


# --- fans and errors ---


def test_fans() -> None:
    assert fans((5, 7), "x") == (5, 7)
    assert fans((3, 5, 7), "x") == (15, 21)
    assert fans((3, 3, 5, 7), "x") == (45, 63)


@pytest.mark.parametrize("name", [*SCALED, "orthogonal"])
def test_shapes_without_fans(name: str) -> None:
    with pytest.raises(ShapeError) as caught:
        ALL[name](Key(0), (5,))
    assert str(caught.value) == (
        f"initializers.{name}: expected a weight of shape (..., inputs, outputs), got shape (5,). "
        "For a vector take zeros, constant, normal or uniform."
    )
    with pytest.raises(ShapeError, match=rf"^initializers\.{name}: .* got shape \(0, 5\)\. No axis may be empty\."):
        ALL[name](Key(0), (0, 5))


@pytest.mark.parametrize("value", [-1.0, float("inf"), float("nan")])
def test_options_out_of_range(value: float) -> None:
    with pytest.raises(HyperparameterError, match=r"^initializers\.normal: expected std in \[0, inf\), got"):
        normal(value)
    with pytest.raises(HyperparameterError, match=r"^initializers\.orthogonal: expected gain in \(0, inf\), got"):
        orthogonal(value)
    if not math.isfinite(value):
        with pytest.raises(HyperparameterError, match=r"^initializers\.constant: expected value in \(-inf, inf\), got"):
            constant(value)


@pytest.mark.parametrize(("low", "high"), [(1.0, 1.0), (2.0, 1.0), (-math.inf, 0.0), (0.0, math.inf), (math.nan, 1.0)])
def test_uniform_out_of_range(low: float, high: float) -> None:
    with pytest.raises(HyperparameterError) as caught:
        uniform(low, high)
    assert str(caught.value) == (
        f"initializers.uniform: expected finite low < high, got low={low!r} and high={high!r}."
    )


def test_every_initializer_is_tested_here() -> None:
    public = {
        name
        for name, value in vars(initializers).items()
        if getattr(value, "__module__", "") == "fnn.initializers" and callable(value) and name[0] != "_"
    }
    assert public - {"blocks", "fans", "Initializer"} == set(ALL)
