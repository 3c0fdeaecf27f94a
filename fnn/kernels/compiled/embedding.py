"""Adding up rows by their index."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array, IntArray
from fnn.kernels.compiled.options import loop


@loop
def _add_rows(rows: Array, indices: IntArray, sums: Array) -> None:
    for n in range(rows.shape[0]):
        if not 0 <= indices[n] < sums.shape[0]:
            raise IndexError("an index lies outside of the table")
        row = sums[indices[n]]
        for i in range(rows.shape[1]):
            row[i] += rows[n, i]


def add_rows(rows: Array, indices: IntArray, count: int) -> Array:
    """Return the sums."""
    sums = np.zeros((count, rows.shape[1]), rows.dtype)
    _add_rows(rows, indices, sums)
    return sums
