"""Repeated blocks and frozen parts: their parameters, training, files, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fnn
from fnn import Key, tree
from fnn.errors import HyperparameterError, ShapeError, StructureError
from fnn.model import output_shape

X = np.random.default_rng(0).standard_normal((5, 3)).astype(np.float32)


def test_repeated_blocks_are_one_after_the_other() -> None:
    block = fnn.dense(3, 3) >> fnn.tanh
    tower = fnn.repeat(block, 3)
    params = tower.init(Key(0))
    assert len({own[0].weight.tobytes() for own in params}) == 3  # each has parameters of its own
    y, _, back = tower.forward(params, X, Key(0))
    x: fnn.Array = X
    backs = []
    for own in params:
        x, _, one_back = block.forward(own, x, Key(0))
        backs.append(one_back)
    np.testing.assert_array_equal(y, x)
    grads, dx = back(y)
    for own_grads, one_back in zip(reversed(grads), reversed(backs), strict=True):
        expected, x = one_back(x)
        assert tree.equal(own_grads, expected)
    np.testing.assert_array_equal(dx, x)


@fnn.record
class Net:
    body: tuple[fnn.Dense, ...]
    head: fnn.Frozen[fnn.Dense]


def test_saved_and_loaded(tmp_path: Path) -> None:
    model = (fnn.repeat(fnn.dense(3, 3), 2) >> fnn.freeze(fnn.dense(3, 2))).into(Net)
    params = model.init(Key(0))
    fnn.save(tmp_path / "net.npz", params)
    assert tree.equal(fnn.load(tmp_path / "net.npz", Net), params)
    assert [path for path, _ in tree.leaves_with_paths(params)][-2:] == ["head.params.weight", "head.params.bias"]


@pytest.mark.parametrize("optimizer", [fnn.adamw(0.1), fnn.momentum(0.1), fnn.chain(fnn.weight_decay(0.1), fnn.sgd(1))])
def test_what_is_frozen_stays_bit_for_bit(optimizer: fnn.Optimizer[Any]) -> None:
    model = fnn.dense(3, 4) >> fnn.freeze(fnn.dense(4, 4)) >> fnn.dense(4, 2)
    step = fnn.train_step(model, fnn.softmax_cross_entropy, optimizer, penalty=fnn.l2(0.1))
    state = start = fnn.start(model, optimizer, Key(0))
    for _ in range(5):
        state, _ = step(state, fnn.Batch(X, np.array([0, 1, 0, 1, 1])))
    (before, frozen, behind), (before_new, frozen_new, behind_new) = start.params, state.params
    assert tree.equal(frozen, frozen_new)
    assert not np.allclose(before.weight, before_new.weight)  # the gradient passes through the frozen part
    assert not np.allclose(behind.weight, behind_new.weight)


def test_the_gradient_of_what_is_frozen_is_zero() -> None:
    model = fnn.freeze(fnn.dense(3, 2))
    params = model.init(Key(0))
    y, renewed, backward = model.forward(params, X, Key(0))
    assert renewed is params
    grads, dx = backward(y)
    assert not any(leaf.any() for leaf in tree.leaves(grads))
    np.testing.assert_allclose(dx, y @ params.params.weight.T, rtol=1e-6)


def test_what_is_refused() -> None:
    stage: Any = fnn.relu
    for combinator in (fnn.freeze, lambda model: fnn.repeat(model, 2)):
        with pytest.raises(StructureError, match="expected a model, got a Fn"):
            combinator(stage)
    with pytest.raises(HyperparameterError, match="repeat: expected count as an integer of at least 1, got 0"):
        fnn.repeat(fnn.dense(3, 3), 0)
    wrong = fnn.repeat(fnn.dense(3, 2), 2)
    with pytest.raises(
        ShapeError, match=r"repeat\(dense\(3, 2\), 2\): expected output of the input's shape \(batch, 3\)"
    ):
        output_shape(wrong, (3,))
    with pytest.raises(ShapeError, match=r"block 1 > dense\(3, 2\)"):
        wrong.apply(wrong.init(Key(0)), X)
    with pytest.raises(StructureError, match=r"repeat\(dense\(3, 2\), 2\): expected parameters as a tuple of 2"):
        wrong.apply(wrong.init(Key(0))[:1], X)
    frozen: Any = fnn.freeze(fnn.dense(3, 2))
    with pytest.raises(StructureError, match=r"expected parameters Frozen\(params\), got a Dense\. Write fnn.Frozen"):
        frozen.apply(fnn.dense(3, 2).init(Key(0)), X)


def test_parts_are_told() -> None:
    text = str(fnn.summary(fnn.repeat(fnn.dense(3, 3), 2) >> fnn.freeze(fnn.dense(3, 2)), (3,)))
    assert "0: dense(3, 3)" in text
    assert "1: dense(3, 3)" in text
    assert "of which 8 are buffers" in text
