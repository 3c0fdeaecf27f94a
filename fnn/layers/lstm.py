"""The LSTM layer."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import DTypeLike

from fnn.arrays import Array, Shape
from fnn.initializers import Initializer, blocks, glorot_uniform, orthogonal, zeros
from fnn.model import layer
from fnn.ops.lstm import LSTMCache, LSTMCarry, lstm_backward, lstm_backward_params, lstm_forward
from fnn.random import Key
from fnn.recurrent.model import Recurrent, Steps, recurrent
from fnn.sequences import check_sequence, sequence_shape
from fnn.tree import record
from fnn.validate import in_range, positive


@record
class LSTM:
    """Parameters of an LSTM: input_weight (inputs, 4 units), recurrent_weight (units, 4 units), bias (4 units,).

    The columns are those of the gates i, f, g (the candidate), o, in this order.
    """

    input_weight: Array
    recurrent_weight: Array
    bias: Array


_orthogonal = orthogonal()


def lstm(
    inputs: int,
    units: int,
    *,
    input_weight: Initializer = glorot_uniform,
    recurrent_weight: Initializer = _orthogonal,
    bias: Initializer = zeros,
    forget_bias: float = 1.0,
) -> Recurrent[LSTM, LSTMCarry, Array, Array]:
    """A long short-term memory from ``(batch, time, inputs)`` to ``(batch, time, units)``; its carry is `LSTMCarry`.

    It begins with a carry of zeros; `carried` and `padded` are its other views. The weights' initializers draw each
    gate's block by itself. ``forget_bias``, any finite number, is added to the bias of the forget gate: with 1 the
    cell begins by remembering. Raises DtypeError for input that is not float of the parameters' dtype, ShapeError for
    input of another shape, DataError for an empty batch. The mathematics stands in `fnn.ops.lstm`.

    Reference: Jozefowicz, Zaremba, Sutskever (2015), "An empirical exploration of recurrent network architectures",
    sec. 2.2 (the forget gate's bias).

    >>> import fnn
    >>> model = fnn.lstm(3, 4)
    >>> model.apply(model.init(fnn.Key(0)), np.ones((2, 5, 3), np.float32)).shape
    (2, 5, 4)
    """
    positive("lstm", inputs=inputs, units=units)
    in_range("lstm", -math.inf, math.inf, low_open=True, high_open=True, forget_bias=forget_bias)
    name = f"lstm({inputs}, {units})"

    def init(key: Key) -> LSTM:
        first, second, third = key.split(3)
        offset = np.repeat(np.array([0, forget_bias, 0, 0], np.float32), units)
        return LSTM(
            blocks(input_weight, 4)(first, (inputs, 4 * units)),
            blocks(recurrent_weight, 4)(second, (units, 4 * units)),
            bias(third, (4 * units,)) + offset,
        )

    def forward(params: LSTM, steps: Steps[Array, LSTMCarry]) -> tuple[tuple[Array, LSTMCarry], LSTMCache]:
        check_sequence(steps.values, inputs, params.input_weight, name)
        return lstm_forward(
            steps.values,
            steps.carry,
            params.input_weight,
            params.recurrent_weight,
            params.bias,
            mask=steps.mask,
            reverse=steps.reverse,
        )

    def backward(dy: tuple[Array, LSTMCarry], cache: LSTMCache) -> tuple[LSTM, Steps[Array, LSTMCarry]]:
        dx, dcarry, dinput_weight, drecurrent_weight, dbias = lstm_backward(dy, cache)
        return LSTM(dinput_weight, drecurrent_weight, dbias), Steps(dx, dcarry)

    def backward_params(dy: tuple[Array, LSTMCarry], cache: LSTMCache) -> LSTM:
        return LSTM(*lstm_backward_params(dy, cache)[1:])

    def shape(s: Shape) -> Shape:
        return sequence_shape(s, inputs, units, name)

    def flops(s: Shape) -> int:
        """For each step two products, added, with bias and activation; then f c + i g and o tanh c."""
        steps: int = s[0]
        return steps * units * (4 * (2 * (inputs + units) + 3) + 5)

    def begin(batch_size: int, dtype: DTypeLike) -> LSTMCarry:
        return LSTMCarry(np.zeros((batch_size, units), dtype), np.zeros((batch_size, units), dtype))

    sweep = layer(
        init,
        forward,
        backward,
        name=name,
        shape=shape,
        flops=flops,
        record=LSTM,
        backward_params=backward_params,
    )
    return recurrent(sweep, begin)
