from collections.abc import Callable
from typing import Any, Literal, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

def overload(function: Callable[..., Any], *, inline: Literal["never", "always"] = "never") -> Callable[[F], F]: ...
