"""The dense (fully connected) layer, ``y = x W + b``."""

from __future__ import annotations

import math

from fnn.arrays import Array, Shape, check_input, check_parameter, format_shape
from fnn.errors import ShapeError
from fnn.initializers import Initializer, he_normal, zeros
from fnn.model import Model, Stage, layer, op_of
from fnn.ops.linear import LinearCache, linear_backward, linear_backward_params, linear_forward
from fnn.ops.linear_relu import (
    LinearReluCache,
    linear_relu_backward,
    linear_relu_backward_params,
    linear_relu_forward,
)
from fnn.ops.relu import relu_forward
from fnn.random import Key
from fnn.tree import record
from fnn.validate import function, positive


@record
class Dense:
    """Parameters of a dense layer: weight (inputs, outputs) and bias (outputs,)."""

    weight: Array
    bias: Array


def dense(
    inputs: int, outputs: int, *, weight: Initializer = he_normal, bias: Initializer = zeros
) -> Model[Dense, Array, Array]:
    """A dense layer from ``(batch, ..., inputs)`` to ``(batch, ..., outputs)``: ``y = x @ weight + bias``.

    ``weight`` and ``bias`` are initializers. Raises DtypeError for input that is not float of the parameters' dtype,
    ShapeError for input of another width, DataError for an empty batch. The mathematics stands in `fnn.ops.linear`.

    >>> import fnn, numpy as np
    >>> model = fnn.dense(3, 2)
    >>> model.apply(model.init(fnn.Key(0)), np.ones((5, 3), np.float32)).shape
    (5, 2)
    """
    positive("dense", inputs=inputs, outputs=outputs)
    function("dense", "Such as fnn.initializers.he_normal.", weight=weight, bias=bias)
    name = f"dense({inputs}, {outputs})"

    def checked(params: Dense) -> Dense:
        check_parameter(params.weight, (inputs, outputs), f"{name} > weight")
        check_parameter(params.bias, (outputs,), f"{name} > bias", like=params.weight)
        return params

    def init(key: Key) -> Dense:
        key_weight, key_bias = key.split()
        return checked(Dense(weight(key_weight, (inputs, outputs)), bias(key_bias, (outputs,))))

    def forward(params: Dense, x: Array) -> tuple[Array, LinearCache]:
        check_input(x, inputs, checked(params).weight, name)
        return linear_forward(x, params.weight, params.bias)

    def backward(dy: Array, cache: LinearCache) -> tuple[Dense, Array]:
        dx, dweight, dbias = linear_backward(dy, cache)
        return Dense(dweight, dbias), dx

    def forward_relu(params: Dense, x: Array) -> tuple[Array, LinearReluCache]:
        check_input(x, inputs, checked(params).weight, name)
        return linear_relu_forward(x, params.weight, params.bias)

    def backward_relu(dy: Array, cache: LinearReluCache) -> tuple[Dense, Array]:
        dx, dweight, dbias = linear_relu_backward(dy, cache)
        return Dense(dweight, dbias), dx

    def then(stage: Stage) -> Model[Dense, Array, Array] | None:
        return with_relu if op_of(stage) is relu_forward else None

    def shape(s: Shape) -> Shape:
        if not s or s[-1] != inputs:
            raise ShapeError(name, f"input of shape (batch, ..., {inputs})", format_shape(s))
        return (*s[:-1], outputs)

    def flops(s: Shape) -> int:
        return math.prod(s[:-1]) * (2 * inputs * outputs + outputs)

    with_relu = layer(
        init,
        forward_relu,
        backward_relu,
        name=name,
        shape=shape,
        flops=flops,
        record=Dense,
        backward_params=lambda dy, cache: Dense(*linear_relu_backward_params(dy, cache)),
    )
    return layer(
        init,
        forward,
        backward,
        name=name,
        shape=shape,
        flops=flops,
        record=Dense,
        backward_params=lambda dy, cache: Dense(*linear_backward_params(dy, cache)),
        then=then,
        op=linear_forward,
    )
