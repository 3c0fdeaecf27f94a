"""Choosing leaves by their dotted paths."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import TypeAlias

from fnn.errors import HyperparameterError, StructureError
from fnn.validate import shown

Where: TypeAlias = str | Callable[[str], bool]
"""A glob pattern such as ``"*weight"`` or ``"hidden.*"``, or a predicate, over dotted paths."""


def check_where(where: object, place: str) -> None:
    """Refuse what is neither a pattern nor a predicate."""
    if not isinstance(where, str) and not callable(where):
        expected = "where as a pattern or a function of the path"
        raise HyperparameterError(place, expected, shown(where), 'Such as "*bias".')


def select(where: Where, paths: Sequence[str], place: str) -> list[bool]:
    """Tell for each path whether ``where`` chooses it; raise StructureError if it chooses none.

    >>> select("*weight", ["hidden.weight", "hidden.bias"], "l2")
    [True, False]
    """
    chosen = [fnmatchcase(path, where) if isinstance(where, str) else bool(where(path)) for path in paths]
    if not any(chosen):
        pattern = repr(where) if isinstance(where, str) else "the predicate"
        raise StructureError(
            place, f"{pattern} to choose at least one parameter", "none", f"Paths: {', '.join(paths)}."
        )
    return chosen
