"""The cases, as records, and what becomes of each."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
import onnx
from onnx import helper
from onnx.backend.test.case.node import collect_testcases
from onnx.backend.test.case.test_case import TestCase

from tests.onnx.node import AnyArray, Node, NotSupported, Reason
from tests.onnx.operators import OPERATORS


@attrs.frozen(eq=False)
class Case:
    """A node, the outputs wanted by their places, and how near fnn's must come."""

    operator: str
    node: Node
    wanted: dict[int, AnyArray]
    rtol: float
    atol: float


@functools.cache
def cases() -> dict[str, Case]:
    """Return ONNX's cases for the operators that fnn has in some form, by name.

    Those of several nodes are left out: they have the arrays of another, and define its operator by simpler ones.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # overflow in arrays for operators that are not ours
        tests = collect_testcases(None)
    return {test.name.removeprefix("test_"): _read(test) for test in tests if _has(test)}


def make_case(
    node: onnx.NodeProto,
    inputs: Sequence[AnyArray],
    outputs: Sequence[AnyArray],
    *,
    version: int,
    rtol: float,
    atol: float,
) -> Case:
    """Return a case; ``version`` is that of the set of operators, arrays are those that the node names."""
    there, wanted = iter(inputs), iter(outputs)
    arrays = tuple(next(there) if name else None for name in node.input)
    places = {i: next(wanted) for i, name in enumerate(node.output) if name}
    return Case(node.op_type, Node(arrays, _attributes(node, version)), places, rtol, atol)


def run(case: Case) -> Reason | None:
    """Compare fnn's outputs with those wanted; return why the case is not supported, or None if it is.

    Raises AssertionError where they differ in dtype, in shape, or by more than the case allows.
    """
    try:
        outputs = OPERATORS[case.operator](case.node)
    except NotSupported as unsupported:
        return unsupported.reason
    got = [outputs] if isinstance(outputs, np.ndarray) else outputs
    for place, wanted in case.wanted.items():
        np.testing.assert_allclose(got[place], wanted, rtol=case.rtol, atol=case.atol, strict=True)
    return None


def _has(test: TestCase) -> bool:
    assert test.model is not None
    nodes = test.model.graph.node
    return len(nodes) == 1 and nodes[0].op_type in OPERATORS


def _read(test: TestCase) -> Case:
    assert test.model is not None
    assert test.data_sets is not None
    (node,) = test.model.graph.node
    (version,) = (opset.version for opset in test.model.opset_import if opset.domain == node.domain)
    ((inputs, outputs),) = test.data_sets
    return make_case(node, inputs, outputs, version=version, rtol=test.rtol, atol=test.atol)


def _attributes(node: onnx.NodeProto, version: int) -> dict[str, Any]:
    """Return the attributes that are given, and ONNX's defaults of the others."""
    schema = onnx.defs.get_schema(node.op_type, version, node.domain)
    defaults = [a.default_value for a in schema.attributes.values() if a.default_value.name]
    values = {a.name: helper.get_attribute_value(a) for a in [*defaults, *node.attribute]}
    return {name: value.decode() if isinstance(value, bytes) else value for name, value in values.items()}
