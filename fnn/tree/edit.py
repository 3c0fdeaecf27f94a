"""Comparing trees, and reading and changing one place in them."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

from fnn.errors import DtypeError, ShapeError, StructureError
from fnn.tree.records import children, is_record, plan_of, rebuild
from fnn.tree.walk import check_structure, copy, join, leaves, leaves_with_paths

T = TypeVar("T")


def _statics(node: object) -> list[Any]:
    """Type, static fields and names of a node and of all below it, for comparing structures."""
    if isinstance(node, np.ndarray):
        return [np.ndarray]
    out: list[Any] = [type(node)]
    if is_record(node):
        out += [getattr(node, name) for name in plan_of(type(node)).statics]
    for name, child, _ in children(node):
        out += [name, *_statics(child)]
    return out


def equal(a: object, b: object) -> bool:
    """Tell whether two trees have the same structure, static fields, dtypes, shapes and bits (NaN equals NaN).

    >>> equal((np.ones(2),), (np.ones(2),)), equal((np.ones(2),), (np.ones(2, np.float32),))
    (True, False)
    """
    return _statics(a) == _statics(b) and all(
        x.dtype == y.dtype and x.shape == y.shape and x.tobytes() == y.tobytes()
        for x, y in zip(leaves(a), leaves(b), strict=True)
    )


def get(tree: object, path: str) -> Any:
    """Return the leaf or node at a dotted path; the tree itself at the empty path.

    Raises StructureError where the path leaves the tree, with the names that there are.

    >>> get(({"a": np.ones(1)},), "0.a")
    array([1.])
    """
    node: Any = tree
    walked = ""
    for name in _names(path):
        node = _step(node, name, walked)
        walked = join(walked, name)
    return node


def _names(path: str) -> list[str]:
    return path.split(".") if path else []


def _step(node: object, name: str, path: str) -> Any:
    if not isinstance(node, np.ndarray):
        parts = {n: child for n, child, _ in children(node, path)}
        if name in parts:
            return parts[name]
        known = ", ".join(parts) or "nothing"
    else:
        known = "nothing, it is an array"
    raise StructureError(path or "tree", f"a child named {name!r}", f"{type(node).__name__} with {known}")


def set(tree: T, path: str, value: object) -> T:  # noqa: A001  # read as tree.set
    """Return a copy of the tree with the leaf or node at ``path`` replaced: how one weight is changed.

    A node must keep its structure, an array its shape and dtype; the arrays given are copied. Raises StructureError,
    ShapeError or DtypeError otherwise, with the path.

    >>> set((np.zeros(2), None), "0", np.ones(2))
    (array([1., 1.]), None)
    """
    _check_like(get(tree, path), value, path)
    result: T = _set(tree, _names(path), copy(value))
    return result


def _set(node: Any, names: list[str], value: object) -> Any:
    if not names:
        return value
    first, *rest = names
    parts = children(node)
    return rebuild(node, [_set(child, rest, value) if name == first else child for name, child, _ in parts])


def _check_like(old: object, new: object, path: str) -> None:
    """Refuse a tree of another structure than ``old``, or with an array of another shape or dtype at some place."""
    check_structure(old, new, path)
    for (inner, a), (_, b) in zip(leaves_with_paths(old), leaves_with_paths(new), strict=True):
        place = ".".join(filter(None, (path, inner))) or "tree"
        if a.shape != b.shape:
            raise ShapeError(place, f"an array of shape {a.shape}", f"shape {b.shape}")
        if a.dtype != b.dtype:
            raise DtypeError(place, f"dtype {a.dtype}", str(b.dtype), f"Convert it: x.astype(np.{a.dtype}).")
