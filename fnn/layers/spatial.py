"""What the layers for images and signals share: the checks of their input, and how pooling is put together."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from fnn.arrays import Array, Shape, check_float, check_not_empty, check_same_dtype, format_shape
from fnn.errors import HyperparameterError, ShapeError
from fnn.model import FlopsRule, Fn, ShapeRule, fn
from fnn.ops.windows import Padding, Sizes, axis_names, check_met, per_axis, window

Cache = TypeVar("Cache")


def check_input(x: Array, name: str, shape: ShapeRule, parameter: Array | None = None) -> None:
    """Refuse what is no array of floats, is empty, breaks the rule for shapes, or is not of a parameter's dtype."""
    check_float(x, name)
    check_not_empty(x, name)
    shape(x.shape[1:])
    if parameter is not None:
        check_same_dtype(x, parameter, name)


def space(s: Shape, rank: int, name: str, channels: int | None = None) -> tuple[int, ...]:
    """Return the sizes of a sample's axes of space; raise ShapeError if they are not ``rank``, or for other channels.

    >>> space((3, 28, 28), 2, "conv2d(3, 8, 3)", 3)
    Traceback (most recent call last):
    fnn.errors.ShapeError: conv2d(3, 8, 3): expected input of shape (batch, height, width, 3), got (batch, 3, 28, 28). \
Channels come last: x.transpose(0, 2, 3, 1).
    """
    if len(s) == rank + 1 and channels in (None, s[-1]):
        return s[:-1]
    if len(s) == rank + 1 and s[0] == channels:
        hint = f"Channels come last: x.transpose(0, {', '.join(str(i + 2) for i in range(rank))}, 1)."
    elif len(s) == rank and channels in (None, s[-1]):
        hint = "For a batch of one write x[None]; for a single channel x[..., None]."
    elif len(s) == rank:
        hint = "For a single channel write x[..., None]."
    else:
        hint = "" if channels is None or len(s) != rank + 1 else f"Its last axis must hold {channels} channels."
    axes = ", ".join(("batch", *axis_names(rank), "channels" if channels is None else str(channels)))
    raise ShapeError(name, f"input of shape ({axes})", format_shape(s), hint)


def trailing(name: str, features: int | tuple[int, ...]) -> tuple[tuple[int, ...], ShapeRule]:
    """Return the sizes of the last axes, and a rule that keeps the shape and asks for them."""
    sizes: object = (features,) if isinstance(features, int) else features
    if not isinstance(sizes, tuple) or not sizes or not all(type(size) is int and size > 0 for size in sizes):
        raise HyperparameterError(name, "features as an integer of at least 1, or a tuple of them", repr(features))

    def shape(s: Shape) -> Shape:
        if s[-len(sizes) :] != sizes:
            expected = f"input of shape (batch, ..., {', '.join(map(str, sizes))})"
            raise ShapeError(name, expected, format_shape(s))
        return s

    return sizes, shape


def stage(
    name: str,
    forward: Callable[[Array], tuple[Array, Cache]],
    backward: Callable[[Array, Cache], Array],
    shape: ShapeRule,
    flops: FlopsRule,
) -> Fn[Array, Array]:
    """Make a stage of an op's pair, with the rule for its shapes checked first, in the stage's name."""

    def checked(x: Array) -> tuple[Array, Cache]:
        check_input(x, name, shape)
        return forward(x)

    return fn(checked, backward, name=name, shape=shape, flops=flops)


def pooling(
    name: str,
    rank: int,
    forward: Callable[..., tuple[Array, Cache]],
    backward: Callable[[Array, Cache], Array],
    *,
    size: Sizes,
    stride: Sizes | None,
    padding: Padding,
    dilation: Sizes,
) -> Fn[Array, Array]:
    """Make a stage of a pooling op and its options."""
    shown = f"{name}({size}{'' if stride is None else f', stride={stride}'})"
    windows = per_axis(shown, rank, "size", size)
    strides = windows if stride is None else per_axis(shown, rank, "stride", stride)
    options = window(shown, rank, windows, stride=strides, padding=padding, dilation=dilation)

    def shape(s: Shape) -> Shape:
        axes = options.over(space(s, rank, shown), shown)
        check_met(axes, shown)
        return (*(axis.outputs for axis in axes), s[-1])

    run = partial(forward, size=windows, stride=strides, padding=padding, dilation=dilation)
    return stage(shown, run, backward, shape, lambda s: math.prod(windows) * math.prod(shape(s)))
