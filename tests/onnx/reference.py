"""Cases for what ONNX's own leave out: random arrays in float64, and the outputs of its reference implementation.

In ONNX's cases the images that are convolved have one channel, and all gates of a network the same weights.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
from onnx import defs
from onnx.reference import ReferenceEvaluator

from fnn.arrays import Array
from tests.onnx.cases import make_case, run
from tests.onnx.node import AnyArray


def draw(*shapes: tuple[int, ...]) -> list[Array]:
    rng = np.random.default_rng(7)
    return [rng.standard_normal(shape) for shape in shapes]


def reference(node: onnx.NodeProto, inputs: Sequence[Array]) -> list[Array]:
    """Return what ONNX computes; ``inputs`` are those that the node names."""
    names = [name for name in node.input if name]
    outputs = ReferenceEvaluator(node).run(None, dict(zip(names, inputs, strict=True)))
    assert isinstance(outputs, list)
    return outputs


def check(node: onnx.NodeProto, inputs: Sequence[AnyArray], wanted: Sequence[AnyArray]) -> None:
    """Compare what fnn computes with what is wanted, to 12 digits."""
    version = defs.onnx_opset_version()
    assert run(make_case(node, inputs, wanted, version=version, rtol=1e-12, atol=1e-12)) is None
