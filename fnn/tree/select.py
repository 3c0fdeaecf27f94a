"""Choosing leaves by their dotted paths."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import TypeAlias

from fnn.errors import StructureError

Where: TypeAlias = str | Callable[[str], bool]
"""A glob pattern such as ``"*weight"`` or ``"hidden.*"``, or a predicate, over dotted paths."""


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
