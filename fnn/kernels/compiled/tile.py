"""A block of a matrix product whose sums stay in the vector registers of the processor.

Loops over rows, columns and depth as Numba compiles them fetch and store a sum for each product added to it, which
takes five times as long. Here the block is written in the instructions of LLVM: a few vectors of sums, for each step in
depth some vectors of ``b``, and each number of ``a`` spread over a vector and multiplied with them.

Reference: Goto and van de Geijn (2008), "Anatomy of high-performance matrix multiplication".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any, NamedTuple

from llvmlite import binding, ir
from numba import config, types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.extending import intrinsic


def _features() -> Mapping[str, bool]:
    """Return what the processor can that loops are compiled for; nothing if that is another one, or not known."""
    try:
        return {} if config.CPU_NAME or config.DISABLE_JIT else binding.get_host_cpu_features()
    except RuntimeError:
        return {}


_FEATURES = _features()

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

    Shapes: a (rows, *depth), b (depth, columns), contiguous, with a row for each index of ``depth``, c (rows, columns)
    with contiguous rows. There are 1 to ``ROWS`` rows; ``b`` has as many columns as a block, of which ``c`` takes the
    first, at least one.
    """
    if not a.dtype == b.dtype == c.dtype or not isinstance(a.dtype, types.Float):
        raise TypingError(f"add_product: expected floats of one type, got {a.dtype}, {b.dtype} and {c.dtype}")
    return types.void(a, b, c), _write


class _Place(NamedTuple):
    """An array as it lies in memory: a pointer to its first byte, and strides in bytes."""

    start: Any
    shape: Any
    strides: Any


def _write(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    places = []
    for kind, value in zip(signature.args, args, strict=True):
        array = context.make_array(kind)(context, builder, value)
        shape, strides = (cgutils.unpack_tuple(builder, part, kind.ndim) for part in (array.shape, array.strides))
        places.append(_Place(builder.bitcast(array.data, _BYTE), shape, strides))
    dtype = signature.args[2].dtype
    _Block(builder, context.get_value_type(dtype), dtype.bitwidth).write(*places)
    return context.get_dummy_value()


_BYTE, _INDEX, _SHORT = ir.IntType(8).as_pointer(), ir.IntType(64), ir.IntType(32)


class _Block:
    """Writes the instructions, for numbers of one type."""

    def __init__(self, builder: Any, number: Any, bits: int) -> None:
        self.builder, self.number, self.size = builder, number, bits // 8
        self.lanes = _BYTES // self.size
        self.vector = ir.VectorType(number, self.lanes)
        fused = ir.FunctionType(self.vector, [self.vector] * 3)
        self.fused = cgutils.get_or_insert_function(builder.module, fused, f"llvm.fma.v{self.lanes}f{bits}")

    def write(self, a: _Place, b: _Place, c: _Place) -> None:
        """Write the whole block. Where there are fewer rows than in one, its others are the last one once more."""
        builder, rows = self.builder, a.shape[0]
        last = builder.sub(rows, _INDEX(1))
        numbers = [builder.select(builder.icmp_signed("<", _INDEX(i), rows), _INDEX(i), last) for i in range(ROWS)]
        sums = self.sums([self.row(a, i) for i in numbers], a, b)
        whole = builder.icmp_signed("==", c.shape[1], _INDEX(self.lanes * _VECTORS))
        with builder.if_else(whole) as (then, otherwise):
            with then:
                self.add_vectors(sums, [self.row(c, i) for i in numbers])
            with otherwise:
                self.add_numbers(sums, c)

    def sums(self, lines: list[Any], a: _Place, b: _Place) -> list[list[Any]]:
        """Go through the depth; return where the sums are, a few vectors for each row."""
        builder = self.builder
        zero = ir.Constant(self.vector, [0.0] * self.lanes)
        sums = [[cgutils.alloca_once_value(builder, zero) for _ in range(_VECTORS)] for _ in range(ROWS)]
        line = cgutils.alloca_once_value(builder, b.start)
        with ExitStack() as loops:
            offset = _INDEX(0)
            for count, stride in zip(a.shape[1:], a.strides[1:], strict=True):
                step = loops.enter_context(cgutils.for_range(builder, count)).index
                offset = builder.add(offset, builder.mul(step, stride))
            start = builder.load(line)
            right = [self.load(self.at(start, _INDEX(_BYTES * j), self.vector)) for j in range(_VECTORS)]
            builder.store(builder.gep(start, [_INDEX(_BYTES * _VECTORS)]), line)
            for row, partial in zip(lines, sums, strict=True):
                left = self.spread(builder.load(self.at(row, offset, self.number)))
                for vector, total in zip(right, partial, strict=True):
                    builder.store(builder.call(self.fused, [left, vector, builder.load(total)]), total)
        return sums

    def add_vectors(self, sums: list[list[Any]], rows: list[Any]) -> None:
        """Add the sums to whole rows; all are read before one is written, for rows may be the same."""
        places = [self.at(row, _INDEX(_BYTES * j), self.vector) for row in rows for j in range(_VECTORS)]
        flat = [self.builder.load(total) for partial in sums for total in partial]
        totals = [self.builder.fadd(total, self.load(place)) for total, place in zip(flat, places, strict=True)]
        for total, place in zip(totals, places, strict=True):
            self.builder.store(total, place, align=self.size)

    def add_numbers(self, sums: list[list[Any]], c: _Place) -> None:
        """Add the sums to rows that are shorter than those of a block."""
        builder = self.builder
        copy = builder.bitcast(cgutils.alloca_once(builder, ir.ArrayType(self.vector, _VECTORS)), _BYTE)
        for i, partial in enumerate(sums):
            with builder.if_then(builder.icmp_signed("<", _INDEX(i), c.shape[0])):
                for j, total in enumerate(partial):
                    builder.store(builder.load(total), self.at(copy, _INDEX(_BYTES * j), self.vector))
                row = self.row(c, _INDEX(i))
                with cgutils.for_range(builder, c.shape[1]) as each:
                    offset = builder.mul(each.index, _INDEX(self.size))
                    place = self.at(row, offset, self.number)
                    number = builder.load(self.at(copy, offset, self.number))
                    builder.store(builder.fadd(number, builder.load(place)), place)

    def row(self, place: _Place, number: Any) -> Any:
        """Return a pointer to a row."""
        return self.builder.gep(place.start, [self.builder.mul(number, place.strides[0])])

    def at(self, start: Any, offset: Any, kind: Any) -> Any:
        """Return a pointer to what is so many bytes behind a start."""
        return self.builder.bitcast(self.builder.gep(start, [offset]), kind.as_pointer())

    def load(self, place: Any) -> Any:
        """Load a vector from where it may lie across lines of memory."""
        return self.builder.load(place, align=self.size)

    def spread(self, number: Any) -> Any:
        """Return a vector of the same number everywhere."""
        nothing = ir.Constant(self.vector, ir.Undefined)
        first = ir.Constant(ir.VectorType(_SHORT, self.lanes), [0] * self.lanes)
        return self.builder.shuffle_vector(self.builder.insert_element(nothing, number, _SHORT(0)), nothing, first)
