"""Padding and up-sampling: beside NumPy's own, and the gradients beside the transposed map."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fnn.errors import HyperparameterError, ShapeError
from fnn.ops import (
    pad_backward,
    pad_forward,
    upsample_linear_backward,
    upsample_linear_forward,
    upsample_nearest_backward,
    upsample_nearest_forward,
)
from fnn.ops.pad import PadMode

quick = settings(deadline=None, max_examples=50)
MODES: list[PadMode] = ["constant", "edge", "reflect", "wrap"]
side = st.integers(0, 3)


@given(st.sampled_from(MODES), st.tuples(side, side), st.tuples(side, side), st.integers(4, 6), st.integers(4, 5))
@quick
def test_padding_is_numpys(
    mode: PadMode, vertical: tuple[int, int], horizontal: tuple[int, int], height: int, width: int
) -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, height, width, 3))
    y, cache = pad_forward(x, padding=(vertical, horizontal), mode=mode)
    assert np.array_equal(y, np.pad(x, ((0, 0), vertical, horizontal, (0, 0)), mode))
    z = rng.standard_normal(y.shape)
    assert np.vdot(y, z) == pytest.approx(np.vdot(x, pad_backward(z, cache)), rel=1e-10, abs=1e-10)


def test_other_constants() -> None:
    y, _ = pad_forward(np.zeros((1, 1, 1), np.float32), padding=(2, 1), value=-np.inf)
    assert y.ravel().tolist() == [-np.inf, -np.inf, 0, -np.inf]
    assert y.dtype == np.float32


def test_padding_of_nothing_is_a_copy() -> None:
    x = np.ones((1, 2, 2, 1))
    for mode in MODES:
        y, cache = pad_forward(x, padding=0, mode=mode)
        assert np.array_equal(y, x)
        assert not np.shares_memory(y, x)
        assert not np.shares_memory(pad_backward(y, cache), y)


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4), st.integers(1, 4))
@quick
def test_upsampling_and_its_adjoint(height: int, width: int, down: int, across: int) -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, height, width, 3))
    nearest, factors = upsample_nearest_forward(x, factor=(down, across))
    assert np.array_equal(nearest, x.repeat(down, axis=1).repeat(across, axis=2))
    linear, matrices = upsample_linear_forward(x, factor=(down, across))
    at = [((np.arange(f * s) + 0.5) / f - 0.5).clip(0, s - 1) for f, s in ((down, height), (across, width))]
    expected = np.apply_along_axis(lambda values: np.interp(at[0], np.arange(height), values), 1, x)
    expected = np.apply_along_axis(lambda values: np.interp(at[1], np.arange(width), values), 2, expected)
    np.testing.assert_allclose(linear, expected, rtol=1e-12, atol=1e-13)
    z = rng.standard_normal(nearest.shape)
    for y, back in ((nearest, upsample_nearest_backward(z, factors)), (linear, upsample_linear_backward(z, matrices))):
        assert np.vdot(y, z) == pytest.approx(np.vdot(x, back), rel=1e-10, abs=1e-10)


def test_interpolation_of_a_constant_and_of_a_slope() -> None:
    assert (upsample_linear_forward(np.full((1, 3, 4, 1), 2.5), factor=3)[0] == 2.5).all()
    slope, _ = upsample_linear_forward(np.arange(5.0)[None, :, None], factor=2)
    np.testing.assert_allclose(np.diff(slope.ravel())[1:-1], 0.5, rtol=1e-12)
    assert slope.ravel()[[0, -1]].tolist() == [0, 4]


def test_factor_of_one_changes_nothing() -> None:
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 2))
    assert np.array_equal(upsample_linear_forward(x, factor=1)[0], x)
    assert np.array_equal(upsample_nearest_forward(x, factor=1)[0], x)


# --- errors ---


def test_too_short_to_be_reflected_or_wrapped() -> None:
    x = np.ones((1, 3, 2, 1))
    with pytest.raises(ShapeError, match=r"^pad: expected a width of at least 3 to reflect 2, got 2\."):
        pad_forward(x, padding=2, mode="reflect")
    with pytest.raises(ShapeError, match=r"^pad: expected a height of at least 4 to wrap 4, got 3\."):
        pad_forward(x, padding=(4, 1), mode="wrap")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"padding": 1, "mode": "mirror"}, r"mode as one of 'constant', 'edge', 'reflect', 'wrap', got 'mirror'\."),
        ({"padding": "same"}, r"padding in numbers, got 'same'\."),
        ({"padding": (1, 2, 3)}, r"padding as .* or a tuple of 2, each a number or a pair .* got \(1, 2, 3\)\."),
    ],
)
def test_padding_that_means_nothing(options: dict[str, Any], message: str) -> None:
    with pytest.raises(HyperparameterError, match=f"^pad: expected {message}"):
        pad_forward(np.ones((1, 3, 3, 1)), **options)


@pytest.mark.parametrize(
    ("place", "op", "options"),
    [
        ("pad", pad_forward, {"padding": 1}),
        ("upsample_linear", upsample_linear_forward, {"factor": 2}),
        ("upsample_nearest", upsample_nearest_forward, {"factor": 2}),
    ],
)
def test_no_axes_of_space(place: str, op: Any, options: dict[str, Any]) -> None:
    message = rf"^{place}: expected x of shape \(batch, \*space, channels\), got shape \(3, 3\)\."
    with pytest.raises(ShapeError, match=message):
        op(np.ones((3, 3)), **options)


@pytest.mark.parametrize("op", [upsample_linear_forward, upsample_nearest_forward])
def test_factors_that_mean_nothing(op: Any) -> None:
    for factor in (0, 1.5, (2, 2, 2)):
        with pytest.raises(HyperparameterError, match="factor as an integer of at least 1, or a tuple of 2, got"):
            op(np.ones((1, 3, 3, 1)), factor=factor)
