from collections.abc import Callable, Set
from typing import Any, Literal, TypeVar

from numba import config as config
from numba import extending as extending
from numba import types as types

F = TypeVar("F", bound=Callable[..., Any])

def njit(
    *,
    cache: bool = False,
    nogil: bool = False,
    error_model: Literal["python", "numpy"] = "python",
    fastmath: bool | Set[str] = False,
) -> Callable[[F], F]: ...
