"""Products of a few rows with a matrix that is used again and again, as a recurrence has them.

The matrix is first laid out in panels, as many columns each as a block has, so that what is multiplied one after the
other lies one behind the other. The linear algebra library does so too, but anew for each product, which may take as
long as the product itself if that has few rows.

Where the block was not measured, and in a loop for which the layout does not pay, the linear algebra library is left to
multiply.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec

import numpy as np

from fnn.arrays import Array
from fnn.kernels.choice import reference
from fnn.kernels.compiled.options import loop
from fnn.kernels.compiled.tile import COLUMNS, FUSED, ROWS, add_product

A = ParamSpec("A")

_DEPTH = 256  # a panel of so many rows fits into a first-level cache
_STEPS = 4  # as many products as take as long as the layout
_MANY = 4  # so many rows are worth a layout of a weight of any size
_SMALL = 2**15  # and a weight of so many numbers is worth it for fewer rows
_LINE = 64  # bytes of a line of the cache
_TILE = 16  # as many numbers of a line are used while it is there


@loop
def _panels(rows: int, columns: int, like: Array) -> Array:
    """Return an array (panels, rows, columns of a panel) that starts with a line of the cache, 0 beside the columns."""
    width = COLUMNS // like.itemsize
    count = (columns + width - 1) // width
    memory = np.empty(count * rows * width + _LINE // like.itemsize, like.dtype)
    start = (-memory.ctypes.data) % _LINE // like.itemsize
    made = memory[start : start + count * rows * width].reshape(count, rows, width)
    made[-1, :, columns - (count - 1) * width :] = 0
    return made


@loop
def panels(b: Array) -> Array:
    """Return ``b`` (rows, columns) in panels; there are zeros beside the last column."""
    rows, columns = b.shape
    made = _panels(rows, columns, b)
    width = made.shape[2]
    for p in range(len(made)):
        left = p * width
        for k in range(rows):
            for j in range(min(width, columns - left)):
                made[p, k, j] = b[k, left + j]
    return made


@loop
def panels_of_transpose(b: Array) -> Array:
    """Return the transpose of ``b`` (columns, rows) in panels; there are zeros beside the last column."""
    columns, rows = b.shape
    made = _panels(rows, columns, b)
    width = made.shape[2]
    for p in range(len(made)):
        left = p * width
        for top in range(0, rows, _TILE):
            for j in range(min(width, columns - left)):
                for k in range(top, min(top + _TILE, rows)):
                    made[p, k, j] = b[left + j, k]
    return made


@loop
def add_products(a: Array, panels: Array, c: Array) -> None:
    """Write ``c + a b`` over ``c`` (rows, columns), for ``a`` (rows, depth) and ``b`` in panels."""
    width = panels.shape[2]
    for k in range(0, a.shape[1], _DEPTH):
        for p in range(len(panels)):
            left = p * width
            for top in range(0, len(a), ROWS):
                add_product(
                    a[top : top + ROWS, k : k + _DEPTH],
                    panels[p, k : k + _DEPTH],
                    c[top : top + ROWS, left : left + width],
                )


def where_it_pays(loop: Callable[A, None], kernel: Callable[A, None]) -> Callable[A, None]:
    """Return a loop over time, or what runs the reference of its kernel where that is faster.

    The first two arguments of both are a sequence (time, batch, features) and the weight that is multiplied each time.
    """
    written = reference(kernel)

    def run(*args: A.args, **kwargs: A.kwargs) -> None:
        sequence: Any = args[0]
        weight: Any = args[1]
        time, batch, _ = sequence.shape
        pays = FUSED and time >= _STEPS and (batch >= _MANY or weight.size <= _SMALL)
        (loop if pays and weight.dtype == sequence.dtype else written)(*args, **kwargs)

    return run
