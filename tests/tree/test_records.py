"""Records: what kind of class `record` makes, and which of its fields are leaves, buffers and configuration."""

import copy
import pickle
from typing import Any

import attrs
import numpy as np
import pytest

from fnn import tree
from fnn.errors import StructureError
from fnn.tree import buffer, record, replace, static
from fnn.tree.records import children, plan_of, rebuild
from tests.tree.trees import Block, Norm, Pair, norm


def test_kinds_of_fields_in_order_of_declaration() -> None:
    plan = plan_of(Norm)
    assert plan.children == (("mean", True), ("scale", False))
    assert plan.statics == ("momentum",)
    assert plan_of(Norm) is plan


def test_records_are_frozen() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        norm().scale = np.zeros(2)  # type: ignore[misc]  # wrong on purpose
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        del norm().scale


def test_records_are_not_compared_by_their_arrays() -> None:
    """A generated ``==`` would raise on arrays of more than one entry, and make records unhashable."""
    one = norm()
    assert one == one
    assert one != norm()
    assert len({one, norm()}) == 2


def test_options_of_attrs_may_be_given() -> None:
    @record(kw_only=True)
    class Options:
        value: Any

    assert Options(value=None).value is None
    with pytest.raises(TypeError):
        Options(None)  # type: ignore[call-arg]  # wrong on purpose


def test_options_of_fields_may_be_given() -> None:
    @record
    class Counted:
        weight: Any
        seen: Any = buffer(factory=lambda: np.zeros(1))
        steps: int = static(default=0, kw_only=True)

    made = Counted(np.ones(1))
    assert made.steps == 0
    assert [path for path, _ in tree.leaves_with_paths(made)] == ["weight", "seen"]
    assert [path for path, _ in tree.leaves_with_paths(made, trained_only=True)] == ["weight"]


def test_replace_changes_fields_of_a_copy() -> None:
    old = norm()
    new = replace(old, momentum=0.5)
    assert (old.momentum, new.momentum) == (0.9, 0.5)
    assert new.scale is old.scale
    with pytest.raises(TypeError, match="unexpected keyword argument 'momemtum'"):
        replace(old, momemtum=0.5)  # type: ignore[call-arg]  # wrong on purpose


def test_children_tell_names_and_buffers() -> None:
    one = norm()
    assert children(one) == [("mean", one.mean, True), ("scale", one.scale, False)]
    assert children(Pair(one, None)) == [("first", one, False), ("second", None, False)]
    assert children((one, None)) == [("0", one, False), ("1", None, False)]
    assert children({"b": one, "a": None}) == [("b", one, False), ("a", None, False)]
    assert children(None) == children(()) == children({}) == []


def test_rebuild_keeps_static_fields_and_private_names() -> None:
    @record
    class Private:
        _weight: Any
        _unit: str = static(default="m")

    old = Private(np.ones(1), "cm")
    new = rebuild(old, [np.zeros(1)])
    assert type(new) is Private
    assert new._unit == "cm"
    assert new._weight.tolist() == [0.0]
    assert [path for path, _ in tree.leaves_with_paths(old)] == ["_weight"]


def test_fields_that_are_computed_are_no_children() -> None:
    @record
    class Computed:
        weight: Any
        size: int = attrs.field(init=False)

        def __attrs_post_init__(self) -> None:
            object.__setattr__(self, "size", self.weight.size)

    assert tree.map(lambda w: w[:1], Computed(np.ones(3))).size == 1


def test_subclasses_add_fields() -> None:
    @record
    class Base:
        weight: Any

    @record
    class Derived(Base):
        bias: Any

    assert [path for path, _ in tree.leaves_with_paths(Derived(np.ones(1), np.ones(2)))] == ["weight", "bias"]
    assert [path for path, _ in tree.leaves_with_paths(Base(np.ones(1)))] == ["weight"]


def test_records_can_be_pickled_and_copied() -> None:
    block = Block((norm(), np.ones(3)), norm())
    assert tree.equal(pickle.loads(pickle.dumps(block)), block)
    assert tree.equal(copy.deepcopy(block), block)


@pytest.mark.parametrize("value", [norm(), Block(None)])
def test_instances_are_records(value: object) -> None:
    assert tree.is_record(value)


@pytest.mark.parametrize("value", [Norm, np.ones(1), Pair(None, None), (), {}, None, 3, "text"])
def test_other_values_are_no_records(value: object) -> None:
    assert not tree.is_record(value)


@pytest.mark.parametrize(
    ("node", "text"),
    [
        ([np.ones(1)], "got a list. Write lists as tuples, numbers as static fields."),
        (1.5, "got a float. Write lists as tuples, numbers as static fields."),
        (np.ones(2).sum(), "got a float64. Make it an array: np.asarray(value)."),
        ("text", "got a str. Write lists as tuples, numbers as static fields."),
    ],
)
def test_what_is_no_node(node: object, text: str) -> None:
    with pytest.raises(StructureError) as caught:
        children(node)
    assert str(caught.value) == f"tree: expected an array, record, tuple, dict or None, {text}"


@pytest.mark.parametrize("name", ["a.b", "a/b", "", 3])
def test_keys_that_would_not_do_in_paths(name: object) -> None:
    with pytest.raises(StructureError) as caught:
        tree.leaves(({"fine": np.ones(1), name: np.ones(1)},))
    assert str(caught.value) == f"0: expected dict keys that are words without dots and slashes, got {name!r}."
