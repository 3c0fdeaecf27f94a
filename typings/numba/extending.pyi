from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

def overload(function: Callable[..., Any]) -> Callable[[F], F]: ...
