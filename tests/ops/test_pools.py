"""Pooling, beside loops that write the formulas down: ties, padding, and what is refused."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fnn.arrays import Array
from fnn.errors import HyperparameterError, ShapeError
from fnn.ops import (
    average_pool_backward,
    average_pool_forward,
    global_average_pool_backward,
    global_average_pool_forward,
    global_max_pool_backward,
    global_max_pool_forward,
    max_pool_backward,
    max_pool_forward,
)

quick = settings(deadline=None, max_examples=50)


class Setting(NamedTuple):
    x: Array
    options: dict[str, Any]


@st.composite
def settings_of_all_kinds(draw: st.DrawFn) -> Setting:
    """One or two axes, windows that each meet the input, and few levels, so that there are ties."""
    rank = draw(st.sampled_from([1, 2]))
    size, stride = (tuple(draw(st.integers(1, 3)) for _ in range(rank)) for _ in range(2))
    dilation = tuple(draw(st.integers(1, 2)) for _ in range(rank))
    # a tap in the first or in the last place meets the input, as less padding than the window reaches is on either side
    sides = tuple(
        tuple(draw(st.integers(0, d * (k - 1))) for _ in range(2)) for k, d in zip(size, dilation, strict=True)
    )
    sizes = tuple(d * (k - 1) + draw(st.integers(1, 4)) for k, d in zip(size, dilation, strict=True))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    x = rng.integers(0, draw(st.sampled_from([1, 3, 1000])), (draw(st.integers(1, 2)), *sizes, 2)).astype(np.float64)
    return Setting(x, {"size": size, "stride": stride, "padding": sides, "dilation": dilation})


def windows(s: Setting, p: tuple[int, ...]) -> list[tuple[int, ...]]:
    """The positions of the input that the window at ``p`` meets, in row-major order."""
    found = []
    for t in np.ndindex(*s.options["size"]):
        sides, stride, dilation = s.options["padding"], s.options["stride"], s.options["dilation"]
        q = tuple(b * i + d * j - a[0] for a, b, d, i, j in zip(sides, stride, dilation, p, t, strict=True))
        if all(0 <= i < size for i, size in zip(q, s.x.shape[1:-1], strict=True)):
            found.append(q)
    return found


@given(settings_of_all_kinds())
@quick
def test_maximum_and_who_takes_the_gradient(s: Setting) -> None:
    y, cache = max_pool_forward(s.x, **s.options)
    dy = np.random.default_rng(1).standard_normal(y.shape)
    expected_dx = np.zeros(s.x.shape)
    for n, *p, c in np.ndindex(y.shape):
        values = [s.x[n, *q, c] for q in windows(s, tuple(p))]
        assert y[n, *p, c] == max(values)
        first = windows(s, tuple(p))[values.index(max(values))]
        expected_dx[n, *first, c] += dy[n, *p, c]
    np.testing.assert_allclose(max_pool_backward(dy, cache), expected_dx, rtol=1e-12, atol=1e-13)


@given(settings_of_all_kinds(), st.booleans())
@quick
def test_mean_and_its_shares(s: Setting, count_padding: bool) -> None:
    y, cache = average_pool_forward(s.x, **s.options, count_padding=count_padding)
    dy = np.random.default_rng(1).standard_normal(y.shape)
    expected_dx = np.zeros(s.x.shape)
    for n, *p, c in np.ndindex(y.shape):
        met = windows(s, tuple(p))
        entries = int(np.prod(s.options["size"])) if count_padding else len(met)
        assert y[n, *p, c] == pytest.approx(sum(s.x[n, *q, c] for q in met) / entries, rel=1e-12)
        for q in met:
            expected_dx[n, *q, c] += dy[n, *p, c] / entries
    np.testing.assert_allclose(average_pool_backward(dy, cache), expected_dx, rtol=1e-12, atol=1e-13)


@given(settings_of_all_kinds())
@quick
def test_average_pooling_is_its_own_adjoint(s: Setting) -> None:
    y, cache = average_pool_forward(s.x, **s.options)
    z = np.random.default_rng(1).standard_normal(y.shape)
    assert np.vdot(y, z) == pytest.approx(np.vdot(s.x, average_pool_backward(z, cache)), rel=1e-10, abs=1e-10)


# --- ties and extremes ---


def test_first_of_equals_in_row_major_order_takes_it_all() -> None:
    x = np.array([[0.0, 7.0], [7.0, 7.0]])[None, :, :, None]
    _, cache = max_pool_forward(x, size=2)
    assert max_pool_backward(np.array([[[[5.0]]]]), cache)[0, :, :, 0].tolist() == [[0, 5], [0, 0]]
    _, (winner, shape) = global_max_pool_forward(x)
    assert global_max_pool_backward(np.array([[5.0]]), (winner, shape))[0, :, :, 0].tolist() == [[0, 5], [0, 0]]


def test_padding_never_wins() -> None:
    x = np.full((1, 2, 2, 1), -5.0)
    y, _ = max_pool_forward(x, size=3, stride=1, padding=1)
    assert (y == -5).all()
    x[0, 0, 0, 0] = -np.inf
    y, cache = max_pool_forward(np.full((1, 2, 2, 1), -np.inf), size=2, stride=1, padding=((1, 0), (1, 0)))
    assert (y == -np.inf).all()
    dx = max_pool_backward(np.array([[1.0, 2.0], [4.0, 8.0]])[None, :, :, None], cache)
    assert dx[0, :, :, 0].tolist() == [[15, 0], [0, 0]], "of each window the first entry that is no padding"


def test_windows_of_more_taps_than_a_byte_counts() -> None:
    x = np.arange(400.0).reshape(1, 20, 20, 1)
    y, cache = max_pool_forward(x, size=20)
    assert y.item() == 399
    assert np.argwhere(max_pool_backward(np.ones((1, 1, 1, 1)), cache)).tolist() == [[0, 19, 19, 0]]


def test_not_a_number_stays_visible() -> None:
    x = np.ones((1, 4, 4, 1))
    x[0, 1, 1, 0] = np.nan
    for y in (max_pool_forward(x, size=2)[0], average_pool_forward(x, size=2)[0]):
        assert np.isnan(y[0, :, :, 0]).tolist() == [[True, False], [False, False]]
    assert np.isnan(global_max_pool_forward(x)[0]).all()
    assert np.isnan(global_average_pool_forward(x)[0]).all()


def test_pools_over_all_of_space_are_pools_of_its_size() -> None:
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 5))
    dy = np.random.default_rng(1).standard_normal((2, 5))
    y, mean_cache = global_average_pool_forward(x)
    same, cache = average_pool_forward(x, size=(3, 4))
    np.testing.assert_allclose(y, same[:, 0, 0], rtol=1e-12)
    expected = average_pool_backward(dy[:, None, None], cache)
    np.testing.assert_allclose(global_average_pool_backward(dy, mean_cache), expected, rtol=1e-12)
    y, max_cache = global_max_pool_forward(x)
    same, winners = max_pool_forward(x, size=(3, 4))
    assert np.array_equal(y, same[:, 0, 0])
    assert np.array_equal(global_max_pool_backward(dy, max_cache), max_pool_backward(dy[:, None, None], winners))


def test_stride_is_the_size_if_not_given() -> None:
    x = np.ones((1, 7, 7, 1))
    for forward in (max_pool_forward, average_pool_forward):
        assert forward(x, size=(2, 3))[0].shape == (1, 3, 2, 1)
        assert forward(x, size=(2, 3), stride=1)[0].shape == (1, 6, 5, 1)


# --- errors ---


@pytest.mark.parametrize(("place", "op"), [("max_pool", max_pool_forward), ("average_pool", average_pool_forward)])
def test_what_cannot_be_pooled(place: str, op: Any) -> None:
    x = np.ones((1, 3, 3, 1))
    with pytest.raises(ShapeError, match=rf"^{place}: expected x of shape \(batch, \*space, channels\), got shape"):
        op(np.ones((3, 3)), size=2)
    with pytest.raises(ShapeError, match=rf"^{place}: expected a height of at least 4, .* got 3\."):
        op(x, size=4)
    message = rf"^{place}: expected windows that each meet the input along the width, got one all in padding\."
    with pytest.raises(ShapeError, match=message):
        op(x, size=2, padding=(1, (2, 0)))
    with pytest.raises(ShapeError, match=message):  # the taps stand on both sides of the input
        op(np.ones((1, 3, 1, 1)), size=2, dilation=(1, 2), padding=((0, 1), 1))
    with pytest.raises(
        HyperparameterError, match=rf"^{place}: expected size as an integer of at least 1, or a tuple of"
    ):
        op(x, size=0)
    with pytest.raises(HyperparameterError, match=rf"^{place}: expected stride as an integer"):
        op(x, size=2, stride=(1, 2, 3))


def test_space_without_positions() -> None:
    for op in (global_average_pool_forward, global_max_pool_forward):
        for shape in ((2, 3), (2, 0, 3)):
            with pytest.raises(ShapeError, match=r"expected x of shape \(batch, \*space, channels\), got shape"):
                op(np.ones(shape))
