from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from fnn.arrays import Array
from fnn.errors import HyperparameterError
from fnn.optim import ClipState, chain, clip_by_global_norm, clip_by_value, global_norm, sgd


def clipped(maximum: float, grads: list[Array]) -> tuple[list[Array], float]:
    new, _, state = clip_by_global_norm(maximum).step(grads, ClipState(), grads, list)
    return list(new), state.norm


many = st.lists(arrays(np.float64, array_shapes(max_dims=2, max_side=4), elements=st.floats(-1e6, 1e6)), max_size=4)


@given(many, st.floats(1e-3, 1e3))
@settings(deadline=None, max_examples=50)
def test_the_norm_never_exceeds_the_maximum_and_the_direction_is_kept(grads: list[Array], maximum: float) -> None:
    new, norm = clipped(maximum, grads)
    flat, short = (np.concatenate([np.zeros(1), *(g.ravel() for g in group)]) for group in (grads, new))
    assert norm == pytest.approx(float(np.linalg.norm(flat)), rel=1e-12, abs=1e-150)
    assert np.linalg.norm(short) <= maximum * (1 + 1e-12)
    np.testing.assert_allclose(short, flat * min(1.0, maximum / norm if norm else 1.0), rtol=1e-12, atol=1e-300)
    if norm <= maximum:
        assert all(a is b for a, b in zip(grads, new, strict=True))


@pytest.mark.parametrize("scale", [1e-42, 1e-30, 1e-22, 1e-18, 1.0, 1e18, 1e25, 5e37])
def test_squares_that_leave_the_range_of_float32_do_no_harm(scale: float) -> None:
    factor = np.float32(scale)
    grads: list[Array] = [np.array([3, 0], np.float32) * factor, np.array([[4]], np.float32) * factor]
    new, norm = clipped(scale, grads)
    rel = 1e-2 if scale < 1e-38 else 1e-6  # few digits are left in subnormal numbers
    assert norm == pytest.approx(5 * scale, rel=rel)
    np.testing.assert_allclose(np.concatenate([g.ravel() for g in new]) / scale, [0.6, 0, 0.8], rtol=rel)
    assert all(g.dtype == np.float32 for g in new)


def test_gradients_that_are_not_finite_are_passed_on_and_recorded() -> None:
    for bad in (np.nan, np.inf, -np.inf):
        for dtype in (np.float32, np.float64):
            grads: list[Array] = [np.array([1.0, bad], dtype), np.ones(2, dtype)]
            new, norm = clipped(0.5, grads)
            assert all(a is b for a, b in zip(grads, new, strict=True))
            assert math.isnan(norm) if np.isnan(bad) else norm == math.inf
    assert math.isnan(global_norm([np.array([np.inf]), np.array([np.nan])]))
    assert math.isnan(global_norm([np.array([1e30, np.nan], np.float32), np.array([1e30], np.float32)]))


def test_nothing_and_zeros_have_norm_zero() -> None:
    assert global_norm([]) == 0
    assert global_norm([np.zeros(3), np.zeros((0, 2))]) == 0
    assert clipped(1.0, [np.zeros(3)])[1] == 0


def test_an_infinite_maximum_only_records_the_norm() -> None:
    optimizer = chain(clip_by_global_norm(math.inf), sgd(1.0))
    params = (np.zeros(2),)
    new, (state, _) = optimizer.update((np.array([3.0, 4.0]),), optimizer.start(params), params)
    assert new[0].tolist() == [-3.0, -4.0]
    assert state.norm == 5.0
    assert optimizer.start(params)[0].norm == 0.0


@given(arrays(np.float32, 5, elements=st.floats(width=32, allow_nan=True)), st.floats(2**-10, 2**10, width=32))
@settings(deadline=None, max_examples=50)
def test_values_are_brought_into_the_interval(g: Array, maximum: float) -> None:
    (new,), _, _ = clip_by_value(maximum).step([g], None, [g], list)
    assert new.dtype == np.float32
    assert bool(np.all((np.abs(new) <= maximum) | np.isnan(g)))
    np.testing.assert_array_equal(np.isnan(new), np.isnan(g))
    inside = np.abs(g) <= maximum
    np.testing.assert_array_equal(new[inside], g[inside])
    np.testing.assert_array_equal(np.sign(new[~np.isnan(g)]), np.sign(g[~np.isnan(g)]))


@pytest.mark.parametrize("maximum", [0.0, -1.0, math.nan])
def test_maxima_without_meaning_are_refused(maximum: float) -> None:
    for make in (clip_by_value, clip_by_global_norm):
        with pytest.raises(HyperparameterError) as error:
            make(maximum)
        assert str(error.value) == f"{make.__name__}: expected maximum in (0, inf), got {maximum}."
