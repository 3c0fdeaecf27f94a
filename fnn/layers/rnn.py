"""The simple recurrent layer."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array, Shape
from fnn.errors import HyperparameterError
from fnn.initializers import Initializer, glorot_uniform, orthogonal, zeros
from fnn.model import layer
from fnn.ops.rnn import Activation, RNNCache, rnn_backward, rnn_forward
from fnn.random import Key
from fnn.recurrent.model import Recurrent, Steps, recurrent
from fnn.sequences import check_sequence, sequence_shape
from fnn.tree import record
from fnn.validate import positive


@record
class RNN:
    """Parameters of a simple recurrent layer: input_weight (inputs, units), recurrent_weight (units, units), bias."""

    input_weight: Array
    recurrent_weight: Array
    bias: Array


_orthogonal = orthogonal()


def rnn(
    inputs: int,
    units: int,
    *,
    activation: Activation = "tanh",
    input_weight: Initializer = glorot_uniform,
    recurrent_weight: Initializer = _orthogonal,
    bias: Initializer = zeros,
) -> Recurrent[RNN, Array, Array, Array]:
    """A simple recurrent layer from ``(batch, time, inputs)`` to ``(batch, time, units)``; its carry is (batch, units).

    ``h[t] = activation(x[t] W + h[t-1] R + b)``, with ``activation`` ``"tanh"`` or ``"relu"``, from a carry of zeros;
    `carried` and `padded` are its other views. The last three are initializers; an orthogonal recurrent weight keeps
    signals alive through many steps. Raises DtypeError for input that is not float of the parameters' dtype, ShapeError
    for input of another shape, DataError for an empty batch. The mathematics stands in `fnn.ops.rnn`.

    >>> import fnn
    >>> model = fnn.rnn(3, 4)
    >>> model.apply(model.init(fnn.Key(0)), np.ones((2, 5, 3), np.float32)).shape
    (2, 5, 4)
    """
    positive("rnn", inputs=inputs, units=units)
    if activation not in ("tanh", "relu"):
        raise HyperparameterError("rnn", 'activation "tanh" or "relu"', repr(activation))
    name = f"rnn({inputs}, {units})"

    def init(key: Key) -> RNN:
        first, second, third = key.split(3)
        return RNN(
            input_weight(first, (inputs, units)), recurrent_weight(second, (units, units)), bias(third, (units,))
        )

    def forward(params: RNN, steps: Steps[Array, Array]) -> tuple[tuple[Array, Array], RNNCache]:
        check_sequence(steps.values, inputs, params.input_weight, name)
        return rnn_forward(
            steps.values,
            steps.carry,
            params.input_weight,
            params.recurrent_weight,
            params.bias,
            activation=activation,
            mask=steps.mask,
            reverse=steps.reverse,
        )

    def backward(dy: tuple[Array, Array], cache: RNNCache) -> tuple[RNN, Steps[Array, Array]]:
        dx, dcarry, dinput_weight, drecurrent_weight, dbias = rnn_backward(dy, cache)
        return RNN(dinput_weight, drecurrent_weight, dbias), Steps(dx, dcarry)

    def shape(s: Shape) -> Shape:
        return sequence_shape(s, inputs, units, name)

    def flops(s: Shape) -> int:
        """For each step two products, added, with bias and activation."""
        steps: int = s[0]
        return steps * units * (2 * (inputs + units) + 3)

    sweep = layer(init, forward, backward, name=name, shape=shape, flops=flops, record=RNN)
    return recurrent(sweep, lambda batch_size, dtype: np.zeros((batch_size, units), dtype))
