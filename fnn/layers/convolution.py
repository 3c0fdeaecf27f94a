"""How convolutions are put together from their ops, plain and transposed, over any number of axes of space."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from fnn.arrays import Array, Shape
from fnn.errors import HyperparameterError
from fnn.initializers import Initializer
from fnn.layers.spatial import check_input, space
from fnn.memory import keep_freed_memory
from fnn.model import Model, Stage, layer, op_of
from fnn.ops.conv import (
    conv_backward,
    conv_backward_params,
    conv_forward,
    conv_relu_backward,
    conv_relu_backward_params,
    conv_relu_forward,
)
from fnn.ops.conv_transpose import conv_transpose_backward, conv_transpose_forward, enlarged, extra_rows
from fnn.ops.relu import relu_forward
from fnn.ops.windows import Padding, Sizes, window
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


def enlarging(
    kind: type[K],
    name: str,
    rank: int,
    inputs: int,
    outputs: int,
    kernel: Sizes,
    *,
    stride: Sizes,
    padding: Padding,
    output_padding: Sizes,
    dilation: Sizes,
    groups: int,
    weight: Initializer,
    bias: Initializer | None,
) -> Model[K, Array, Array]:
    """Put together a transposed convolution of any rank."""
    options = window(name, rank, kernel, stride=stride, padding=padding, dilation=dilation)
    extra = extra_rows(options, output_padding, name)
    shape = weight_shape(name, inputs, outputs, options.kernel, groups)
    forward = partial(
        conv_transpose_forward,
        stride=stride,
        padding=padding,
        output_padding=output_padding,
        dilation=dilation,
        groups=groups,
    )

    def sizes(space: tuple[int, ...]) -> list[int]:
        return [axis.size for axis in enlarged(options, extra, space, name)]

    return convolution(
        kind, name, inputs, shape, weight, bias, forward, conv_transpose_backward, sizes, transposed=True
    )


def weight_shape(name: str, inputs: int, outputs: int, kernel: tuple[int, ...], groups: int) -> tuple[int, ...]:
    """Return (*kernel, inputs / groups, outputs); raise HyperparameterError for channels that do not divide."""
    positive(name, inputs=inputs, outputs=outputs, groups=groups)
    for what, channels in (("inputs", inputs), ("outputs", outputs)):
        if channels % groups:
            raise HyperparameterError(name, f"{what} that divide by groups={groups}", str(channels))
    return (*kernel, inputs // groups, outputs)
