"""The header of a file: what the tree is made of, with its static fields and the user's metadata, as JSON.

{"format": 1, "fnn": "0.1.0", "tree": NODE, "metadata": {…}}

NODE    {"array": "float32", "shape": [4, 3]}, with "buffer": true if it is never trained
        {"record": "Dense", "parts": {"weight": NODE, "bias": NODE}, "static": {"stride": 2}}
        {"namedtuple": "Pair", "parts": …}, {"tuple": 2, "parts": …}, {"dict": 2, "parts": …}, null
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, TypeAlias, get_args

import attrs
import numpy as np

from fnn.errors import DtypeError, FileFormatError, StructureError
from fnn.io.values import JSON, decode, encode
from fnn.tree.records import children, is_record, plan_of
from fnn.tree.walk import join

FORMAT = 1
"""The version of the format that is written. Files of older versions pass through `migrations`."""

LIMIT = 4 << 20
"""The longest header, in characters, that is written or read."""

Migration: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]

migrations: dict[int, Migration] = {}
"""By version: turns the JSON of a header of that version into that of the next."""

_DTYPES = frozenset(np.dtype(code).name for code in "?" + np.typecodes["AllInteger"] + np.typecodes["Float"])

Kind = Literal["record", "namedtuple", "tuple", "dict", "none"]


@attrs.frozen
class Leaf:
    """An array in the file: its dtype by name, its shape, and whether it is a buffer."""

    dtype: str
    shape: tuple[int, ...]
    buffer: bool = False

    def __str__(self) -> str:
        return "an array"


@attrs.frozen
class Branch:
    """A node with parts; ``name`` is the class of a record or namedtuple, ``statics`` are JSON still."""

    kind: Kind
    name: str = ""
    parts: Mapping[str, Node] = attrs.field(factory=dict)
    statics: Mapping[str, JSON] = attrs.field(factory=dict)

    def __str__(self) -> str:
        if self.kind == "none":
            return "None"
        return self.name or f"a {self.kind} of {len(self.parts)}"


Node: TypeAlias = Leaf | Branch


@attrs.frozen
class Header:
    """All that a file says of itself; static values are JSON still, the metadata are not."""

    tree: Node
    metadata: Mapping[str, Any]
    fnn: str
    format: int = FORMAT


def leaves(node: Node, path: str = "") -> Iterator[tuple[str, Leaf]]:
    """Walk over the arrays of a schema, with their paths."""
    if isinstance(node, Leaf):
        yield path, node
    else:
        for name, part in node.parts.items():
            yield from leaves(part, join(path, name))


# --- writing ---


def schema(tree: object, path: str = "", *, is_buffer: bool = False) -> Node:
    """Return the schema of a tree; raise where something in it cannot be saved.

    >>> schema((np.zeros(2), None)).parts
    {'0': Leaf(dtype='float64', shape=(2,), buffer=False), '1': Branch(kind='none', name='', parts={}, statics={})}
    """
    if isinstance(tree, np.ndarray):
        if tree.dtype.kind not in "biuf":
            hint = "Save what it is made of, or put it into the metadata."
            raise DtypeError(path or "tree", "an array of bool, integers or floats", str(tree.dtype), hint)
        return Leaf(tree.dtype.name, tree.shape, is_buffer)
    parts = {
        name: schema(child, join(path, _checked(name, path)), is_buffer=is_buffer or flag)
        for name, child, flag in children(tree, path)
    }
    name = type(tree).__name__
    if is_record(tree):
        statics = {n: encode(getattr(tree, n), join(path, n)) for n in plan_of(type(tree)).statics}
        return Branch("record", name, parts, statics)
    if isinstance(tree, tuple):
        return Branch("namedtuple", name, parts) if hasattr(tree, "_fields") else Branch("tuple", "", parts)
    return Branch("dict" if isinstance(tree, dict) else "none", "", parts)


def _checked(name: str, path: str) -> str:
    """Refuse names that zip files or file systems would change."""
    if not name.isprintable() or "\\" in name or len(name) > 255 or join(path, name) == "__fnn__":
        expected = "dict keys of at most 255 printable characters without backslashes, and not __fnn__"
        raise StructureError(path or "tree", expected, repr(name))
    return name


def dump(header: Header, place: str) -> str:
    """Return the header as JSON, in ASCII."""
    metadata = encode(dict(header.metadata), "metadata")
    content = {"format": header.format, "fnn": header.fnn, "tree": _to_json(header.tree), "metadata": metadata}
    text = json.dumps(content)
    if len(text) > LIMIT:
        hint = "Put large data into arrays, not into static fields or metadata."
        raise FileFormatError(place, f"a header of at most {LIMIT} characters", f"{len(text)}", hint)
    return text


def _to_json(node: Node) -> JSON:
    if isinstance(node, Leaf):
        found: dict[str, JSON] = {"array": node.dtype, "shape": node.shape}
        return {**found, "buffer": True} if node.buffer else found
    if node.kind == "none":
        return None
    content: dict[str, JSON] = {node.kind: node.name or len(node.parts)}
    content["parts"] = {name: _to_json(part) for name, part in node.parts.items()}
    return {**content, "static": node.statics} if node.statics else content


# --- reading ---


def parse(text: str, place: str) -> Header:
    """Read a header, of this or an older format; raise FileFormatError for one that is newer or makes no sense."""
    try:
        content = json.loads(text)
        version = content["format"]
        if type(version) is int and version > FORMAT:
            got = f"format {version}, written by fnn {content.get('fnn', 'of a later version')}"
            raise FileFormatError(place, f"a file of format {FORMAT} or older", got, "Upgrade fnn.")
        while version in migrations and version != FORMAT:
            content = migrations[version](content)
            version = content["format"]
        if version != FORMAT or type(version) is not int:
            raise FileFormatError(place, f"a file of format {FORMAT}", f"format {version!r}")
        return Header(_from_json(content["tree"]), dict(decode(content["metadata"])), str(content["fnn"]), version)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        if isinstance(error, FileFormatError):
            raise
        got = f"one that does not: {type(error).__name__}: {error}"
        raise FileFormatError(place, "a header that makes sense", got, "The file is damaged.") from error


def _from_json(value: Any) -> Node:
    if value is None:
        return Branch("none")
    if "array" in value:
        if value["array"] not in _DTYPES:
            raise ValueError(f"no dtype of arrays: {value['array']!r:.60}")
        return Leaf(value["array"], tuple(map(int, value["shape"])), value.get("buffer") is True)
    for kind in get_args(Kind):
        if kind in value:
            name = value[kind] if kind in ("record", "namedtuple") else ""
            parts = {part: _from_json(inner) for part, inner in value["parts"].items()}
            statics = dict(value.get("static", {}))
            decode(statics)  # raises ValueError for what `encode` never made
            return Branch(kind, str(name), parts, statics)
    raise ValueError(f"no kind of node: {value!r:.60}")
