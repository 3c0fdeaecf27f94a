"""One call of an ONNX operator, as the functions of this folder get it."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from fnn.arrays import Array, IntArray

AnyArray: TypeAlias = NDArray[Any]


class Reason(enum.Enum):
    """Why a case is not supported."""

    DTYPE = "float16 or bfloat16, where fnn computes with float32 and float64"
    PRODUCT = "a product of two batches of matrices, where fnn has products of a batch with a parameter"
    BIAS = "a bias for each sample"
    RANDOM = "random numbers of ONNX's own generator"
    PEEPHOLES = "an LSTM with peepholes"
    SUBGRAPH = "a graph as an attribute"
    REFUSED = "values that fnn refuses: indices that count from the end, an interval without inside"


class NotSupported(Exception):
    """The case asks for what fnn does not have, or will not do."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@attrs.frozen(eq=False)
class Node:
    """The inputs of a node in order, None where one was left out, and its attributes, with ONNX's defaults."""

    inputs: tuple[AnyArray | None, ...]
    attributes: dict[str, Any]

    def __getitem__(self, attribute: str) -> Any:
        """Return an attribute; None if it is not given and has no default."""
        return self.attributes.get(attribute)

    def has(self, index: int) -> bool:
        """Whether there is an input at ``index``."""
        return index < len(self.inputs) and self.inputs[index] is not None

    def raw(self, index: int) -> AnyArray:
        """Return the input at ``index``, of whatever dtype it is."""
        value = self.inputs[index]
        assert value is not None
        return value

    def array(self, index: int) -> Array:
        """Return the input at ``index``, which fnn can compute with."""
        value = self.raw(index)
        if value.dtype not in (np.float32, np.float64):
            raise NotSupported(Reason.DTYPE)
        return value

    def exact(self, index: int) -> Array:
        """Return the input at ``index``, integers as equal floats: to choose among, not to compute with."""
        value = self.raw(index)
        return value.astype(np.float64) if value.dtype.kind in "iu" and value.itemsize <= 4 else self.array(index)

    def optional(self, index: int) -> Array | None:
        """Return the input at ``index`` if there is one."""
        return self.array(index) if self.has(index) else None

    def integers(self, index: int) -> IntArray:
        """Return labels, lengths or positions at ``index``."""
        return self.raw(index)

    def number(self, index: int, default: float) -> float:
        """Return a single number given as an input."""
        return float(self.raw(index)) if self.has(index) else default


Operator: TypeAlias = Callable[[Node], AnyArray | Sequence[AnyArray]]
"""Computes the output of a node, or its outputs by their places."""
