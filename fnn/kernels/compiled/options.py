"""How all loops are compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

ROWS = 256
"""As many rows are summed up before they are added to the total, which keeps rounding small."""

F = TypeVar("F", bound=Callable[..., Any])


def loop(function: F) -> F:
    """Compile a function when it is first called, once for each combination of argument types.

    What was compiled is kept on disk, if there is a place for it, until the page of the function changes. (A change of
    another page whose functions it calls goes unnoticed: clear ``__pycache__`` after one.)
    """
    try:
        return _compiler(cache=True)(function)
    except RuntimeError:  # neither the folder of the page nor that of the user can be written
        return _compiler(cache=False)(function)


def _compiler(*, cache: bool) -> Callable[[F], F]:
    return njit(
        cache=cache,
        nogil=True,  # so that threads can run them side by side
        error_model="numpy",  # division by zero gives infinity
        # Sums may be taken in any order, and products fused with sums. NaN and infinity keep their meaning.
        fastmath={"reassoc", "contract", "nsz", "arcp"},
    )
