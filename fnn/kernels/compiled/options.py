"""How all loops are compiled."""

from __future__ import annotations

from numba import njit

loop = njit(
    cache=True,  # on disk
    nogil=True,  # so that threads can run them side by side
    error_model="numpy",  # division by zero gives infinity
    # Sums may be taken in any order, and products fused with sums. NaN and infinity keep their meaning.
    fastmath={"reassoc", "contract", "nsz", "arcp"},
)
"""Compile a function when it is first called, once for each combination of argument types."""
