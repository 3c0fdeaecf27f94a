"""Windows: their sizes, their taps, and the options that are refused."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fnn.errors import HyperparameterError, ShapeError
from fnn.ops.windows import Axis, Padding, padded, taps, views, window

quick = settings(deadline=None, max_examples=50)
small = st.integers(1, 4)


@st.composite
def axes(draw: st.DrawFn) -> Axis:
    """A window along one axis, that fits into its padded input."""
    size, kernel, stride, dilation = draw(st.integers(1, 9)), draw(small), draw(small), draw(small)
    before, after = draw(st.integers(0, 5)), draw(st.integers(0, 5))
    extent = dilation * (kernel - 1) + 1
    after += max(extent - before - size - after, 0)
    choices: list[Padding] = ["same", ((before, after),)]
    padding = draw(st.sampled_from(choices))
    return window("test", 1, kernel, stride=stride, padding=padding, dilation=dilation).over([size], "test")[0]


@given(axes())
@quick
def test_taps_meet_what_the_formula_says(axis: Axis) -> None:
    for t in range(axis.kernel):
        here, there = axis.tap(t)
        met = [(p, axis.stride * p + axis.dilation * t - axis.before) for p in range(axis.outputs)]
        met = [(p, q) for p, q in met if 0 <= q < axis.size]
        assert list(range(axis.outputs))[here] == [p for p, _ in met]
        assert list(range(axis.size))[there] == [q for _, q in met]


@given(axes())
@quick
def test_counts_are_the_taps_that_meet(axis: Axis) -> None:
    counts = np.zeros(axis.outputs, int)
    for _, here, _ in taps([axis]):
        counts[here[1]] += 1
    assert axis.counts().tolist() == counts.tolist()


@given(axes(), axes())
@quick
def test_views_hold_what_the_taps_meet(first: Axis, second: Axis) -> None:
    x = 1 + np.arange(2.0 * first.size * second.size * 3).reshape(2, first.size, second.size, 3)
    windows = views(x, [first, second])
    assert not windows.flags.writeable
    expected = np.zeros(windows.shape)
    for (s, t), here, there in taps([first, second]):
        expected[..., s, t, :][here] = x[there]
    assert np.array_equal(windows, expected)


@pytest.mark.parametrize("size", range(1, 12))
@pytest.mark.parametrize("kernel", [1, 2, 3, 5])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_same_gives_one_window_for_each_stride(size: int, kernel: int, stride: int) -> None:
    axis = window("test", 1, kernel, stride=stride, padding="same").over([size], "test")[0]
    assert axis.outputs == -(-size // stride)
    needed = max((axis.outputs - 1) * stride + kernel - size, 0)
    assert axis.before == needed // 2
    assert axis.after == needed - needed // 2


def test_no_padding_is_no_copy() -> None:
    x = np.ones((1, 5, 2))
    axes = window("test", 1, 2, stride=2).over([5], "test")
    assert padded(x, axes) is x
    assert np.shares_memory(views(x, axes), x)


def test_padding_that_no_window_meets_is_not_made() -> None:
    axes = window("test", 1, 3, stride=2, padding=1).over([4], "test")
    assert padded(np.ones((1, 4, 1)), axes).shape == (1, 5, 1)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("valid", ((0, 0), (0, 0))),
        (2, ((2, 2), (2, 2))),
        ((1, 2), ((1, 1), (2, 2))),
        (((1, 2), 3), ((1, 2), (3, 3))),
        ("same", "same"),
    ],
)
def test_ways_to_write_padding(given: Any, meant: Any) -> None:
    assert window("test", 2, 3, padding=given).padding == meant


def test_padding_of_a_single_axis() -> None:
    for pair in ((2, 1), ((2, 1),)):
        assert window("test", 1, 3, padding=pair).padding == ((2, 1),)
    assert window("test", 1, 3, padding=(2,)).padding == ((2, 2),)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kernel": 0}, "conv: expected kernel as an integer of at least 1, or a tuple of 2, got 0."),
        ({"kernel": (3, 3, 3)}, "conv: expected kernel as an integer of at least 1, or a tuple of 2, got (3, 3, 3)."),
        ({"kernel": (3, 2.0)}, "conv: expected kernel as an integer of at least 1, or a tuple of 2, got (3, 2.0)."),
        ({"kernel": [3, 3]}, "conv: expected kernel as an integer of at least 1, or a tuple of 2, got [3, 3]."),
        ({"stride": True}, "conv: expected stride as an integer of at least 1, or a tuple of 2, got True."),
        ({"dilation": -1}, "conv: expected dilation as an integer of at least 1, or a tuple of 2, got -1."),
    ],
)
def test_numbers_that_mean_nothing(options: dict[str, Any], message: str) -> None:
    with pytest.raises(HyperparameterError, match=f"^{re.escape(message)}$"):
        window("conv", 2, **{"kernel": 3, **options})


@pytest.mark.parametrize("padding", ["full", -1, 1.5, (1,), (1, 2, 3), ((1, 2, 3), 1), (1, -1), None, ((1, 1.0), 1)])
def test_padding_that_means_nothing(padding: Any) -> None:
    expected = (
        'conv: expected padding as "same", "valid", an integer of at least 0, or a tuple of 2, each a number or a pair '
        f"(before, after), got {padding!r}."
    )
    with pytest.raises(HyperparameterError, match=f"^{re.escape(expected)}$"):
        window("conv", 2, 3, padding=padding)
    with pytest.raises(HyperparameterError, match=r"or a pair \(before, after\), got"):
        window("conv", 1, 3, padding=("same", 1))  # type: ignore[arg-type]  # wrong on purpose


def test_window_that_reaches_too_far() -> None:
    with pytest.raises(ShapeError) as caught:
        window("conv", 2, (3, 2), padding="valid", dilation=(2, 3)).over([9, 3], "conv")
    expected = (
        "conv: expected a width of at least 4, as far as the window reaches, got 3. "
        'Take a smaller window, less dilation, or padding="same".'
    )
    assert str(caught.value) == expected
    with pytest.raises(
        ShapeError, match=r"a time of at least 9, as far as the window reaches, got 5 with 1 \+ 2 of pad"
    ):
        window("conv", 1, 9, padding=(1, 2)).over([5], "conv")
    with pytest.raises(ShapeError, match="a depth of at least 2"):
        window("conv", 3, 2).over([1, 2, 2], "conv")
    with pytest.raises(ShapeError, match="a size3 of at least 2"):
        window("conv", 4, 2).over([2, 2, 2, 1], "conv")
