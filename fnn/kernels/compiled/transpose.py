"""A matrix turned over, in tiles: a line of memory that was fetched for a row serves all columns of the tile."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.kernels.compiled.options import loop

_TILE = 8


@loop
def _transpose(x: Array, y: Array) -> None:
    rows, columns = x.shape
    for left in range(0, columns, _TILE):
        for top in range(0, rows, _TILE):
            for j in range(left, min(left + _TILE, columns)):
                for i in range(top, min(top + _TILE, rows)):
                    y[j, i] = x[i, j]


def transposed(x: Array) -> Array:
    """Return the transpose."""
    y: Array = np.empty(x.shape[::-1], x.dtype)
    _transpose(x, y)
    return y
