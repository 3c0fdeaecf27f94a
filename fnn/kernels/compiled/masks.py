"""Rows of a batch whose step is not there: ``there`` (batch, 1) is false for them."""

from __future__ import annotations

from fnn.arrays import Array, BoolArray
from fnn.kernels.compiled.options import loop


@loop
def keep(there: BoolArray, old: Array, new: Array) -> None:
    """Write the old rows over the new ones."""
    for n in range(len(new)):
        if not there[n, 0]:
            new[n] = old[n]


@loop
def clear(there: BoolArray, x: Array) -> None:
    """Write zeros over the rows."""
    for n in range(len(x)):
        if not there[n, 0]:
            x[n] = 0
