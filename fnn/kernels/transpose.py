"""A matrix turned over."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.kernels.choice import kernel


@kernel
def transposed(x: Array) -> Array:
    """Return the transpose of ``x`` (rows, columns) as an array of its own, row by row.

    >>> transposed(np.array([[1.0, 2.0]])).flags.c_contiguous
    True
    """
    return np.array(x.T, order="C")
