"""What the layers for images and signals share: the checks of their input, and how convolutions are put together."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from fnn.arrays import Array, Shape, check_float, check_not_empty, check_same_dtype, format_shape
from fnn.errors import HyperparameterError, ShapeError
from fnn.initializers import Initializer
from fnn.memory import keep_freed_memory
from fnn.model import FlopsRule, Fn, Model, ShapeRule, Stage, fn, layer, op_of
from fnn.ops.conv import (
    conv_backward,
    conv_backward_params,
    conv_forward,
    conv_relu_backward,
    conv_relu_backward_params,
    conv_relu_forward,
)
from fnn.ops.relu import relu_forward
from fnn.ops.windows import Padding, Sizes, axis_names, check_met, per_axis, window
from fnn.random import Key
from fnn.tree import record
from fnn.validate import positive


@record
class Kernel:
    """What the records of convolutions have in common: weight (*kernel, inputs / groups, outputs), bias or None."""

    weight: Array
    bias: Array | None


K = TypeVar("K", bound=Kernel)
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


def convolution(
    kind: type[K],
    name: str,
    inputs: int,
    shape: tuple[int, ...],
    weight: Initializer,
    bias: Initializer | None,
    forward: Callable[..., tuple[Array, Cache]],
    backward: Callable[[Array, Cache], tuple[Array, Array, Array]],
    sizes: Callable[[tuple[int, ...]], Sequence[int]],
    *,
    transposed: bool = False,
    backward_params: Callable[[Array, Cache], tuple[Array, Array]] | None = None,
    then: Callable[[Stage], Model[K, Array, Array] | None] | None = None,
) -> Model[K, Array, Array]:
    """Put together a convolution from its op, the shape of its weight, and the sizes of the output for the input's.

    The whole kernel is applied at each position of the output, or, in a ``transposed`` one, of the input.
    """
    keep_freed_memory()
    *kernel, _, outputs = shape

    def init(key: Key) -> K:
        key_weight, key_bias = key.split()
        return kind(weight(key_weight, shape), None if bias is None else bias(key_bias, (outputs,)))

    def rule(s: Shape) -> Shape:
        return (*sizes(space(s, len(kernel), name, inputs)), outputs)

    def flops(s: Shape) -> int:
        out = rule(s)
        positions = math.prod((s if transposed else out)[:-1])
        return 2 * positions * math.prod(shape) + (0 if bias is None else math.prod(out))

    def checked(params: K, x: Array) -> tuple[Array, tuple[Cache, bool]]:
        check_input(x, name, rule, params.weight)
        y, cache = forward(x, params.weight, params.bias)
        return y, (cache, params.bias is not None)

    def gradients(dy: Array, cache: tuple[Cache, bool]) -> tuple[K, Array]:
        dx, dweight, dbias = backward(dy, cache[0])
        return kind(dweight, dbias if cache[1] else None), dx

    def gradients_of_params(dy: Array, cache: tuple[Cache, bool]) -> K:
        if backward_params is None:
            return gradients(dy, cache)[0]
        dweight, dbias = backward_params(dy, cache[0])
        return kind(dweight, dbias if cache[1] else None)

    return layer(
        init,
        checked,
        gradients,
        name=name,
        shape=rule,
        flops=flops,
        record=kind,
        backward_params=gradients_of_params,
        then=then,
    )


def windowed(
    kind: type[K],
    name: str,
    rank: int,
    inputs: int,
    outputs: int,
    kernel: Sizes,
    *,
    stride: Sizes,
    padding: Padding,
    dilation: Sizes,
    groups: int,
    weight: Initializer,
    bias: Initializer | None,
) -> Model[K, Array, Array]:
    """Put together a convolution of any rank, which does the work of a `relu` behind it as well."""
    options = window(name, rank, kernel, stride=stride, padding=padding, dilation=dilation)
    shape = weight_shape(name, inputs, outputs, options.kernel, groups)
    given: dict[str, Any] = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}

    def sizes(space: tuple[int, ...]) -> list[int]:
        return [axis.outputs for axis in options.over(space, name)]

    def then(stage: Stage) -> Model[K, Array, Array] | None:
        return with_relu if op_of(stage) is relu_forward else None

    common = kind, name, inputs, shape, weight, bias
    with_relu = convolution(
        *common,
        partial(conv_relu_forward, **given),
        conv_relu_backward,
        sizes,
        backward_params=conv_relu_backward_params,
    )
    return convolution(
        *common,
        partial(conv_forward, **given),
        conv_backward,
        sizes,
        backward_params=conv_backward_params,
        then=then,
    )


def weight_shape(name: str, inputs: int, outputs: int, kernel: tuple[int, ...], groups: int) -> tuple[int, ...]:
    """Return (*kernel, inputs / groups, outputs); raise HyperparameterError for channels that do not divide."""
    positive(name, inputs=inputs, outputs=outputs, groups=groups)
    for what, channels in (("inputs", inputs), ("outputs", outputs)):
        if channels % groups:
            raise HyperparameterError(name, f"{what} that divide by groups={groups}", str(channels))
    return (*kernel, inputs // groups, outputs)
