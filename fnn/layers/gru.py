"""The GRU layer, its reset gate behind the recurrent product."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array, Shape
from fnn.initializers import Initializer, blocks, glorot_uniform, orthogonal, zeros
from fnn.model import layer
from fnn.ops.gru import GRUCache, gru_backward, gru_backward_params, gru_forward
from fnn.random import Key
from fnn.recurrent.model import Recurrent, Steps, recurrent
from fnn.sequences import check_sequence, sequence_shape
from fnn.tree import record
from fnn.validate import positive


@record
class GRU:
    """Parameters of a GRU: input_weight (inputs, 3 units), recurrent_weight (units, 3 units), and two biases.

    The columns are those of the gates r, z and the candidate n, in this order: so are those of bias (3 units,).
    recurrent_bias (units,) is that of the candidate's recurrent product, within reach of the reset gate.
    """

    input_weight: Array
    recurrent_weight: Array
    bias: Array
    recurrent_bias: Array


_orthogonal = orthogonal()


def gru(
    inputs: int,
    units: int,
    *,
    input_weight: Initializer = glorot_uniform,
    recurrent_weight: Initializer = _orthogonal,
    bias: Initializer = zeros,
) -> Recurrent[GRU, Array, Array, Array]:
    """A gated recurrent unit from ``(batch, time, inputs)`` to ``(batch, time, units)``; its carry is (batch, units).

    The reset gate stands behind the recurrent product, as in PyTorch; `gru_reset_before` is the other variant. It
    begins with a carry of zeros; `carried` and `padded` are its other views. The weights' initializers draw each gate's
    block by itself. Raises DtypeError for input that is not float of the parameters' dtype, ShapeError for input of
    another shape, DataError for an empty batch. The mathematics stands in `fnn.ops.gru`.

    >>> import fnn
    >>> model = fnn.gru(3, 4)
    >>> model.apply(model.init(fnn.Key(0)), np.ones((2, 5, 3), np.float32)).shape
    (2, 5, 4)
    """
    positive("gru", inputs=inputs, units=units)
    name = f"gru({inputs}, {units})"

    def init(key: Key) -> GRU:
        first, second, third, fourth = key.split(4)
        return GRU(
            blocks(input_weight, 3)(first, (inputs, 3 * units)),
            blocks(recurrent_weight, 3)(second, (units, 3 * units)),
            bias(third, (3 * units,)),
            bias(fourth, (units,)),
        )

    def forward(params: GRU, steps: Steps[Array, Array]) -> tuple[tuple[Array, Array], GRUCache]:
        check_sequence(steps.values, inputs, params.input_weight, name)
        return gru_forward(
            steps.values,
            steps.carry,
            params.input_weight,
            params.recurrent_weight,
            params.bias,
            params.recurrent_bias,
            mask=steps.mask,
            reverse=steps.reverse,
        )

    def backward(dy: tuple[Array, Array], cache: GRUCache) -> tuple[GRU, Steps[Array, Array]]:
        dx, dcarry, dinput_weight, drecurrent_weight, dbias, drecurrent_bias = gru_backward(dy, cache)
        return GRU(dinput_weight, drecurrent_weight, dbias, drecurrent_bias), Steps(dx, dcarry)

    def backward_params(dy: tuple[Array, Array], cache: GRUCache) -> GRU:
        return GRU(*gru_backward_params(dy, cache)[1:])

    def shape(s: Shape) -> Shape:
        return sequence_shape(s, inputs, units, name)

    def flops(s: Shape) -> int:
        """For each step two products, added, with bias and activation; then h R_n + b_q, r q, and n + z (h - n)."""
        steps: int = s[0]
        return steps * units * (3 * (2 * (inputs + units) + 3) + 5)

    sweep = layer(
        init,
        forward,
        backward,
        name=name,
        shape=shape,
        flops=flops,
        record=GRU,
        backward_params=backward_params,
    )
    return recurrent(sweep, lambda batch_size, dtype: np.zeros((batch_size, units), dtype))
