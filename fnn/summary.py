"""A table of what a model is made of, from shapes alone, before any data is at hand."""

from __future__ import annotations

from typing import Any

import attrs

from fnn import tree
from fnn.arrays import Shape, describe, format_shape
from fnn.errors import ShapeError, StructureError
from fnn.model import Fn, Model, Serial, Stage, output_shape
from fnn.random import Key


@attrs.frozen
class Row:
    """One stage: its place and depth in the model, its parameters' class, the shape it gives, and its size."""

    label: str
    depth: int
    stage: str
    record: str
    shape: Shape
    parameters: int
    buffers: int
    nbytes: int


@attrs.frozen
class Summary:
    """The rows of all stages, in order, and the totals; prints as a table."""

    name: str
    input_shape: Shape
    output_shape: Shape
    rows: tuple[Row, ...]
    parameters: int
    buffers: int
    nbytes: int

    def __str__(self) -> str:
        table = [("stage", "parameters", "output", "count", "bytes")]
        table.append(("input", "", format_shape(self.input_shape), "", ""))
        for row in self.rows:
            label = f"{row.label}: " if row.label else ""
            counts = (f"{row.parameters:,}", f"{row.nbytes:,}") if row.record else ("", "")
            table.append((f"{'  ' * row.depth}{label}{row.stage}", row.record, format_shape(row.shape), *counts))
        table.append(("total", "", format_shape(self.output_shape), f"{self.parameters:,}", f"{self.nbytes:,}"))
        widths = [max(len(line[i]) for line in table) for i in range(5)]
        align = (str.ljust, str.ljust, str.ljust, str.rjust, str.rjust)
        lines = ["  ".join(f(cell, w) for f, cell, w in zip(align, line, widths, strict=True)) for line in table]
        rule = "-" * (sum(widths) + 8)
        lines = [lines[0], rule, *lines[1:-1], rule, lines[-1]]
        if self.buffers:
            lines.append(f"of which {self.buffers:,} are buffers, which are saved but not trained")
        return "\n".join(line.rstrip() for line in lines)


def summary(model: Model[Any, Any, Any] | Fn[Any, Any], input_shape: Shape) -> Summary:
    """Tell stage by stage the parameters' record, the output shape, the number of parameters and their bytes.

    ``input_shape`` is that of one sample, without the batch axis: ``(784,)``. Raises ShapeError where a stage cannot
    take what the one before it gives, naming both, and for what is no shape.

    >>> import fnn
    >>> print(summary(fnn.dense(4, 3) >> fnn.relu >> fnn.dense(3, 2), (4,)))
    stage           parameters  output      count  bytes
    ----------------------------------------------------
    input                       (batch, 4)
    0: dense(4, 3)  Dense       (batch, 3)     15     60
    1: relu                     (batch, 3)
    2: dense(3, 2)  Dense       (batch, 2)      8     32
    ----------------------------------------------------
    total                       (batch, 2)     23     92
    """
    _check(model, input_shape)
    out = output_shape(model, input_shape)
    parts = model.parts(input_shape) if model.parts is not None else [("", model, input_shape)]
    rows = tuple(row for label, stage, shape in parts for row in _rows(stage, shape, label, 0))
    params = model.init(Key(0)) if isinstance(model, Model) else None
    trained = tree.size(params, trained_only=True)
    everything = tree.size(params)
    return Summary(model.name, input_shape, out, rows, everything, everything - trained, tree.nbytes(params))


def _check(model: object, input_shape: object) -> None:
    if not isinstance(model, Model | Fn):
        raise StructureError("summary", "a model or a stage", describe(model), "Parameters are counted by tree.size.")
    if not _is_shape(input_shape):
        hint = "That of one sample, without the batch axis: (784,), say; for a pair of inputs ((4,), (4,))."
        raise ShapeError("summary", "an input shape as a tuple of sizes of at least 1", repr(input_shape), hint)


def _is_shape(value: object) -> bool:
    if not isinstance(value, tuple):
        return False
    return all(_is_shape(v) if isinstance(v, tuple) else type(v) is int and v >= 1 for v in value)


def _rows(stage: Stage, shape: Shape, label: str, depth: int) -> list[Row]:
    params = stage.init(Key(0)) if isinstance(stage, Model) else None
    trained, everything = tree.size(params, trained_only=True), tree.size(params)
    record = "" if params is None else type(params).__name__
    out = output_shape(stage, shape)
    if stage.parts is None:
        return [Row(label, depth, stage.name, record, out, everything, everything - trained, tree.nbytes(params))]
    name = stage.name.split("(")[0]
    name = "serial" if isinstance(stage, Serial) or ">>" in name else name
    inner = [row for label, part, s in stage.parts(shape) for row in _rows(part, s, label, depth + 1)]
    return [Row(label, depth, name, "", out, 0, 0, 0), *inner]
