"""Recurrent networks: time first there, both directions in one node, gates as rows and in another order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import attrs
import numpy as np

from fnn import ops
from fnn.arrays import Array
from fnn.ops.lstm import LSTMCarry
from fnn.sequences import length_mask
from tests.onnx.node import Node, NotSupported, Operator, Reason


@attrs.frozen(eq=False)
class Direction:
    """What one direction computes with, in fnn's layout but for the order of the gates."""

    x: Array  # (batch, time, inputs)
    carry: Array  # (batch, units)
    cell: Array
    input_weight: Array  # (inputs, gates * units)
    recurrent_weight: Array
    bias: Array  # (gates * units,): one for the product with the input, one for that with the carry
    recurrent_bias: Array
    options: dict[str, Any]

    def gates(self, order: str, wanted: str) -> Direction:
        """Put the blocks of columns from ONNX's order into that of fnn."""
        blocks = [order.index(gate) for gate in wanted]

        def sort(a: Array) -> Array:
            return a.reshape(*a.shape[:-1], len(order), -1)[..., blocks, :].reshape(a.shape)

        return attrs.evolve(
            self,
            input_weight=sort(self.input_weight),
            recurrent_weight=sort(self.recurrent_weight),
            bias=sort(self.bias),
            recurrent_bias=sort(self.recurrent_bias),
        )


Run: TypeAlias = Callable[[Direction], tuple[Array, ...]]
"""Returns the outputs of all steps (batch, time, units), and what is carried out (batch, units)."""


def rnn(node: Node) -> tuple[Array, ...]:
    def run(d: Direction) -> tuple[Array, Array]:
        bias = d.bias + d.recurrent_bias
        return ops.rnn_forward(d.x, d.carry, d.input_weight, d.recurrent_weight, bias, **d.options)[0]

    return both(node, run)


def gru(node: Node) -> tuple[Array, ...]:
    def run(direction: Direction) -> tuple[Array, Array]:
        d = direction.gates("zrn", "rzn")
        arrays = d.x, d.carry, d.input_weight, d.recurrent_weight
        if not node["linear_before_reset"]:
            return ops.gru_reset_before_forward(*arrays, d.bias + d.recurrent_bias, **d.options)[0]
        gates = 2 * d.carry.shape[1]  # the candidate's second bias stands behind the reset gate, by itself
        bias = np.concatenate([(d.bias + d.recurrent_bias)[:gates], d.bias[gates:]])
        return ops.gru_forward(*arrays, bias, d.recurrent_bias[gates:], **d.options)[0]

    return both(node, run)


def lstm(node: Node) -> tuple[Array, ...]:
    if node.has(7) and node.array(7).any():
        raise NotSupported(Reason.PEEPHOLES)

    def run(direction: Direction) -> tuple[Array, ...]:
        d = direction.gates("iofg", "ifgo")
        carry, bias = LSTMCarry(d.carry, d.cell), d.bias + d.recurrent_bias
        y, carry = ops.lstm_forward(d.x, carry, d.input_weight, d.recurrent_weight, bias, **d.options)[0]
        return y, *carry

    return both(node, run)


def both(node: Node, run: Run) -> tuple[Array, ...]:
    """Run each direction and put the results together.

    In the layout 1 outputs are (batch, time, directions, units) and carries (batch, directions, units); in the layout 0
    they are (time, directions, batch, units) and (directions, batch, units).
    """
    swapped = 0 if node["layout"] else 1
    x = node.array(0).swapaxes(0, swapped)
    weight, recurrent_weight = (node.array(i).swapaxes(1, 2) for i in (1, 2))
    directions, units, columns = recurrent_weight.shape
    bias = node.array(3) if node.has(3) else np.zeros((directions, 2 * columns), x.dtype)
    none = np.zeros((len(x), directions, units), x.dtype)
    h, c = (node.array(i).swapaxes(0, swapped) if node.has(i) else none for i in (5, 6))
    mask = length_mask(node.integers(4), x.shape[1]) if node.has(4) else None
    results = []
    for i in range(directions):
        options = {"mask": mask, "reverse": node["direction"] == "reverse" or i == 1}
        biases = bias[i, :columns], bias[i, columns:]
        results.append(run(Direction(x, h[:, i], c[:, i], weight[i], recurrent_weight[i], *biases, options)))
    y, *carries = zip(*results, strict=True)
    outputs = np.stack(y, axis=2)
    if swapped:
        outputs = outputs.transpose(1, 2, 0, 3)
    return outputs, *(np.stack(carry, axis=1).swapaxes(0, swapped) for carry in carries)


OPERATORS: dict[str, Operator] = {"GRU": gru, "LSTM": lstm, "RNN": rnn}
