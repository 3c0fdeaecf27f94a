"""Recurrent networks with weights of their own for each gate, beside ONNX's reference implementation."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper

from fnn.arrays import Array
from tests.onnx.reference import check, draw, reference

TIME, BATCH, INPUTS, UNITS = 4, 3, 2, 5
GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}

networks = pytest.mark.parametrize(
    ("operator", "options"),
    [("RNN", {}), ("GRU", {}), ("GRU", {"linear_before_reset": 1}), ("LSTM", {})],
    ids=["rnn", "gru", "gru_reset_after", "lstm"],
)


@networks
@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize("layout", [0, 1])
def test_directions(operator: str, options: dict[str, Any], direction: str, layout: int) -> None:
    node = network(operator, direction=direction, layout=layout, **options)
    x, weight, recurrent, bias, *carries = arrays(operator, 2 if direction == "bidirectional" else 1)
    if layout:
        x, *carries = (array.swapaxes(0, 1) for array in [x, *carries])
    inputs = [x, weight, recurrent, bias, *carries]
    check(node, inputs, reference(node, inputs))


@networks
def test_lengths(operator: str, options: dict[str, Any]) -> None:
    """The reference does not look at lengths: it gets each sequence alone, cut to its length."""
    lengths = np.array([2, 4, 1], np.int32)
    node = network(operator, direction="bidirectional", **options)
    x, weight, recurrent, bias, *carries = arrays(operator, 2)
    alone = [
        reference(node, [x[:length, i, None], weight, recurrent, bias, *(carry[:, i, None] for carry in carries)])
        for i, length in enumerate(lengths)
    ]
    outputs, *last = zip(*alone, strict=True)
    padded = [np.pad(y, [(0, TIME - len(y)), (0, 0), (0, 0), (0, 0)]) for y in outputs]
    wanted = [np.concatenate(padded, axis=2), *(np.concatenate(carry, axis=1) for carry in last)]
    node = network(operator, lengths="lengths", direction="bidirectional", **options)
    check(node, [x, weight, recurrent, bias, lengths, *carries], wanted)


def network(operator: str, *, lengths: str = "", **options: Any) -> onnx.NodeProto:
    carries = ["h", "c"] if operator == "LSTM" else ["h"]
    names = ["x", "weight", "recurrent", "bias", lengths, *carries]
    return helper.make_node(operator, names, ["y", *(f"last {name}" for name in carries)], hidden_size=UNITS, **options)


def arrays(operator: str, directions: int) -> list[Array]:
    columns, carry = GATES[operator] * UNITS, (directions, BATCH, UNITS)
    carries = [carry, carry] if operator == "LSTM" else [carry]
    weights = [(directions, columns, INPUTS), (directions, columns, UNITS), (directions, 2 * columns)]
    return draw((TIME, BATCH, INPUTS), *weights, *carries)
