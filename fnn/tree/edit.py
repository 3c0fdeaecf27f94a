"""Comparing trees, and reading and changing one place in them."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

from fnn.arrays import describe, freeze
from fnn.errors import DtypeError, ShapeError, StructureError
from fnn.tree.records import children, is_record, plan_of, rebuild
from fnn.tree.walk import join, leaves, same_kind

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
    """Return the leaf or node at a dotted path.

    >>> get(({"a": np.ones(1)},), "0.a")
    array([1.])
    """
    node: Any = tree
    walked = ""
    for name in path.split("."):
        node = _step(node, name, walked)
        walked = join(walked, name)
    return node


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

    An array must keep its shape and dtype; the array given is copied.

    >>> set((np.zeros(2), None), "0", np.ones(2))
    (array([1., 1.]), None)
    """
    result: T = _set(tree, path.split("."), value, "")
    return result


def _set(node: Any, names: list[str], value: object, path: str) -> Any:
    if not names:
        if isinstance(node, np.ndarray):
            if not isinstance(value, np.ndarray) or value.shape != node.shape:
                raise ShapeError(path, f"an array of shape {node.shape}", describe(value))
            if value.dtype != node.dtype:
                hint = f"Convert it: x.astype(np.{node.dtype})."
                raise DtypeError(path, f"dtype {node.dtype}", str(value.dtype), hint)
            return freeze(np.array(value))
        same_kind(node, value, path)
        return value
    _step(node, names[0], path)
    return rebuild(
        node,
        [
            _set(child, names[1:], value, join(path, name)) if name == names[0] else child
            for name, child, _ in children(node, path)
        ],
    )
