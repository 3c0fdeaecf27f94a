"""The linear layer, ``y = x W``: a dense layer without bias."""

from __future__ import annotations

import math

from fnn.arrays import Array, Shape, check_input, check_parameter, format_shape
from fnn.errors import ShapeError
from fnn.initializers import Initializer, he_normal
from fnn.model import Model, layer
from fnn.ops.linear import LinearCache, linear_backward, linear_forward
from fnn.random import Key
from fnn.tree import record
from fnn.validate import function, positive


@record
class Linear:
    """Parameters of a linear layer: weight (inputs, outputs)."""

    weight: Array


def linear(inputs: int, outputs: int, *, weight: Initializer = he_normal) -> Model[Linear, Array, Array]:
    """A layer from ``(batch, ..., inputs)`` to ``(batch, ..., outputs)`` without bias: ``y = x @ weight``.

    ``weight`` is an initializer. Raises DtypeError for input that is not float of the parameters' dtype, ShapeError for
    input of another width, DataError for an empty batch. The mathematics stands in `fnn.ops.linear`.

    >>> import fnn, numpy as np
    >>> model = fnn.linear(3, 2)
    >>> model.apply(model.init(fnn.Key(0)), np.ones((5, 3), np.float32)).shape
    (5, 2)
    """
    positive("linear", inputs=inputs, outputs=outputs)
    function("linear", "Such as fnn.initializers.he_normal.", weight=weight)
    name = f"linear({inputs}, {outputs})"

    def checked(params: Linear) -> Linear:
        check_parameter(params.weight, (inputs, outputs), f"{name} > weight")
        return params

    def init(key: Key) -> Linear:
        return checked(Linear(weight(key, (inputs, outputs))))

    def forward(params: Linear, x: Array) -> tuple[Array, LinearCache]:
        check_input(x, inputs, checked(params).weight, name)
        return linear_forward(x, params.weight)

    def backward(dy: Array, cache: LinearCache) -> tuple[Linear, Array]:
        dx, dweight, _ = linear_backward(dy, cache)
        return Linear(dweight), dx

    def shape(s: Shape) -> Shape:
        if not s or s[-1] != inputs:
            raise ShapeError(name, f"input of shape (batch, ..., {inputs})", format_shape(s))
        return (*s[:-1], outputs)

    def flops(s: Shape) -> int:
        return 2 * math.prod(s) * outputs

    return layer(init, forward, backward, name=name, shape=shape, flops=flops, record=Linear)
