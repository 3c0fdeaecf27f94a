"""Walking over trees: leaves, paths, and trees made from other trees."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from fnn import tree
from fnn.arrays import Array
from fnn.errors import DtypeError, StructureError
from tests.tree.trees import Block, Pair, norm, trees

few = settings(deadline=None, max_examples=50)


def paths(node: object) -> list[str]:
    return [path for path, _ in tree.leaves_with_paths(node)]


# --- laws ---


@few
@given(trees)
def test_unflattening_the_leaves_gives_the_tree_back(node: Any) -> None:
    again = tree.unflatten(node, tree.leaves(node))
    assert tree.equal(again, node)
    assert all(a is b for a, b in zip(tree.leaves(again), tree.leaves(node), strict=True))


@few
@given(trees)
def test_mapping_the_identity_gives_the_tree_back(node: Any) -> None:
    assert tree.equal(tree.map(lambda leaf: leaf, node), node)
    assert tree.equal(tree.map(lambda leaf, _: leaf, node, tree.zeros_like(node)), node)


@few
@given(trees)
def test_mapping_twice_is_mapping_the_composition(node: Any) -> None:
    def double(leaf: Any) -> Any:
        return leaf + leaf

    twice = tree.map(np.negative, tree.map(double, tree.map(lambda leaf: leaf.astype(float), node)))
    assert tree.equal(twice, tree.map(lambda leaf: np.negative(double(leaf.astype(float))), node))


@few
@given(trees)
def test_leaves_come_in_the_order_of_their_paths(node: Any) -> None:
    pairs = tree.leaves_with_paths(node)
    assert [id(leaf) for _, leaf in pairs] == [id(leaf) for leaf in tree.leaves(node)]
    assert len(set(paths(node))) == len(pairs)
    trained = tree.leaves_with_paths(node, trained_only=True)
    assert [id(leaf) for _, leaf in trained] == [id(leaf) for leaf in tree.trained_leaves(node)]
    assert {path for path, _ in trained} <= set(paths(node))


@few
@given(trees)
def test_replacing_the_trained_leaves_leaves_the_buffers(node: Any) -> None:
    changed = tree.with_trained_leaves(node, [leaf + leaf for leaf in tree.trained_leaves(node)])
    trained = {path for path, _ in tree.leaves_with_paths(node, trained_only=True)}
    for path, leaf in tree.leaves_with_paths(node):
        new = tree.get(changed, path)
        assert (np.array_equal(new, leaf + leaf) and new is not leaf) if path in trained else new is leaf


@few
@given(trees)
def test_size_and_bytes_are_those_of_the_leaves(node: Any) -> None:
    assert tree.size(node) == sum(leaf.size for leaf in tree.leaves(node))
    assert tree.size(node, trained_only=True) == sum(leaf.size for leaf in tree.trained_leaves(node))
    assert tree.nbytes(node) == sum(leaf.nbytes for leaf in tree.leaves(node))


@few
@given(trees)
def test_copies_share_no_memory_and_are_read_only(node: Any) -> None:
    copied = tree.copy(node)
    assert tree.equal(copied, node)
    for new, old in zip(tree.leaves(copied), tree.leaves(node), strict=True):
        assert not np.shares_memory(new, old)
        assert not new.flags.writeable


# --- examples ---


def test_paths_of_a_tree_of_every_kind() -> None:
    node = {"b": Block((norm(), None), norm()), "a": Pair(np.ones(1), {"x": np.ones(1)}), "empty": ()}
    assert paths(node) == ["b.body.0.mean", "b.body.0.scale", "b.norm.mean", "b.norm.scale", "a.first", "a.second.x"]
    assert [path for path, _ in tree.leaves_with_paths(node, trained_only=True)] == [
        "b.body.0.scale",
        "b.norm.scale",
        "a.first",
        "a.second.x",
    ]


def test_a_bare_array_is_a_tree() -> None:
    leaf = np.ones(2)
    assert tree.leaves_with_paths(leaf) == [("", leaf)]
    assert tree.map(np.negative, leaf).tolist() == [-1.0, -1.0]


def test_what_stands_below_a_buffer_is_a_buffer() -> None:
    @tree.record
    class Holder:
        state: Any = tree.buffer()

    node = Holder((norm(), np.ones(3)))
    assert tree.trained_leaves(node) == []
    assert tree.with_trained_leaves((node, np.ones(1)), [np.zeros(1)])[0].state is node.state


def test_map_covers_buffers_and_keeps_static_fields() -> None:
    block = Block(np.ones(1), norm(scale=1, mean=2), name="first")
    result = tree.map(lambda a, b: 10 * a + b, block, Block(np.ones(1), norm(scale=3, mean=4), name="second"))
    assert result.name == "first"
    assert result.norm is not None
    assert result.norm.momentum == 0.9
    assert (result.norm.mean.tolist(), result.norm.scale.tolist()) == ([24, 24], [13, 13])


def test_arrays_without_axes_stay_arrays() -> None:
    node = (np.array(1.5, np.float32),)
    made = [tree.add(node, node), tree.map(np.negative, node), tree.zeros_like(node), tree.copy(node)]
    made += [tree.unflatten(node, [2 * node[0]]), tree.with_trained_leaves(node, [2 * node[0]])]
    for result in made:
        assert type(result[0]) is np.ndarray
        assert result[0].shape == ()
        assert result[0].dtype == np.float32
    assert tree.add(node, node)[0] == 3


def test_memory_mapped_arrays_are_leaves(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.ones(2))
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert type(mapped) is np.memmap
    assert tree.add((mapped,), (np.ones(2),))[0].tolist() == [2.0, 2.0]
    assert tree.add((np.ones(2),), (mapped,))[0].tolist() == [2.0, 2.0]


def test_functions_that_compute_make_new_arrays() -> None:
    node = (np.ones(2), norm())
    before = tree.copy(node)
    functions: list[Callable[[Any], Any]] = [
        tree.zeros_like,
        tree.copy,
        lambda t: tree.add(t, t),
        lambda t: tree.astype(t, np.float64),
    ]
    for f in functions:
        for leaf in tree.leaves(f(node)):
            assert not any(np.shares_memory(leaf, old) for old in tree.leaves(node))
    assert tree.equal(before, node)


def test_astype_converts_floats_alone() -> None:
    node = (np.ones(2), np.arange(2), np.ones(2, np.float16))
    converted = tree.astype(node, np.float32)
    assert [leaf.dtype for leaf in converted] == [np.float32, np.int64, np.float32]
    assert [leaf.flags.writeable for leaf in converted] == [False, True, False]


@pytest.mark.parametrize("dtype", [np.float16, np.int64, np.complex128])
def test_astype_to_what_fnn_does_not_compute_with(dtype: Any) -> None:
    with pytest.raises(DtypeError) as caught:
        tree.astype((np.ones(2),), dtype)
    assert str(caught.value) == f"tree.astype: expected np.float32 or np.float64, got {np.dtype(dtype)}."


# --- mismatches ---

one, two = np.ones(1), np.ones(2)


@pytest.mark.parametrize(
    ("first", "second", "text"),
    [
        ((one,), one, "tree: expected the same structure, a tuple, got float64 of shape (1,)."),
        (one, (one,), "tree: expected the same structure, float64 of shape (1,), got a tuple."),
        ((one, (one,)), (one, one), "1: expected the same structure, a tuple, got float64 of shape (1,)."),
        ((one, one), (one, None), "1: expected the same structure, float64 of shape (1,), got None."),
        ((one, one), (one,), "tree: expected children 0, 1, got 0."),
        ((one, ()), (one, (one,)), "1: expected children nothing, got 0."),
        ({"a": {"b": one}}, {"a": {"c": one}}, "a: expected children b, got c."),
        ({"a": one, "b": one}, {"b": one, "a": one}, "tree: expected children a, b, got b, a."),
        (Pair(one, one), (one, one), "tree: expected the same structure, a Pair, got a tuple."),
        (Block(one, norm()), Block(one), "norm: expected the same structure, a Norm, got None."),
        (Block(norm()), Block(Block(one)), "body: expected the same structure, a Norm, got a Block."),
        ((one,), ([one],), "0: expected the same structure, float64 of shape (1,), got a list."),
    ],
)
def test_trees_of_different_structure(first: Any, second: Any, text: str) -> None:
    with pytest.raises(StructureError) as caught:
        tree.map(np.add, first, second)
    assert str(caught.value) == text
    with pytest.raises(StructureError) as caught:
        tree.map(lambda a, b, c: a, first, first, second)
    assert str(caught.value) == text


@pytest.mark.parametrize(
    "walk", [tree.leaves, tree.trained_leaves, tree.leaves_with_paths, tree.size, tree.zeros_like, tree.copy]
)
def test_errors_of_every_walk_name_the_path(walk: Callable[[object], object]) -> None:
    with pytest.raises(StructureError) as caught:
        walk({"a": (one, Block(one, norm()), Block([one]))})
    assert caught.value.place == "a.2.body"
    assert caught.value.got == "a list"


def test_another_number_of_leaves() -> None:
    with pytest.raises(StructureError) as caught:
        tree.unflatten(norm(), [one])
    assert str(caught.value) == "tree.unflatten: expected 2 leaves for a Norm, got 1. Pass one array a leaf."
    with pytest.raises(StructureError) as caught:
        tree.with_trained_leaves(norm(), [one, one])
    assert str(caught.value) == "tree.with_trained_leaves: expected 1 leaves for a Norm, got 2. Pass one array a leaf."


def test_a_record_with_a_constructor_of_its_own_is_rebuilt_by_name() -> None:
    @tree.record(init=False)
    class Swapped:
        weight: Array
        bias: Array

        def __init__(self, bias: Array, weight: Array) -> None:
            self.__attrs_init__(weight=weight, bias=bias)

    one, two = np.ones(1), np.full(1, 2.0)
    same = tree.map(lambda leaf: leaf, Swapped(bias=two, weight=one))
    assert (same.weight[0], same.bias[0]) == (1, 2)
    moved = tree.with_trained_leaves(same, [two, one])
    assert (moved.weight[0], moved.bias[0]) == (2, 1)


def test_too_many_or_too_few_leaves_are_refused() -> None:
    pair: Any = (np.ones(1), np.ones(1))
    wrong: Any = ([], [np.ones(1)], [np.ones(1)] * 3, [np.ones(1), np.ones(1), None])
    for leaves in wrong:
        with pytest.raises(StructureError, match="expected 2 leaves"):
            tree.with_trained_leaves(pair, leaves)
