"""Walking over trees: leaves, paths, and trees made from other trees."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from fnn.arrays import Array, describe, freeze
from fnn.errors import DtypeError, StructureError
from fnn.tree.records import children, known_plans, rebuild

T = TypeVar("T")


def join(path: str, name: str) -> str:
    """Return the dotted path of a child.

    >>> join("hidden", "weight"), join("", "0")
    ('hidden.weight', '0')
    """
    return f"{path}.{name}" if path else name


def _walk(node: object, path: str, is_buffer: bool) -> Iterator[tuple[str, NDArray[Any], bool]]:
    if isinstance(node, np.ndarray):
        yield path, node, is_buffer
    else:
        for name, child, flag in children(node, path):
            yield from _walk(child, join(path, name), is_buffer or flag)


def _collect(node: Any, out: list[Any], trained_only: bool) -> None:
    """Append the leaves; the fast twin of `_walk`, without paths unless something is wrong."""
    kind = type(node)
    if kind is np.ndarray:
        out.append(node)
    elif kind is tuple:
        for child in node:
            _collect(child, out, trained_only)
    elif kind in known_plans:
        for name, is_buffer in known_plans[kind].children:
            if not (is_buffer and trained_only):
                _collect(getattr(node, name), out, trained_only)
    elif isinstance(node, np.ndarray):
        out.append(node)
    else:
        for _, child, is_buffer in children(node):
            if not (is_buffer and trained_only):
                _collect(child, out, trained_only)


def _gather(tree: object, trained_only: bool) -> list[Array]:
    out: list[Array] = []
    try:
        _collect(tree, out, trained_only)
    except StructureError:
        for _ in _walk(tree, "", False):  # walk again, with paths, so that the error says where
            pass
        raise
    return out


def leaves(tree: object) -> list[Array]:
    """Return all arrays of a tree, buffers included.

    >>> [leaf.shape for leaf in leaves((np.zeros(2), {"a": np.zeros((3, 1))}, None))]
    [(2,), (3, 1)]
    """
    return _gather(tree, trained_only=False)


def trained_leaves(tree: object) -> list[Array]:
    """Return the arrays that an optimizer changes: all leaves but the buffers.

    >>> len(trained_leaves((np.zeros(2), {"a": np.zeros((3, 1))}, None)))
    2
    """
    return _gather(tree, trained_only=True)


def leaves_with_paths(tree: object, *, trained_only: bool = False) -> list[tuple[str, Array]]:
    """Return ``(dotted path, array)`` for every leaf, or for every leaf but the buffers.

    >>> [path for path, _ in leaves_with_paths((np.zeros(2), {"a": np.zeros(3)}))]
    ['0', '1.a']
    """
    return [(path, leaf) for path, leaf, is_buffer in _walk(tree, "", False) if not (is_buffer and trained_only)]


def _leaf(value: Any) -> Any:
    return np.asarray(value) if isinstance(value, np.generic) else value  # NumPy makes scalars of arrays without axes


def _refill(node: Any, source: Iterator[Any], trained_only: bool) -> Any:
    kind = type(node)
    if kind is np.ndarray:
        return _leaf(next(source))
    if kind is tuple:
        return tuple([_refill(child, source, trained_only) for child in node])
    plan = known_plans.get(kind)
    if plan is not None and plan.plain:
        return kind(
            *[
                getattr(node, name) if flag and trained_only else _refill(getattr(node, name), source, trained_only)
                for name, flag in plan.children
            ]
        )
    if isinstance(node, np.ndarray):
        return _leaf(next(source))
    parts = children(node)
    if not parts:
        return node
    return rebuild(
        node, [child if flag and trained_only else _refill(child, source, trained_only) for _, child, flag in parts]
    )


def _check_count(tree: object, new: Sequence[object], count: int, place: str) -> None:
    if len(new) != count:
        raise StructureError(place, f"{count} leaves for {describe(tree)}", str(len(new)), "Pass one array a leaf.")


def unflatten(example: T, new_leaves: Sequence[Array]) -> T:
    """Return a tree like ``example`` that holds ``new_leaves``, in the order of `leaves`.

    >>> unflatten((np.zeros(1), None), [np.ones(2)])
    (array([1., 1.]), None)
    """
    _check_count(example, new_leaves, len(leaves(example)), "tree.unflatten")
    result: T = _refill(example, iter(new_leaves), trained_only=False)
    return result


_END = object()


def with_trained_leaves(tree: T, new_leaves: Sequence[Array]) -> T:
    """Return ``tree`` with its trained leaves replaced, in the order of `trained_leaves`; its buffers stay.

    >>> with_trained_leaves({"a": np.zeros(1)}, [np.ones(2)])
    {'a': array([1., 1.])}
    """
    source = iter(new_leaves)
    try:
        result: T = _refill(tree, source, trained_only=True)
    except StopIteration:
        pass
    else:
        if next(source, _END) is _END:
            return result
    expected = f"{len(trained_leaves(tree))} leaves for {describe(tree)}"
    raise StructureError("tree.with_trained_leaves", expected, str(len(new_leaves)), "Pass one array a leaf.")


def _same_kind(node: object, other: object, path: str) -> None:
    if type(node) is not type(other) and not (isinstance(node, np.ndarray) and isinstance(other, np.ndarray)):
        raise StructureError(path or "tree", f"the same structure, {describe(node)}", describe(other))


def _map(f: Callable[..., Any], path: str, nodes: tuple[Any, ...]) -> Any:
    first = nodes[0]
    for other in nodes[1:]:
        _same_kind(first, other, path)
    if isinstance(first, np.ndarray):
        return _leaf(f(*nodes))
    parts = [children(node, path) for node in nodes]
    for part in parts[1:]:
        if [name for name, _, _ in part] != [name for name, _, _ in parts[0]]:
            expected, got = (", ".join(name for name, _, _ in p) or "nothing" for p in (parts[0], part))
            raise StructureError(path or "tree", f"children {expected}", got)
    if not parts[0]:
        return first
    columns = zip(*parts, strict=True)
    return rebuild(first, [_map(f, join(path, c[0][0]), tuple(p[1] for p in c)) for c in columns])


def check_structure(tree: object, other: object, path: str = "") -> None:
    """Refuse a tree whose structure is not that of ``tree``; ``path`` is where the two stand in an enclosing one."""
    _map(lambda leaf, _: leaf, path, (tree, other))


def map(f: Callable[..., Any], tree: T, *rest: T) -> T:  # noqa: A001  # read as tree.map
    """Return a tree whose leaves are ``f(leaf, *leaves of the others at the same path)``; buffers included.

    Raises StructureError, with the path, where the trees differ in structure.

    >>> map(np.add, (np.ones(2), None), (np.ones(2), None))
    (array([2., 2.]), None)
    """
    result: T = _map(f, "", (tree, *rest))
    return result


def zeros_like(tree: T) -> T:
    """Return the tree with every leaf zero.

    >>> zeros_like((np.ones(2),))
    (array([0., 0.]),)
    """
    return map(np.zeros_like, tree)


def astype(tree: T, dtype: DTypeLike) -> T:
    """Return the tree with its floating leaves converted to ``dtype`` (np.float32 or np.float64), read-only.

    >>> astype((np.ones(2),), np.float32)[0].dtype
    dtype('float32')
    """
    if np.dtype(dtype) not in (np.dtype(np.float32), np.dtype(np.float64)):
        raise DtypeError("tree.astype", "np.float32 or np.float64", str(np.dtype(dtype)))
    return map(lambda leaf: freeze(leaf.astype(dtype)) if leaf.dtype.kind == "f" else leaf, tree)


def copy(tree: T) -> T:
    """Return the tree with every leaf copied and read-only, so that it shares no memory with the original.

    >>> copy((np.ones(2),))[0].flags.writeable
    False
    """
    return map(lambda leaf: freeze(np.array(leaf)), tree)


def add(tree: T, other: T) -> T:
    """Return the leaf-wise sum of two trees, such as the gradients of two uses of the same parameters.

    >>> add((np.ones(2),), (np.ones(2),))
    (array([2., 2.]),)
    """
    return map(np.add, tree, other)


def size(tree: object, *, trained_only: bool = False) -> int:
    """Return how many numbers the tree holds.

    >>> size((np.zeros((2, 3)), np.zeros(3)))
    9
    """
    return sum(leaf.size for leaf in (trained_leaves(tree) if trained_only else leaves(tree)))


def nbytes(tree: object) -> int:
    """Return how many bytes the arrays of the tree take.

    >>> nbytes((np.zeros((2, 3), np.float32), np.zeros(3)))
    48
    """
    return sum(leaf.nbytes for leaf in leaves(tree))
