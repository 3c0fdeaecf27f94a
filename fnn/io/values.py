"""Static fields and metadata as JSON, exactly: what is read is what was written, types included.

None, bool, int, finite float, str, list and dict are their JSON twins (Python writes the shortest digits that give the
same float back). All else is an object with one key that begins with a dollar:

    (1, 2)      {"$tuple": [1, 2]}            Key(7)        {"$record": ["Key", {"state": 7}]}
    inf, nan    {"$float": "inf"}             Color.RED     {"$enum": ["Color", 1]}
    {"$a": 1}   {"$dict": {"$a": 1}}          (a dict whose own keys begin with a dollar)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from fnn.arrays import describe
from fnn.errors import StructureError
from fnn.tree.walk import join

if TYPE_CHECKING:
    JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"
else:  # annotations that hold it are resolved when a file is loaded by class
    JSON = Any

Classes: TypeAlias = Callable[[str], type | None]
"""Finds the class of a static value by its name: only among those that the caller's own types mention."""

_LONGEST = 10_000  # bits of an integer; JSON readers refuse longer ones


def encode(value: object, path: str) -> JSON:
    """Return ``value`` as JSON; raise StructureError, with its path, for what could not be read back the same.

    >>> encode({"stride": (2, 2), "rate": 0.1}, "conv")
    {'stride': {'$tuple': [2, 2]}, 'rate': 0.1}
    """
    kind = type(value)  # exactly: a subclass would not come back as it was
    if value is None or (isinstance(value, bool | str) and kind in (bool, str)):
        return value
    if isinstance(value, int) and kind is int and value.bit_length() < _LONGEST:
        return value
    if isinstance(value, float) and kind is float:
        return value if math.isfinite(value) else {"$float": repr(value)}
    if isinstance(value, list | tuple) and kind in (list, tuple):
        items = [encode(item, join(path, str(i))) for i, item in enumerate(value)]
        return items if kind is list else {"$tuple": items}
    if isinstance(value, Mapping) and all(type(name) is str for name in value):
        members = {name: encode(item, join(path, name)) for name, item in value.items()}
        return {"$dict": members} if any(name.startswith("$") for name in members) else members
    if isinstance(value, Enum):
        return {"$enum": [kind.__name__, encode(value.value, path)]}
    if attrs.has(kind):
        names = [f.name for f in attrs.fields(kind) if f.init]
        return {"$record": [kind.__name__, {name: encode(getattr(value, name), join(path, name)) for name in names}]}
    raise StructureError(
        path,
        "a static value of None, bool, int, float, str, tuples, lists, dicts with string keys, enums or attrs classes",
        describe(value),
        "An array belongs in a plain field or a buffer; a NumPy number becomes a Python one with .item().",
    )


def decode(value: JSON, classes: Classes | None = None) -> Any:
    """Return what `encode` was given; raise ValueError for JSON that it never made, and for classes not known.

    Without ``classes`` records become dicts and enums their values: enough to look at.

    >>> decode({"$tuple": [1, {"$float": "inf"}]})
    (1, inf)
    """
    if isinstance(value, list):
        return [decode(item, classes) for item in value]
    if not isinstance(value, dict):
        return value
    tag = next(iter(value), "")
    if len(value) != 1 or not tag.startswith("$"):
        return {name: decode(item, classes) for name, item in value.items()}
    match tag, value[tag]:
        case "$tuple", list(items):
            return tuple(decode(item, classes) for item in items)
        case "$float", "inf" | "-inf" | "nan" as text:
            return float(text)
        case "$dict", dict(members):
            return {name: decode(item, classes) for name, item in members.items()}
        case "$enum", [str(name), inner]:
            plain = decode(inner, classes)
            return plain if classes is None else _member(_class(name, classes, _is_enum), plain)
        case "$record", [str(name), dict(fields)]:
            plain = {key: decode(item, classes) for key, item in fields.items()}
            return plain if classes is None else _record(_class(name, classes, attrs.has), plain)
    raise ValueError(f"a static value {tag} that this version cannot read")


def _is_enum(cls: type) -> bool:
    return issubclass(cls, Enum)


def _class(name: str, classes: Classes, accepts: Callable[[type], bool]) -> Any:
    found = classes(name)
    if found is None or not accepts(found):
        raise ValueError(f"a value of class {name}, which its annotation does not mention")
    return found


def _member(cls: Any, value: object) -> Any:
    try:
        return cls(value)
    except ValueError:
        raise ValueError(f"{value!r}, which is no {cls.__name__}") from None


def _record(cls: Any, fields: dict[str, Any]) -> Any:
    known = {f.name: f for f in attrs.fields(cls) if f.init}
    needed = {name for name, f in known.items() if f.default is attrs.NOTHING}
    if not needed <= fields.keys() <= known.keys():
        raise ValueError(f"a {cls.__name__} of {', '.join(fields) or 'nothing'}, not of {', '.join(known)}")
    return cls(**{known[name].alias: item for name, item in fields.items()})
