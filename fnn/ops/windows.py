"""Windows that slide over the axes of space, and which entry each of their taps meets.

Along one axis, tap ``t`` of the window at output position ``p`` meets the input at

    q = stride p + dilation t - before        with 0 <= t < kernel and 0 <= p < outputs

where ``before`` entries of padding stand in front of the input and ``after`` behind it. A window reaches over ``extent
= dilation (kernel - 1) + 1`` entries, and there is room for it in

    outputs = floor((before + size + after - extent) / stride) + 1

places. With padding ``"same"`` there are ``outputs = ceil(size / stride)``, one window for each stride: this takes
``max((outputs - 1) stride + extent - size, 0)`` entries of padding, half of them before the input and the other half,
larger by one if their number is odd, behind it. ``"valid"`` is no padding. Along several axes a window is a product of
windows, and all this holds for each axis by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, Literal, TypeAlias, TypeGuard

import attrs
import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from fnn.arrays import Array
from fnn.errors import HyperparameterError, ShapeError
from fnn.kernels import Span

Sizes: TypeAlias = int | tuple[int, ...]
"""One number for all axes of space, or one for each."""

Padding: TypeAlias = Literal["same", "valid"] | int | tuple[int | tuple[int, int], ...]
"""``"same"``, ``"valid"``, one number for all sides, or for each axis a number or a pair ``(before, after)``."""

Tap: TypeAlias = tuple[tuple[int, ...], tuple[slice, ...], tuple[slice, ...]]
"""A tap, the outputs at which it meets the input, and the entries that it meets there."""

_NAMES = {1: ("time",), 2: ("height", "width"), 3: ("depth", "height", "width")}


@attrs.frozen
class Axis:
    """A window along one axis, in place: the numbers of the formulas above."""

    size: int
    outputs: int
    kernel: int
    stride: int
    dilation: int
    before: int

    @property
    def extent(self) -> int:
        """How far a window reaches."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def after(self) -> int:
        """How much padding the last window needs behind the input."""
        return max((self.outputs - 1) * self.stride + self.extent - self.before - self.size, 0)

    def tap(self, t: int) -> tuple[slice, slice]:
        """Return the outputs at which tap ``t`` meets the input, and where it meets it: never the padding.

        >>> Axis(size=4, outputs=2, kernel=3, stride=2, dilation=1, before=1).tap(0)
        (slice(1, 2, None), slice(1, 2, 2))
        """
        offset = self.dilation * t - self.before
        first = max(0, -(offset // self.stride))  # the least p with stride p + offset >= 0
        end = max(first, min(self.outputs, (self.size - 1 - offset) // self.stride + 1))
        start = self.stride * first + offset
        stop = start + self.stride * (end - first - 1) + 1 if end > first else start
        return slice(first, end), slice(start, stop, self.stride)

    def counts(self) -> NDArray[np.intp]:
        """Return how many taps of each window meet the input rather than padding.

        >>> Axis(size=4, outputs=2, kernel=3, stride=2, dilation=1, before=1).counts()
        array([2, 3])
        """
        starts = np.arange(self.outputs) * self.stride - self.before
        met = starts[:, None] + np.arange(self.kernel) * self.dilation
        counts: NDArray[np.intp] = ((met >= 0) & (met < self.size)).sum(axis=1)
        return counts


@attrs.frozen
class Window:
    """A window along each axis of space, before the sizes of an input are known. Made by `window`."""

    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    padding: Literal["same"] | tuple[tuple[int, int], ...]

    def over(self, sizes: Sequence[int], place: str) -> tuple[Axis, ...]:
        """Put the window over an input of these sizes.

        Raises ShapeError where it reaches further than input and padding together.

        >>> window("conv", 1, 3, padding="same", stride=2).over([5], "conv")[0].outputs
        3
        """
        return tuple(self._axis(i, size, place) for i, size in enumerate(sizes))

    def _axis(self, i: int, size: int, place: str) -> Axis:
        kernel, stride, dilation = self.kernel[i], self.stride[i], self.dilation[i]
        extent = dilation * (kernel - 1) + 1
        if self.padding == "same":
            outputs = -(-size // stride)
            return Axis(size, outputs, kernel, stride, dilation, max((outputs - 1) * stride + extent - size, 0) // 2)
        before, after = self.padding[i]
        padded = before + size + after
        if padded < extent:
            name = axis_names(len(self.kernel))[i]
            got = f"{size}" if padded == size else f"{size} with {before} + {after} of padding"
            hint = 'Take a smaller window, less dilation, or padding="same".'
            raise ShapeError(place, f"a {name} of at least {extent}, as far as the window reaches", got, hint)
        return Axis(size, (padded - extent) // stride + 1, kernel, stride, dilation, before)


def window(
    place: str, rank: int, kernel: Sizes, *, stride: Sizes = 1, padding: Padding = "valid", dilation: Sizes = 1
) -> Window:
    """Bring the options of a window to one form; raise HyperparameterError for those that mean nothing.

    ``rank`` is the number of axes. On a single axis the padding may also be one pair ``(before, after)``.

    >>> window("conv", 2, 3, padding=((0, 1), 2)).padding
    ((0, 1), (2, 2))
    """
    return Window(
        per_axis(place, rank, "kernel", kernel),
        per_axis(place, rank, "stride", stride),
        per_axis(place, rank, "dilation", dilation),
        "same" if padding == "same" else sides(place, rank, padding),
    )


def per_axis(place: str, rank: int, name: str, value: Sizes, *, least: int = 1) -> tuple[int, ...]:
    """Return one number for each axis; raise HyperparameterError for what is not that, or below ``least``."""
    values: object = (value,) * rank if isinstance(value, int) else value
    if _tuple_of(values, rank) and all(_whole(v, least) for v in values):
        return values
    several = "" if rank == 1 else f", or a tuple of {rank}"
    raise HyperparameterError(place, f"{name} as an integer of at least {least}{several}", repr(value))


def sides(place: str, rank: int, padding: Padding) -> tuple[tuple[int, int], ...]:
    """Return the padding before and after along each axis; raise HyperparameterError for what says no such thing."""
    values: object = (0 if padding == "valid" else padding,) * rank if isinstance(padding, int | str) else padding
    if rank == 1 and _tuple_of(values, 2):
        values = (values,)
    if _tuple_of(values, rank):
        pairs = [value if _tuple_of(value, 2) else (value, value) for value in values]
        if all(_whole(number, 0) for pair in pairs for number in pair):
            return tuple(pairs)
    each = "a pair (before, after)" if rank == 1 else f"a tuple of {rank}, each a number or a pair (before, after)"
    expected = f'padding as "same", "valid", an integer of at least 0, or {each}'
    raise HyperparameterError(place, expected, repr(padding))


def axis_names(rank: int) -> tuple[str, ...]:
    """Return what the axes of space are called in messages.

    >>> axis_names(2)
    ('height', 'width')
    """
    return _NAMES.get(rank) or tuple(f"size{i}" for i in range(rank))


def taps(axes: Sequence[Axis]) -> Iterator[Tap]:
    """Go through the taps of a window in row-major order: ``y[here]`` are the outputs whose tap meets ``x[there]``.

    Both indices begin with the whole batch.

    >>> axes = window("pool", 1, 2).over([3], "pool")
    >>> [(t, there[1]) for t, here, there in taps(axes)]
    [((0,), slice(0, 2, 1)), ((1,), slice(1, 3, 1))]
    """
    along = [[(t, *axis.tap(t)) for t in range(axis.kernel)] for axis in axes]
    for chosen in product(*along):
        index, here, there = zip(*chosen, strict=True)
        yield index, (slice(None), *here), (slice(None), *there)


def spans(axes: Sequence[Axis]) -> list[Span]:
    """Return the axes as the kernels take them."""
    return [(axis.outputs, axis.kernel, axis.stride, axis.dilation, axis.before) for axis in axes]


def check_met(axes: Sequence[Axis], place: str) -> None:
    """Refuse windows that lie in the padding with all their taps: of nothing there is no maximum and no mean."""
    for axis, name in zip(axes, axis_names(len(axes)), strict=True):
        if (axis.before or axis.after) and not axis.counts().all():
            hint = "Take less padding."
            raise ShapeError(place, f"windows that each meet the input along the {name}", "one all in padding", hint)


def views(x: Array, axes: Sequence[Axis]) -> Array:
    """View the windows over ``x``, padded with zeros: (batch, *outputs, *kernel, channels).

    >>> views(np.array([[[1.0], [2.0], [3.0]]]), window("conv", 1, 2, stride=1).over([3], "conv"))[0, :, :, 0]
    array([[1., 2.],
           [2., 3.]])
    """
    x = padded(x, axes)
    batch, *space, channels = x.strides
    strides = [axis.stride * step for axis, step in zip(axes, space, strict=True)]
    steps = [axis.dilation * step for axis, step in zip(axes, space, strict=True)]
    shape = (x.shape[0], *(axis.outputs for axis in axes), *(axis.kernel for axis in axes), x.shape[-1])
    return as_strided(x, shape, (batch, *strides, *steps, channels), writeable=False)


def padded(x: Array, axes: Sequence[Axis]) -> Array:
    """Return ``x`` with the zeros around it that the windows meet; ``x`` itself if they meet none."""
    if not any(axis.before or axis.after for axis in axes):
        return x
    sizes = [axis.before + axis.size + axis.after for axis in axes]
    whole: Array = np.zeros((x.shape[0], *sizes, x.shape[-1]), x.dtype)
    whole[:, *(slice(axis.before, axis.before + axis.size) for axis in axes)] = x
    return whole


def _tuple_of(value: object, count: int) -> TypeGuard[tuple[Any, ...]]:
    return isinstance(value, tuple) and len(value) == count


def _whole(value: object, least: int) -> bool:
    return type(value) is int and value >= least
