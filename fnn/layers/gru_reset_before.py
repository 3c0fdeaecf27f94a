"""The GRU layer with its reset gate before the recurrent product."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array, Shape
from fnn.initializers import Initializer, blocks, glorot_uniform, orthogonal, zeros
from fnn.model import layer
from fnn.ops.gru_reset_before import GRUResetBeforeCache, gru_reset_before_backward, gru_reset_before_forward
from fnn.random import Key
from fnn.recurrent.model import Recurrent, Steps, recurrent
from fnn.sequences import check_sequence, sequence_shape
from fnn.tree import record
from fnn.validate import positive


@record
class GRUResetBefore:
    """Parameters of such a GRU: input_weight (inputs, 3 units), recurrent_weight (units, 3 units), bias (3 units,).

    The columns are those of the gates r, z and the candidate n, in this order.
    """

    input_weight: Array
    recurrent_weight: Array
    bias: Array


_orthogonal = orthogonal()


def gru_reset_before(
    inputs: int,
    units: int,
    *,
    input_weight: Initializer = glorot_uniform,
    recurrent_weight: Initializer = _orthogonal,
    bias: Initializer = zeros,
) -> Recurrent[GRUResetBefore, Array, Array, Array]:
    """A `gru` whose reset gate stands before the recurrent product, as in its paper; two products a step, not one.

    From ``(batch, time, inputs)`` to ``(batch, time, units)``, with a carry (batch, units) that begins with zeros;
    `carried` and `padded` are its other views. The weights' initializers draw each gate's block by itself. Raises
    DtypeError for input that is not float of the parameters' dtype, ShapeError for input of another shape, DataError
    for an empty batch. The mathematics stands in `fnn.ops.gru_reset_before`.

    >>> import fnn
    >>> model = fnn.gru_reset_before(3, 4)
    >>> model.apply(model.init(fnn.Key(0)), np.ones((2, 5, 3), np.float32)).shape
    (2, 5, 4)
    """
    positive("gru_reset_before", inputs=inputs, units=units)
    name = f"gru_reset_before({inputs}, {units})"

    def init(key: Key) -> GRUResetBefore:
        first, second, third = key.split(3)
        return GRUResetBefore(
            blocks(input_weight, 3)(first, (inputs, 3 * units)),
            blocks(recurrent_weight, 3)(second, (units, 3 * units)),
            bias(third, (3 * units,)),
        )

    def forward(params: GRUResetBefore, steps: Steps[Array, Array]) -> tuple[tuple[Array, Array], GRUResetBeforeCache]:
        check_sequence(steps.values, inputs, params.input_weight, name)
        return gru_reset_before_forward(
            steps.values,
            steps.carry,
            params.input_weight,
            params.recurrent_weight,
            params.bias,
            mask=steps.mask,
            reverse=steps.reverse,
        )

    def backward(dy: tuple[Array, Array], cache: GRUResetBeforeCache) -> tuple[GRUResetBefore, Steps[Array, Array]]:
        dx, dcarry, dinput_weight, drecurrent_weight, dbias = gru_reset_before_backward(dy, cache)
        return GRUResetBefore(dinput_weight, drecurrent_weight, dbias), Steps(dx, dcarry)

    def shape(s: Shape) -> Shape:
        return sequence_shape(s, inputs, units, name)

    def flops(s: Shape) -> int:
        """For each step two products, added, with bias and activation; then r h and n + z (h - n)."""
        steps: int = s[0]
        return steps * units * (3 * (2 * (inputs + units) + 3) + 4)

    sweep = layer(init, forward, backward, name=name, shape=shape, flops=flops, record=GRUResetBefore)
    return recurrent(sweep, lambda batch_size, dtype: np.zeros((batch_size, units), dtype))
