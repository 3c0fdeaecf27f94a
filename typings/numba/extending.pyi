from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

def intrinsic(function: Callable[..., tuple[Any, Callable[..., Any]]]) -> Callable[..., None]: ...
def overload(function: Callable[..., Any]) -> Callable[[F], F]: ...
