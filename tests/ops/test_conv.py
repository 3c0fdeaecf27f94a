"""The convolution and the transposed convolution, beside loops that write the formulas down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fnn.arrays import Array
from fnn.errors import HyperparameterError, ShapeError
from fnn.ops import (
    conv_backward,
    conv_forward,
    conv_transpose_backward,
    conv_transpose_forward,
    correlation,
    linear_forward,
)
from fnn.ops.windows import Axis, Padding, window

quick = settings(deadline=None, max_examples=50)


def loops(x: Array, weight: Array, axes: Sequence[Axis], groups: int) -> list[tuple[Any, Any, Any]]:
    """All terms of the form behind a convolution, as the indices of x, of the weight, and of the output."""
    inputs, outputs = weight.shape[-2], weight.shape[-1] // groups
    terms = []
    for n in range(len(x)):
        for p in np.ndindex(*(axis.outputs for axis in axes)):
            for t in np.ndindex(*weight.shape[:-2]):
                q = tuple(a.stride * i + a.dilation * j - a.before for a, i, j in zip(axes, p, t, strict=True))
                if all(0 <= i < a.size for i, a in zip(q, axes, strict=True)):
                    for o in range(weight.shape[-1]):
                        group = o // outputs * inputs
                        terms += [((n, *q, group + i), (*t, i, o), (n, *p, o)) for i in range(inputs)]
    return terms


class Setting(NamedTuple):
    x: Array
    weight: Array
    options: dict[str, Any]
    axes: tuple[Axis, ...]


@st.composite
def settings_of_all_kinds(draw: st.DrawFn) -> Setting:
    """One or two axes, all options, whatever fits."""
    rank, groups = draw(st.sampled_from([1, 2])), draw(st.sampled_from([1, 1, 2, 3]))
    kernel, stride = (tuple(draw(st.integers(1, 3)) for _ in range(rank)) for _ in range(2))
    dilation = tuple(draw(st.integers(1, 2)) for _ in range(rank))
    sides = tuple((draw(st.integers(0, 4)), draw(st.integers(0, 4))) for _ in range(rank))
    choices: list[Padding] = ["same", "valid", sides]
    padding = draw(st.sampled_from(choices))
    sizes = tuple(d * (k - 1) + draw(st.integers(1, 4)) for k, d in zip(kernel, dilation, strict=True))
    inputs, outputs = draw(st.integers(1, 3)), draw(st.integers(1, 3)) * groups
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    x = rng.standard_normal((draw(st.integers(1, 2)), *sizes, inputs * groups))
    weight = rng.standard_normal((*kernel, inputs, outputs))
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    axes = window("test", rank, kernel, stride=stride, padding=padding, dilation=dilation).over(sizes, "test")
    return Setting(x, weight, options, axes)


@given(settings_of_all_kinds())
@quick
def test_convolution_is_what_the_loops_say(s: Setting) -> None:
    y, cache = conv_forward(s.x, s.weight, **s.options)
    dy = np.random.default_rng(1).standard_normal(y.shape)
    dx, dweight, dbias = conv_backward(dy, cache)
    expected, expected_dx, expected_dweight = np.zeros(y.shape), np.zeros(s.x.shape), np.zeros(s.weight.shape)
    for q, t, p in loops(s.x, s.weight, s.axes, s.options["groups"]):
        expected[p] += s.x[q] * s.weight[t]
        expected_dx[q] += dy[p] * s.weight[t]
        expected_dweight[t] += dy[p] * s.x[q]
    np.testing.assert_allclose(y, expected, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(dx, expected_dx, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(dweight, expected_dweight, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(dbias, dy.sum(axis=tuple(range(dy.ndim - 1))), rtol=1e-12, atol=1e-13)


@given(settings_of_all_kinds())
@quick
def test_transposed_convolution_is_the_adjoint(s: Setting) -> None:
    """<conv(x), z> = <x, conv_transpose(z)>, with inputs and outputs of the kernel exchanged."""
    y, _ = conv_forward(s.x, s.weight, **s.options)
    z = np.random.default_rng(1).standard_normal(y.shape)
    groups = s.options["groups"]
    weight = correlation.exchanged(s.weight, groups)
    options = dict(s.options)
    if options["padding"] == "same":  # of sizes that the stride divides it is the same windows
        if any(axis.size % axis.stride for axis in s.axes):
            return
    else:
        pairs = options["padding"] if isinstance(options["padding"], tuple) else [(0, 0)] * len(s.axes)
        least = [(a.outputs - 1) * a.stride + a.extent - sum(pair) for a, pair in zip(s.axes, pairs, strict=True)]
        options["output_padding"] = tuple(a.size - size for a, size in zip(s.axes, least, strict=True))
    back, _ = conv_transpose_forward(z, weight, **options)
    assert back.shape == s.x.shape
    assert np.vdot(y, z) == pytest.approx(np.vdot(s.x, back), rel=1e-10, abs=1e-10)


@given(settings_of_all_kinds())
@quick
def test_transposed_convolution_stamps(s: Setting) -> None:
    """Every entry of x stamps the kernel, times itself; what is cut off is cut off."""
    options = {**s.options, "padding": "valid"}
    x, groups = s.x, s.options["groups"]
    y, cache = conv_transpose_forward(x, s.weight, **options)
    dy = np.random.default_rng(1).standard_normal(y.shape)
    dx, dweight, _ = conv_transpose_backward(dy, cache)
    stamps, stamps_dx, stamps_dw = np.zeros(y.shape), np.zeros(x.shape), np.zeros(s.weight.shape)
    inputs, outputs = s.weight.shape[-2], s.weight.shape[-1] // groups
    for n, *p, i in np.ndindex(x.shape):
        for *t, o in np.ndindex(*s.weight.shape[:-2], outputs):
            q = tuple(a.stride * j + a.dilation * k for a, j, k in zip(s.axes, p, t, strict=True))
            at, tap = (n, *q, i // inputs * outputs + o), (*t, i % inputs, i // inputs * outputs + o)
            stamps[at] += x[n, *p, i] * s.weight[tap]
            stamps_dx[n, *p, i] += dy[at] * s.weight[tap]
            stamps_dw[tap] += dy[at] * x[n, *p, i]
    for got, expected in ((y, stamps), (dx, stamps_dx), (dweight, stamps_dw)):
        np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-12)


def test_few_samples_at_a_time_or_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    for groups, outputs, stride in ((1, 2, 1), (1, 12, 1), (2, 4, 2)):
        x, weight = rng.standard_normal((5, 6, 7, 4)), rng.standard_normal((3, 3, 4 // groups, outputs))
        results = []
        for size in (1, 20_000, 10**9):  # one sample, two or so, all
            monkeypatch.setattr(correlation, "_BLOCK", size)
            y, cache = conv_forward(x, weight, stride=stride, groups=groups)
            results.append((y, *conv_backward(np.cos(y), cache)))
        for other in results[1:]:
            for a, b in zip(results[0], other, strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)


def test_both_ways_back_to_the_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gradient gathered by the turned kernel is the one added up tap by tap."""
    rng = np.random.default_rng(0)
    x, weight = rng.standard_normal((2, 6, 7, 4)), rng.standard_normal((3, 2, 2, 6))
    y, cache = conv_forward(x, weight, padding=((2, 1), 0), dilation=(1, 2), groups=2)
    gathered = conv_backward(np.cos(y), cache)[0]
    calls = []
    monkeypatch.setattr(correlation, "correlate", lambda *a: calls.append(a))
    monkeypatch.setattr(Axis, "extent", 0)  # no window fits in front of the output: the first way is closed
    added = conv_backward(np.cos(y), cache)[0]
    assert not calls
    np.testing.assert_allclose(added, gathered, rtol=1e-12, atol=1e-13)


def test_kernel_of_one_is_a_linear_map_at_every_position() -> None:
    rng = np.random.default_rng(0)
    x, weight, bias = rng.standard_normal((2, 3, 4, 5)), rng.standard_normal((1, 1, 5, 6)), rng.standard_normal(6)
    y, _ = conv_forward(x, weight, bias)
    np.testing.assert_allclose(y, linear_forward(x, weight[0, 0], bias)[0], rtol=1e-13)


def test_groups_are_convolutions_side_by_side() -> None:
    rng = np.random.default_rng(0)
    x, weight = rng.standard_normal((2, 5, 4)), rng.standard_normal((3, 2, 6))
    both = [conv_forward(x[..., i : i + 2], weight[..., o : o + 3])[0] for i, o in ((0, 0), (2, 3))]
    np.testing.assert_allclose(conv_forward(x, weight, groups=2)[0], np.concatenate(both, axis=-1), rtol=1e-13)
    both = [conv_transpose_forward(x[..., i : i + 2], weight[..., o : o + 3])[0] for i, o in ((0, 0), (2, 3))]
    together = conv_transpose_forward(x, weight, groups=2)[0]
    np.testing.assert_allclose(together, np.concatenate(both, axis=-1), rtol=1e-13)


def test_causal_padding_sees_the_past_alone() -> None:
    rng = np.random.default_rng(0)
    x, weight = rng.standard_normal((1, 8, 2)), rng.standard_normal((3, 2, 2))
    y, _ = conv_forward(x, weight, padding=(4, 0), dilation=2)
    assert y.shape == (1, 8, 2)
    changed = x.copy()
    changed[:, 5] += 1
    other, _ = conv_forward(changed, weight, padding=(4, 0), dilation=2)
    assert np.array_equal(y[:, :5], other[:, :5])
    assert not np.array_equal(y[:, 5], other[:, 5])


def test_three_axes() -> None:
    rng = np.random.default_rng(0)
    x, weight = rng.standard_normal((2, 3, 4, 5, 2)), rng.standard_normal((2, 3, 2, 2, 3))
    y, cache = conv_forward(x, weight, stride=(1, 2, 3))
    axes = cache.axes
    expected = np.zeros(y.shape)
    for q, t, p in loops(x, weight, axes, 1):
        expected[p] += x[q] * weight[t]
    np.testing.assert_allclose(y, expected, rtol=1e-12)


# --- sizes ---


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("size", [1, 4, 5])
def test_same_makes_the_output_stride_times_as_large(size: int, kernel: int, stride: int) -> None:
    x, weight = np.ones((1, size, 1)), np.ones((kernel, 1, 1))
    larger, _ = conv_transpose_forward(x, weight, stride=stride)
    assert larger.shape == (1, size * stride, 1)
    smaller, _ = conv_forward(larger, weight, stride=stride)
    assert smaller.shape == x.shape


def test_output_padding_tells_which_of_several_sizes() -> None:
    x, weight = np.ones((1, 3, 1)), np.ones((3, 1, 1))
    for extra, size in ((0, 5), (1, 6)):
        y, _ = conv_transpose_forward(x, weight, stride=2, padding=1, output_padding=extra)
        assert y.shape == (1, size, 1)
        assert conv_forward(y, weight, stride=2, padding=1)[0].shape == x.shape


def test_what_no_stamp_reaches_is_zero() -> None:
    y, _ = conv_transpose_forward(np.ones((1, 2, 1)), np.ones((1, 1, 1)), stride=3)
    assert y.ravel().tolist() == [1, 0, 0, 1, 0, 0]
    y, _ = conv_transpose_forward(np.ones((1, 1, 1)), np.ones((1, 1, 1)), padding=0, dilation=3, output_padding=2)
    assert y.ravel().tolist() == [1, 0, 0]


# --- errors ---


@pytest.mark.parametrize(("place", "op"), [("conv", conv_forward), ("conv_transpose", conv_transpose_forward)])
def test_shapes_that_do_not_fit(place: str, op: Any) -> None:
    expected = (
        f"{place}: expected x (batch, *space, inputs) and weight (*kernel, inputs / groups, outputs), outputs divided "
    )
    wrong: list[tuple[tuple[int, ...], tuple[int, ...], int]] = [
        ((2, 5, 5, 3), (3, 3, 4, 2), 1),
        ((2, 5, 5, 3), (3, 3, 3, 2), 3),
        ((2, 5, 5, 4), (3, 3, 2, 3), 2),
        ((2, 5, 3), (3, 3, 3, 2), 1),
        ((2, 3), (3, 2), 1),
    ]
    for x, weight, groups in wrong:
        with pytest.raises(ShapeError) as caught:
            op(np.ones(x), np.ones(weight), groups=groups)
        assert str(caught.value).startswith(expected)
        assert f"got {x} and {weight} with groups={groups}." in str(caught.value)
    with pytest.raises(ShapeError, match=rf"^{place}: expected bias of shape \(2,\), got shape \(3,\)\."):
        op(np.ones((1, 4, 1)), np.ones((3, 1, 2)), np.ones(3))
    with pytest.raises(HyperparameterError, match=rf"^{place}: expected groups as an integer of at least 1, got 0\."):
        op(np.ones((1, 4, 1)), np.ones((3, 1, 2)), groups=0)


def test_kernel_larger_than_the_padded_input() -> None:
    with pytest.raises(ShapeError, match=r"^conv: expected a height of at least 5, .*, got 2 with 1 \+ 1 of padding\."):
        conv_forward(np.ones((1, 2, 9, 1)), np.ones((5, 5, 1, 1)), padding=1)


def test_padding_that_leaves_nothing() -> None:
    message = r"^conv_transpose: expected padding that leaves a time of at least 1, got 2 \+ 3 of 5\."
    with pytest.raises(ShapeError, match=message):
        conv_transpose_forward(np.ones((1, 3, 1)), np.ones((3, 1, 1)), padding=(2, 3))


def test_output_padding_that_means_nothing() -> None:
    x, weight = np.ones((1, 3, 1)), np.ones((3, 1, 1))
    with pytest.raises(HyperparameterError, match="output_padding below the stride or the dilation, 2, got 2"):
        conv_transpose_forward(x, weight, stride=2, padding=0, output_padding=2)
    with pytest.raises(HyperparameterError, match='output_padding 0 with padding="same", got 1'):
        conv_transpose_forward(x, weight, stride=2, output_padding=1)
    with pytest.raises(HyperparameterError, match="output_padding as an integer of at least 0, got -1"):
        conv_transpose_forward(x, weight, stride=2, padding=0, output_padding=-1)


def test_axes_are_immutable() -> None:
    _, cache = conv_forward(np.ones((1, 3, 1)), np.ones((3, 1, 1)))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        cache.axes[0].size = 5  # type: ignore[misc]  # wrong on purpose
