"""Type annotations read at run time: the fields of a class, with its type parameters filled in."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Mapping, Sequence
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import attrs
import numpy as np

from fnn.errors import StructureError

_CHECKED = (bool, int, str, NoneType, tuple, list, dict, Sequence, Mapping)


def field_hints(hint: Any) -> dict[str, Any]:
    """Return the annotations of a class such as ``MLP`` or ``Bundle[MLP]``, inherited ones included.

    Raises StructureError if a name in them cannot be found, as for classes made inside a function.

    >>> from fnn.io.bundle import Bundle
    >>> field_hints(Bundle[str])["params"], field_hints(Bundle[str])["class_names"]
    (<class 'str'>, tuple[str, ...])
    """
    cls = get_origin(hint) or hint
    try:
        own = typing.get_type_hints(cls, include_extras=True)
    except NameError as error:
        advice = "Define what it names at the top of a module, or load by an example tree."
        raise StructureError(cls.__name__, "annotations that can be looked up", str(error), advice) from error
    values = dict(zip(getattr(cls, "__parameters__", ()), get_args(hint), strict=False))
    found: dict[str, Any] = {}
    for base in cls.__dict__.get("__orig_bases__", cls.__bases__):
        if attrs.has(get_origin(base) or base):
            found |= field_hints(_filled(base, values))
    return found | {name: _filled(own[name], values) for name in inspect.get_annotations(cls)}


def _filled(hint: Any, values: Mapping[Any, Any]) -> Any:
    if isinstance(hint, TypeVar):
        return values.get(hint, hint)
    parameters = getattr(hint, "__parameters__", ())
    if get_origin(hint) is None or not parameters or not values:
        return hint
    return hint[tuple(values.get(parameter, parameter) for parameter in parameters)]


def unwrapped(hint: Any) -> Any:
    """Take off what says nothing of the structure: Annotated, type aliases, the bound of a type variable."""
    while True:
        if get_origin(hint) is Annotated:
            hint = get_args(hint)[0]
        elif hasattr(hint, "__value__"):
            hint = hint.__value__
        elif isinstance(hint, TypeVar) and hint.__bound__ is not None:
            hint = hint.__bound__
        else:
            return NoneType if hint is None else hint


def alternatives(hint: Any) -> tuple[Any, ...]:
    """Return the members of a union, or the hint alone.

    >>> alternatives(int | None)
    (<class 'int'>, <class 'NoneType'>)
    """
    hint = unwrapped(hint)
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


def mentioned(hint: Any, name: str) -> type | None:
    """Find the attrs class or enum called ``name`` in a hint, or in the fields of the classes that it mentions.

    >>> from fnn.random import Key
    >>> mentioned(tuple[Key, ...] | None, "Key")
    <class 'fnn.random.Key'>
    """
    seen: list[Any] = []
    todo = [hint]
    while todo:
        found = unwrapped(todo.pop())
        if any(found is other for other in seen):
            continue
        seen.append(found)
        todo += get_args(found)
        if isinstance(found, type) and (attrs.has(found) or issubclass(found, Enum)):
            if found.__name__ == name:
                return found
            todo += field_hints(found).values() if attrs.has(found) else ()
    return None


def fits(value: object, hint: Any) -> bool:
    """Tell whether a static value is what its annotation says; what the annotation leaves open fits.

    >>> fits((1, 2), tuple[int, ...]), fits("1", int), fits(1, float | None)
    (True, False, True)
    """
    options = alternatives(hint)
    if len(options) > 1:
        return any(fits(value, option) for option in options)
    kind, arguments = get_origin(options[0]) or options[0], get_args(options[0])
    if kind is Literal:
        return value in arguments
    if kind is float:  # as type checkers have it
        return isinstance(value, float | int)
    if not isinstance(kind, type) or not (kind in _CHECKED or attrs.has(kind) or issubclass(kind, Enum)):
        return True
    if not isinstance(value, kind):
        return False
    if isinstance(value, tuple) and kind is tuple and arguments[-1:] != (Ellipsis,):
        return not arguments or (len(value) == len(arguments) and all(map(fits, value, arguments)))
    if isinstance(value, list | tuple) and arguments:
        return all(fits(item, arguments[0]) for item in value)
    return not isinstance(value, Mapping) or not arguments or all(fits(v, arguments[1]) for v in value.values())


def show(hint: Any) -> str:
    """Write a type as people do, without its modules.

    >>> show(dict[str, tuple[int, ...] | None])
    'dict[str, tuple[int, ...] | None]'
    """
    options = alternatives(hint)
    if len(options) > 1:
        return " | ".join(map(show, options))
    if hint is Ellipsis:
        return "..."
    kind = get_origin(options[0]) or options[0]
    if kind is NoneType:
        return "None"
    if kind is np.ndarray:
        return "an array"
    name = getattr(kind, "__name__", str(kind))
    arguments = get_args(options[0])
    return f"{name}[{', '.join(map(show, arguments))}]" if arguments else name
