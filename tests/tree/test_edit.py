"""Comparing trees, and reading and changing one place in them."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from fnn import tree
from fnn.errors import DtypeError, FnnError, ShapeError, StructureError
from tests.tree.trees import Block, Pair, norm, trees

few = settings(deadline=None, max_examples=50)
one = np.ones(1)


# --- laws ---


@few
@given(trees)
def test_what_is_got_at_a_path_is_the_leaf(node: Any) -> None:
    for path, leaf in tree.leaves_with_paths(node):
        assert tree.get(node, path) is leaf


@few
@given(trees)
def test_what_is_set_at_a_path_is_got_and_all_else_stays(node: Any) -> None:
    for path, leaf in tree.leaves_with_paths(node):
        new = np.array(leaf == 0, leaf.dtype)
        changed = tree.set(node, path, new)
        for other, old in tree.leaves_with_paths(node):
            if other == path:
                assert np.array_equal(tree.get(changed, other), new)
            else:
                assert tree.get(changed, other) is old
        assert tree.equal(tree.set(changed, path, leaf), node)


@few
@given(trees, trees)
def test_equality(a: Any, b: Any) -> None:
    assert tree.equal(a, tree.copy(a))
    assert tree.equal(a, b) == tree.equal(b, a)
    assert tree.equal((a, b), (b, a)) == tree.equal(a, b)


# --- equal ---


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (one, np.ones(1, np.float32)),
        (one, np.ones((1, 1))),
        (one, np.zeros(1)),
        (np.zeros(1), -np.zeros(1)),
        ((one,), one),
        ((one,), (one, one)),
        ((one,), (one, None)),
        ((one, one), Pair(one, one)),
        ({"a": one}, {"b": one}),
        ({}, ()),
        (None, ()),
        (norm(), tree.replace(norm(), momentum=0.5)),
        (Block(norm(), name="a"), Block(norm(), name="b")),
    ],
)
def test_trees_that_are_not_equal(a: Any, b: Any) -> None:
    assert not tree.equal(a, b)
    assert not tree.equal(b, a)


def test_equality_goes_by_bits_wherever_they_lie() -> None:
    assert tree.equal((np.array([np.nan]),), (np.array([np.nan]),))
    square = np.arange(4.0).reshape(2, 2)
    assert tree.equal(square.T, np.array([[0.0, 2.0], [1.0, 3.0]]))
    assert tree.equal(np.arange(4.0)[::2], np.array([0.0, 2.0]))


# --- get ---


def test_get_nodes_and_the_tree_itself() -> None:
    node = Block((norm(), {"a": one}), norm())
    assert tree.get(node, "body.0") is node.body[0]
    assert tree.get(node, "norm") is node.norm
    assert tree.get(node, "") is node
    assert tree.get(one, "") is one


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("bdy.0", "tree: expected a child named 'bdy', got Block with body, norm."),
        ("body.2", "body: expected a child named '2', got tuple with 0, 1."),
        ("body.1.b", "body.1: expected a child named 'b', got dict with a."),
        ("norm.scale.0", "norm.scale: expected a child named '0', got ndarray with nothing, it is an array."),
        ("norm.momentum", "norm: expected a child named 'momentum', got Norm with mean, scale."),
        ("norm.", "norm: expected a child named '', got Norm with mean, scale."),
    ],
)
def test_paths_that_leave_the_tree(path: str, text: str) -> None:
    node = Block((norm(), {"a": one}), norm())
    with pytest.raises(StructureError) as caught:
        tree.get(node, path)
    assert str(caught.value) == text
    with pytest.raises(StructureError) as caught:
        tree.set(node, path, one)
    assert str(caught.value) == text


# --- set ---


def test_set_copies_and_freezes_what_it_is_given() -> None:
    mine, node = np.zeros(2), norm()
    for changed in (tree.set(node, "scale", mine), tree.set((node,), "0", tree.replace(node, scale=mine))[0]):
        assert changed.scale.tolist() == [0.0, 0.0]
        assert not np.shares_memory(changed.scale, mine)
        assert not changed.scale.flags.writeable
    assert mine.flags.writeable
    assert node.scale.tolist() == [1.0, 1.0]


def test_set_changes_buffers_too_and_keeps_static_fields() -> None:
    changed = tree.set(Block(norm(), name="mine"), "body.mean", np.zeros(2))
    assert changed.body.mean.tolist() == [0.0, 0.0]
    assert (changed.name, changed.body.momentum) == ("mine", 0.9)


def test_set_takes_the_static_fields_of_a_new_node() -> None:
    assert tree.set((norm(),), "0", tree.replace(norm(), momentum=0.5))[0].momentum == 0.5


@pytest.mark.parametrize(
    ("path", "value", "error", "text"),
    [
        ("scale", np.ones(3), ShapeError, "scale: expected an array of shape (2,), got shape (3,)."),
        ("scale", np.ones((2, 1)), ShapeError, "scale: expected an array of shape (2,), got shape (2, 1)."),
        ("scale", np.ones(2, np.float32), DtypeError,
         "scale: expected dtype float64, got float32. Convert it: x.astype(np.float64)."),
        ("scale", [1.0, 1.0], StructureError,
         "scale: expected the same structure, float64 of shape (2,), got a list."),
        ("scale", None, StructureError, "scale: expected the same structure, float64 of shape (2,), got None."),
        ("", (one, one), StructureError, "tree: expected the same structure, a Norm, got a tuple."),
        ("", tree.map(lambda leaf: leaf[:1], norm()), ShapeError,
         "mean: expected an array of shape (2,), got shape (1,)."),
    ],
)  # fmt: skip
def test_set_to_what_does_not_fit(path: str, value: object, error: type[FnnError], text: str) -> None:
    with pytest.raises(error) as caught:
        tree.set(norm(), path, value)
    assert str(caught.value) == text


def test_set_to_a_node_that_does_not_fit_below() -> None:
    node = {"a": (norm(), Pair(one, norm()))}
    with pytest.raises(ShapeError) as caught:
        tree.set(node, "a.1", Pair(one, tree.map(lambda leaf: leaf[:1], norm())))
    assert str(caught.value) == "a.1.second.mean: expected an array of shape (2,), got shape (1,)."
    with pytest.raises(StructureError) as refused:
        tree.set(node, "a.1", Pair(one, None))
    assert str(refused.value) == "a.1.second: expected the same structure, a Norm, got None."
