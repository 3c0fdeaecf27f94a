"""Loading trees from .npz files, by class or by example."""

from __future__ import annotations

import os
from collections.abc import Callable
from types import UnionType
from typing import Any, TypeAlias, TypeVar, get_origin, overload

from numpy.typing import NDArray

from fnn.arrays import describe
from fnn.errors import FileFormatError
from fnn.io.archive import BARE, Archive, open_archive
from fnn.io.header import Leaf, Node, leaves, parse, schema
from fnn.io.hints import show
from fnn.io.wanted import Mismatch, View, by_example, by_hint
from fnn.tree.walk import join

P = TypeVar("P")

Build: TypeAlias = Callable[[Callable[[str], NDArray[Any]]], Any]
"""Makes a node, given the function that reads an array by its path."""


@overload
def load(path: str | os.PathLike[str], like: type[P]) -> P: ...
@overload
def load(path: str | os.PathLike[str], like: P) -> P: ...
def load(path: str | os.PathLike[str], like: Any) -> Any:
    """Return the tree that `fnn.save` wrote to ``path``.

    ``like`` says what it is: a class, ``fnn.load(path, MLP)``, also ``Bundle[MLP]``, ``tuple[Dense, Dense]`` or
    ``dict[str, Dense]``; or an example tree of the same structure, shapes and dtypes, such as ``model.init(key)``. By
    class, the annotations of the records are followed; of a union the record named in the file is taken; fields and
    static fields that have a default may be missing, so that a class can grow. By example, files of plain
    ``numpy.savez`` with dotted names are read too. Static fields always have the values in the file. No class is
    ever looked up by a name in the file, and nothing is unpickled. The arrays are read-only.

    Raises FileFormatError for a file that is damaged, pickled, of a newer format, or not what ``like`` says, with all
    differences listed; FileNotFoundError and other OSErrors as ``open`` does; StructureError where annotations cannot
    be looked up.

    >>> import fnn, os, tempfile
    >>> from fnn.io.save import save
    >>> params = fnn.dense(4, 3).init(fnn.Key(0))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "dense.npz")
    ...     save(path, params)
    ...     fnn.tree.equal(load(path, fnn.Dense), params), fnn.tree.equal(load(path, params), params)
    (True, True)
    """
    by_class = isinstance(like, type | UnionType) or get_origin(like) is not None
    with open_archive(path) as archive:
        if archive.header is not None:
            node = parse(archive.header, archive.place).tree
        elif by_class:
            hint = "Load it by an example tree: fnn.load(path, model.init(key))."
            raise FileFormatError(archive.place, "a file written by fnn.save", "an .npz file without its header", hint)
        else:
            node = schema(like)  # the example stands in for the header
        problems: list[str] = []
        build = _match(by_hint if by_class else by_example, like, node, "", problems)
        problems += _differences(node, archive)
        if problems:
            raise FileFormatError(
                archive.place,
                show(like) if by_class else f"a tree like the example, {describe(like)}",
                f"{len(problems)} difference{'s' * (len(problems) > 1)}: {'; '.join(problems)}",
                "Load what was saved; print(fnn.inspect(path)) shows it.",
            )
        return build(archive.read)


def _match(view: View, like: Any, node: Node, path: str, problems: list[str]) -> Build:
    """Compare a node, and all below it, with what it should be; return what makes it, or add to the problems."""
    try:
        wanted = view(like, node)
    except Mismatch as mismatch:
        problems.append(f"{path or 'it'} {mismatch}")
        return lambda read: None
    if isinstance(node, Leaf):
        return lambda read: read(path)
    builds: dict[str, Build] = {}
    statics: dict[str, Any] = {}
    for name, part in wanted.parts.items():
        if name in node.parts:
            builds[name] = _match(view, part, node.parts[name], join(path, name), problems)
    for name, decode in wanted.statics.items():
        if name in node.statics:
            try:
                statics[name] = decode(node.statics[name])
            except (ValueError, TypeError) as error:  # TypeError: from the validators of its class
                problems.append(f"{join(path, name)} holds {error}")
    known = wanted.parts.keys() | wanted.statics.keys()
    given = node.parts.keys() | node.statics.keys()
    problems += [f"{join(path, name)} is missing" for name in sorted(known - given - wanted.defaults)]
    problems += [f"{join(path, name)} is unexpected" for name in sorted(given - known)]
    return lambda read: wanted.make({name: build(read) for name, build in builds.items()} | statics)


def _differences(node: Node, archive: Archive) -> list[str]:
    """Compare what the header announces with the arrays that are there."""
    announced = {path or BARE: leaf for path, leaf in leaves(node)}
    found = []
    for path, leaf in announced.items():
        entry = archive.entries.get(path)
        if entry is None:
            found.append(f"{path} is missing")
        elif entry.shape != leaf.shape:
            found.append(f"{path} has shape {entry.shape}, not {leaf.shape}")
        elif entry.dtype.name != leaf.dtype:
            found.append(f"{path} has dtype {entry.dtype.name}, not {leaf.dtype}")
    return found + [f"{path} is unexpected" for path in archive.entries if path not in announced]
