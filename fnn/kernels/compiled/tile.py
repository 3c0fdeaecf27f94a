"""A block of a matrix product whose sums stay in the vector registers of the processor.

Loops over rows, columns and depth as Numba compiles them fetch and store a sum for each product added to it, which
takes five times as long. Here the block is written in the instructions of LLVM: a few vectors of sums, for each step in
depth some vectors of ``b``, and each number of ``a`` spread over a vector and multiplied with them.

Reference: Goto and van de Geijn (2008), "Anatomy of high-performance matrix multiplication".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import binding, ir
from numba import config, types
from numba.core import cgutils
from numba.extending import intrinsic

_FEATURES = {} if config.CPU_NAME else binding.get_host_cpu_features()

FUSED = all(_FEATURES.get(name, False) for name in ("avx2", "fma"))
"""Whether this is a processor for which the block was written and measured."""

_WIDE = _FEATURES.get("avx512f", False)
_BYTES = 64 if _WIDE else 32  # of a vector
_VECTORS = 2

ROWS = 8 if _WIDE else 6
"""As many rows as there are registers for."""

COLUMNS = _VECTORS * _BYTES
"""As many bytes of a row of ``b``; a block has as many columns as numbers of these bytes."""


@intrinsic
def add_product(typing: Any, a: Any, b: Any, c: Any) -> tuple[Any, Callable[..., Any]]:
    """Write ``c + a b`` over ``c``.

    Shapes: a (rows, depth), b (depth, columns), c (rows, columns), the last two with contiguous rows. There are 1 to
    ``ROWS`` rows; ``b`` has as many columns as a block, of which ``c`` takes the first, at least one.
    """
    return types.void(a, b, c), _write


def _write(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    dtype = signature.args[2].dtype
    size = dtype.bitwidth // 8
    lanes = _BYTES // size
    number, index = context.get_value_type(dtype), ir.IntType(64)
    vector = ir.VectorType(number, lanes)

    def at(start: Any, offset: Any, kind: Any) -> Any:
        """Return a pointer to what is so many bytes behind a start."""
        return builder.bitcast(builder.gep(start, [offset]), kind.as_pointer())

    starts, shapes, strides = [], [], []
    for kind, value in zip(signature.args, args, strict=True):
        array = context.make_array(kind)(context, builder, value)
        starts.append(builder.bitcast(array.data, ir.IntType(8).as_pointer()))
        shapes.append(cgutils.unpack_tuple(builder, array.shape, 2))
        strides.append(cgutils.unpack_tuple(builder, array.strides, 2))
    (a, b, c), (rows, depth), columns = starts, shapes[0], shapes[2][1]

    # Where there are fewer rows than in a block, its other rows are the last one once more.
    lines = []
    for i in range(ROWS):
        row = builder.select(builder.icmp_signed("<", index(i), rows), index(i), builder.sub(rows, index(1)))
        lines.append(
            [builder.gep(start, [builder.mul(row, stride[0])]) for start, stride in ((a, strides[0]), (c, strides[2]))]
        )

    zero = ir.Constant(vector, [0.0] * lanes)
    sums = [[cgutils.alloca_once_value(builder, zero) for _ in range(_VECTORS)] for _ in range(ROWS)]
    name = f"llvm.fma.v{lanes}f{dtype.bitwidth}"
    fused = cgutils.get_or_insert_function(builder.module, ir.FunctionType(vector, [vector] * 3), name)
    nothing, first = ir.Constant(vector, ir.Undefined), ir.Constant(ir.VectorType(ir.IntType(32), lanes), [0] * lanes)
    with cgutils.for_range(builder, depth) as step:
        beside = builder.mul(step.index, strides[0][1])
        line = builder.gep(b, [builder.mul(step.index, strides[1][0])])
        right = [builder.load(at(line, index(_BYTES * j), vector), align=size) for j in range(_VECTORS)]
        for i in range(ROWS):
            single = builder.load(at(lines[i][0], beside, number))
            left = builder.insert_element(nothing, single, ir.IntType(32)(0))
            left = builder.shuffle_vector(left, nothing, first)
            for j in range(_VECTORS):
                builder.store(builder.call(fused, [left, right[j], builder.load(sums[i][j])]), sums[i][j])

    block = cgutils.alloca_once(builder, ir.ArrayType(vector, ROWS * _VECTORS))
    with builder.if_else(builder.icmp_signed("==", columns, index(lanes * _VECTORS))) as (whole, part):
        with whole:
            places = [[at(lines[i][1], index(_BYTES * j), vector) for j in range(_VECTORS)] for i in range(ROWS)]
            totals = [
                [
                    builder.fadd(builder.load(sums[i][j]), builder.load(places[i][j], align=size))
                    for j in range(_VECTORS)
                ]
                for i in range(ROWS)
            ]  # all are read before one is written, for rows may be the same
            for i in range(ROWS):
                for j in range(_VECTORS):
                    builder.store(totals[i][j], places[i][j], align=size)
        with part:
            copy = builder.bitcast(block, ir.IntType(8).as_pointer())
            for i in range(ROWS):
                for j in range(_VECTORS):
                    builder.store(builder.load(sums[i][j]), at(copy, index(_BYTES * (i * _VECTORS + j)), vector))
                with (
                    builder.if_then(builder.icmp_signed("<", index(i), rows)),
                    cgutils.for_range(builder, columns) as each,
                ):
                    offset = builder.mul(each.index, index(size))
                    place = at(lines[i][1], offset, number)
                    total = builder.load(at(copy, builder.add(offset, index(_BYTES * _VECTORS * i)), number))
                    builder.store(builder.fadd(total, builder.load(place)), place)
    return context.get_dummy_value()
