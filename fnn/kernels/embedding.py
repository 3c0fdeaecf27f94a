"""Adding up rows by their index; the mathematics stands in `fnn.ops.embedding`."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array, IntArray
from fnn.kernels.choice import kernel


@kernel
def add_rows(rows: Array, indices: IntArray, count: int) -> Array:
    """Return (count, width), whose row ``j`` is the sum of the rows whose index is ``j``.

    Shapes: rows (n, width), indices (n,), from 0 to ``count - 1``. The sums are made by sorting the indices, so that
    equal ones stand side by side, and adding each run: several times as fast as NumPy's ``add.at``, which adds row by
    row. Raises IndexError for an index outside.

    >>> add_rows(np.array([[1.0], [2.0], [4.0]]), np.array([1, 0, 1]), 3).ravel()
    array([2., 5., 0.])
    """
    if len(indices) and not 0 <= indices.min() <= indices.max() < count:
        raise IndexError("an index lies outside of the table")
    order = indices.argsort(kind="stable")
    ordered = indices[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    sums: Array = np.zeros((count, rows.shape[1]), rows.dtype)
    sums[ordered[starts]] = np.add.reduceat(rows[order], starts, axis=0)
    return sums
