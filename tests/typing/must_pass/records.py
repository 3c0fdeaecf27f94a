"""Records: constructors, frozen fields, replacement, and the trees made of them."""

from typing import Generic, NamedTuple, TypeVar, assert_type

import numpy as np

import fnn
from fnn import Array, tree

B = TypeVar("B")


@fnn.record
class Norm:
    scale: Array
    mean: Array = fnn.buffer()
    momentum: float = fnn.static(default=0.9)


@fnn.record
class Block(Generic[B]):
    body: B
    norm: Norm | None = None


class Pair(NamedTuple):
    first: fnn.Dense
    second: Norm


norm = Norm(np.ones(3), np.zeros(3))
assert_type(norm.momentum, float)
assert_type(norm.mean, Array)
assert_type(fnn.replace(norm, momentum=0.5), Norm)
assert_type(Norm(scale=norm.scale, mean=norm.mean, momentum=0.99), Norm)

block = Block(fnn.dense(3, 2).init(fnn.Key(0)), norm)
assert_type(block, Block[fnn.Dense])
assert_type(block.body.bias, Array)

assert_type(tree.map(np.negative, block), Block[fnn.Dense])
assert_type(tree.map(np.add, block, block), Block[fnn.Dense])
assert_type(tree.zeros_like(norm), Norm)
assert_type(tree.astype(norm, np.float64), Norm)
assert_type(tree.copy(norm), Norm)
assert_type(tree.add(norm, norm), Norm)
assert_type(tree.leaves(block), list[Array])
assert_type(tree.leaves_with_paths(block), list[tuple[str, Array]])
assert_type(tree.unflatten(block, tree.leaves(block)), Block[fnn.Dense])
assert_type(tree.with_trained_leaves(norm, tree.trained_leaves(norm)), Norm)
assert_type(tree.set(block, "body.bias", np.ones(2, np.float32)), Block[fnn.Dense])
assert_type(tree.equal(block, block), bool)
assert_type(tree.size(block), int)
assert_type(tree.map(np.negative, Pair(block.body, norm)), Pair)
assert_type(tree.map(np.negative, {"a": norm}), dict[str, Norm])
