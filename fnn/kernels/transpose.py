"""A matrix turned over, to be multiplied with."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.kernels.choice import kernel

_MANY = 8


@kernel
def transposed(x: Array) -> Array:
    """Return the transpose of ``x`` (rows, columns) as an array of its own, row by row.

    >>> transposed(np.array([[1.0, 2.0]])).flags.c_contiguous
    True
    """
    return np.array(x.T, order="C")


def turned(weight: Array, times: int, rows: int) -> Array:
    """Return the transpose of ``weight``, as an array of its own if that pays for so many products with so many rows.

    Where few rows meet a weight, but more than one, ``h W`` is faster as ``(W^T h^T)^T``.

    >>> weight = np.zeros((2, 3))
    >>> turned(weight, 1, 32).base is weight, turned(weight, 100, 32).base is weight
    (True, False)
    """
    return transposed(weight) if times >= _MANY and rows > 1 else weight.T
