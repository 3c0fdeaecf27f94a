"""Records of parameters, and how a node of a tree is taken apart and put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import attrs
import numpy as np

from fnn.arrays import describe
from fnn.errors import StructureError

__all__ = [
    "Plan",
    "buffer",
    "children",
    "is_record",
    "known_plans",
    "plan_of",
    "rebuild",
    "record",
    "replace",
    "static",
]

T = TypeVar("T")

_KIND = "fnn.kind"

if TYPE_CHECKING:  # attrs' own names, so that type checkers know the constructor, the frozen fields and `replace`
    from attrs import evolve as replace
    from attrs import field as buffer
    from attrs import field as static
    from attrs import frozen as record
else:

    def record(cls=None, **options):
        """Make a class a frozen record of parameters: ``attrs.frozen`` without the generated ``==`` (use `equal`).

        Plain fields are arrays or further nodes. The options of ``attrs.frozen`` may be given.

        >>> @record
        ... class Scale:
        ...     factor: Array
        >>> Scale(np.ones(2))
        Scale(factor=array([1., 1.]))
        """
        return attrs.frozen(cls, **{"eq": False, **options})

    def buffer(**options):
        """Declare a field that is saved and carried, never trained, such as a running mean.

        Takes the options of ``attrs.field``.

        >>> from fnn import tree
        >>> @record
        ... class Centre:
        ...     shift: Array
        ...     mean: Array = buffer()
        >>> [path for path, _ in tree.leaves_with_paths(Centre(np.ones(2), np.ones(2)), trained_only=True)]
        ['shift']
        """
        return attrs.field(**options, metadata={_KIND: "buffer"})

    def static(**options):
        """Declare a field that is configuration (a number, a string, a tuple of them), not an array.

        Takes the options of ``attrs.field``.

        >>> from fnn import tree
        >>> @record
        ... class Window:
        ...     weight: Array
        ...     stride: int = static(default=1)
        >>> [path for path, _ in tree.leaves_with_paths(Window(np.ones(2)))]
        ['weight']
        """
        return attrs.field(**options, metadata={_KIND: "static"})

    def replace(instance, **changes):
        """Return a copy of a record with some fields changed.

        >>> @record
        ... class Scale:
        ...     factor: Array
        ...     unit: str = static(default="m")
        >>> replace(Scale(np.ones(2)), unit="cm").unit
        'cm'
        """
        return attrs.evolve(instance, **changes)


@attrs.frozen
class Plan:
    """The fields of one record class, by kind."""

    children: tuple[tuple[str, bool], ...]  # (name, is it a buffer), in order of declaration
    statics: tuple[str, ...]
    aliases: Mapping[str, str]  # from the field's name to its name in the constructor
    plain: bool  # whether the constructor takes the children in this order, and nothing else


known_plans: dict[type, Plan] = {}


def _kind(attribute: attrs.Attribute[Any]) -> object:
    return attribute.metadata.get(_KIND)


def plan_of(cls: type) -> Plan:
    """Return the plan of a record class, from the cache after the first time."""
    found = known_plans.get(cls)
    if found is None:
        fields = [f for f in attrs.fields(cls) if f.init]
        found = known_plans[cls] = Plan(
            plain=not hasattr(cls, "__attrs_init__")  # which tells of a constructor of its own
            and not any(f.kw_only or _kind(f) == "static" for f in fields),
            children=tuple((f.name, _kind(f) == "buffer") for f in fields if _kind(f) != "static"),
            statics=tuple(f.name for f in fields if _kind(f) == "static"),
            aliases={f.name: f.alias for f in fields},
        )
    return found


def is_record(node: object) -> bool:
    """Tell whether ``node`` is an instance of a record class.

    >>> is_record(record(type("Empty", (), {}))()), is_record((1, 2))
    (True, False)
    """
    return type(node) in known_plans or (attrs.has(type(node)) and not isinstance(node, type))


def children(node: object, path: str = "") -> list[tuple[str, Any, bool]]:
    """Return ``(name, child, is it a buffer)`` for each child of a node; raise StructureError for what is no node."""
    if is_record(node):
        return [(name, getattr(node, name), is_buffer) for name, is_buffer in plan_of(type(node)).children]
    if isinstance(node, tuple):
        names: Sequence[str] = getattr(node, "_fields", None) or [str(i) for i in range(len(node))]
        return [(name, child, False) for name, child in zip(names, node, strict=True)]
    if isinstance(node, dict):
        for name in node:
            if not isinstance(name, str) or not name or "." in name or "/" in name:
                raise StructureError(path or "tree", "dict keys that are words without dots and slashes", repr(name))
        return [(name, child, False) for name, child in node.items()]
    if node is None:
        return []
    if isinstance(node, np.generic):
        hint = "Make it an array: np.asarray(value)."  # NumPy's sums over all axes are scalars
    else:
        hint = "Write lists as tuples, numbers as static fields."
    raise StructureError(path or "tree", "an array, record, tuple, dict or None", describe(node), hint)


def rebuild(node: T, new: Sequence[Any]) -> T:
    """Return a node like ``node`` with other children, in the order of `children`."""
    result: Any
    plan = known_plans.get(type(node))
    if plan is not None and plan.plain:
        result = type(node)(*new)
    elif is_record(node):
        plan = plan_of(type(node))
        values = {plan.aliases[name]: value for (name, _), value in zip(plan.children, new, strict=True)}
        for name in plan.statics:
            values[plan.aliases[name]] = getattr(node, name)
        result = type(node)(**values)
    elif isinstance(node, tuple):
        result = type(node)(*new) if hasattr(node, "_fields") else tuple(new)
    elif isinstance(node, dict):
        result = dict(zip(node, new, strict=True))
    else:
        result = node
    return result  # type: ignore[no-any-return]  # built from type(node)
