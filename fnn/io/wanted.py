"""What a file should hold, one node at a time, as a class tells it by its annotations, or an example tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import NoneType
from typing import Any, TypeAlias, get_args, get_origin

import attrs
import numpy as np

from fnn.io.header import Branch, Leaf, Node
from fnn.io.hints import alternatives, field_hints, fits, mentioned, show
from fnn.io.values import JSON, decode
from fnn.tree.records import children, is_record, plan_of


class Mismatch(Exception):
    """Says what is wrong with a place in the file; the text follows its path, as in "hidden is Conv2D, not Dense"."""


Statics: TypeAlias = Mapping[str, Callable[[JSON], Any]]
"""By name: reads the value of a static field; raises ValueError for one that does not fit."""


@attrs.frozen
class Wanted:
    """A node as it should be: what each part should be, how static fields are read, and how all that is put together.

    ``make`` takes parts and static fields by name, the parts in the order of ``parts``.
    Names in ``defaults`` may be missing from the file, so that a class may grow and its old files stay readable.
    """

    parts: Mapping[str, Any]
    make: Callable[[dict[str, Any]], Any]
    statics: Statics = attrs.field(factory=dict)
    defaults: frozenset[str] = frozenset()


View: TypeAlias = Callable[[Any, Node], Wanted]
"""From what is wanted and the node in the file to a `Wanted`; raises Mismatch if the node is of another kind."""


def by_example(example: Any, node: Node) -> Wanted:
    """Want what the example is: structure, shapes and dtypes. Static values come from the file."""
    if isinstance(example, np.ndarray):
        if not isinstance(node, Leaf):
            raise Mismatch(f"is {node}, not an array")
        if node.shape != example.shape:
            raise Mismatch(f"has shape {node.shape}, not {example.shape}")
        if node.dtype != example.dtype.name:
            raise Mismatch(f"has dtype {node.dtype}, not {example.dtype.name}")
        return _array()
    parts = {name: child for name, child, _ in children(example)}
    kind = type(example)
    if is_record(example):
        statics = {name: _static_like(kind, name, getattr(example, name)) for name in plan_of(kind).statics}
        return _record(kind, node, parts, statics)
    return _plain(kind, node, parts)


def by_hint(hint: Any, node: Node) -> Wanted:
    """Want what a class or annotation says. Of a union, the first member that the node can be."""
    options = alternatives(hint)
    if len(options) > 1:
        for option in options:
            try:
                return by_hint(option, node)
            except Mismatch:
                pass
        raise Mismatch(f"is {node}, not {show(hint)}")
    hint = options[0]
    kind, arguments = get_origin(hint) or hint, get_args(hint)
    if kind is np.ndarray:
        _check_dtype(arguments, node)
        return _array()
    if isinstance(kind, type) and attrs.has(kind):
        hints, plan = field_hints(hint), plan_of(kind)
        parts = {name: hints.get(name, Any) for name, _ in plan.children}
        statics = {name: _static_of(hints.get(name, Any)) for name in plan.statics}
        defaults = frozenset(f.name for f in attrs.fields(kind) if f.default is not attrs.NOTHING)
        return attrs.evolve(_record(kind, node, parts, statics), defaults=defaults)
    if hasattr(kind, "_fields"):
        return attrs.evolve(_plain(kind, node, field_hints(hint)), defaults=frozenset(kind._field_defaults))
    names = node.parts if isinstance(node, Branch) else {}
    if kind is tuple and arguments[-1:] == (Ellipsis,):
        return _plain(tuple, node, {str(i): arguments[0] for i in range(len(names))})
    if kind is tuple and hint is not tuple:
        return _plain(tuple, node, {str(i): argument for i, argument in enumerate(arguments)})
    if kind in (dict, Mapping) and arguments:
        return _plain(dict, node, dict.fromkeys(names, arguments[1]))
    if kind is NoneType:
        return _plain(NoneType, node, {})
    raise Mismatch(
        f"is annotated {show(hint)}, which does not say what to load: write it out, as in Bundle[MLP], "
        "or load by an example tree"
    )


def _array() -> Wanted:
    return Wanted({}, lambda values: None)


def _record(cls: Any, node: Node, parts: Mapping[str, Any], statics: Statics) -> Wanted:
    _check_kind(node, "record", cls.__name__, cls.__name__)
    aliases = plan_of(cls).aliases
    return Wanted(parts, lambda values: cls(**{aliases[name]: value for name, value in values.items()}), statics)


def _plain(cls: Any, node: Node, parts: Mapping[str, Any]) -> Wanted:
    """Want a tuple, named tuple, dict or None, whose parts come in the order of ``parts``."""
    if hasattr(cls, "_fields"):
        _check_kind(node, "namedtuple", cls.__name__, cls.__name__)
        return Wanted(parts, lambda values: cls(**values))
    if cls is tuple:
        _check_kind(node, "tuple", "", "a tuple")
        return Wanted(parts, lambda values: tuple(values.values()))
    if cls is dict:
        _check_kind(node, "dict", "", "a dict")
        return Wanted(parts, dict)
    _check_kind(node, "none", "", "None")
    return Wanted(parts, lambda values: None)


def _check_kind(node: Node, kind: str, name: str, shown: str) -> None:
    if not isinstance(node, Branch) or (node.kind, node.name) != (kind, name):
        raise Mismatch(f"is {node}, not {shown}")


def _check_dtype(arguments: tuple[Any, ...], node: Node) -> None:
    """Refuse a node that is no array, or has a dtype that an annotation such as Array or IntArray leaves out."""
    if not isinstance(node, Leaf):
        raise Mismatch(f"is {node}, not an array")
    scalars = get_args(arguments[1]) if len(arguments) == 2 else ()
    kinds = [get_origin(option) or option for scalar in scalars for option in alternatives(scalar)]
    classes = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, np.generic)]
    if classes and not issubclass(np.dtype(node.dtype).type, tuple(classes)):
        raise Mismatch(f"has dtype {node.dtype}, not {' or '.join(kind.__name__ for kind in classes)}")


def _static_of(hint: Any) -> Callable[[JSON], Any]:
    def read(value: JSON) -> Any:
        found = decode(value, lambda name: mentioned(hint, name))
        if not fits(found, hint):
            raise ValueError(f"{found!r}, not {show(hint)}")
        return found

    return read


def _static_like(cls: type, field: str, example: object) -> Callable[[JSON], Any]:
    """Read a static value, with the classes that stand in the example's value, or that its annotation mentions."""

    def classes(name: str) -> type | None:
        return _class_in(example, name) or mentioned(field_hints(cls).get(field, Any), name)

    return lambda value: decode(value, classes)


def _class_in(value: Any, name: str) -> type | None:
    if type(value).__name__ == name:
        return type(value)
    inner: Iterable[Any] = ()
    if isinstance(value, Mapping):
        inner = value.values()
    elif isinstance(value, list | tuple):
        inner = value
    elif attrs.has(type(value)):
        inner = [getattr(value, f.name) for f in attrs.fields(type(value))]
    return next((found for item in inner if (found := _class_in(item, name))), None)
