"""Losses bound to options, and losses whose weights come with the targets, as a training step sees them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from fnn import tree
from fnn.arrays import Array, IntArray
from fnn.errors import StructureError
from fnn.losses import Labels, Weighted, huber, mean_squared_error, softmax_cross_entropy, weighted

Y = np.array([[0.5, -1.0], [2.0, 0.25], [-3.0, 1.0]])
LABELS: IntArray = np.array([0, 1, 1])
WEIGHT = np.array([1.0, 0.5, 2.0])


def run(loss: Callable[[Array, Any], tuple[float, Array]], y: Array, target: Any) -> tuple[float, Array]:
    return loss(y, target)


def test_weights_come_with_the_target() -> None:
    loss: Callable[[Array, Weighted[Labels]], tuple[float, Array]] = weighted(softmax_cross_entropy)
    value, dy = loss(Y, Weighted(LABELS, WEIGHT))
    expected, expected_dy = softmax_cross_entropy(Y, LABELS, sample_weight=WEIGHT)
    assert value == expected
    np.testing.assert_array_equal(dy, expected_dy)


def test_bound_options_stay() -> None:
    bound: Callable[[Array, Array], tuple[float, Array]] = partial(huber, delta=0.5, reduction="sum")
    assert run(bound, Y, np.zeros((3, 2)))[0] == huber(Y, np.zeros((3, 2)), delta=0.5, reduction="sum")[0]
    both = weighted(partial(softmax_cross_entropy, reduction="sum", class_weight=[1.0, 3.0]))
    value, _ = run(both, Y, Weighted(LABELS, WEIGHT))
    options = partial(softmax_cross_entropy, reduction="sum", class_weight=[1.0, 3.0], sample_weight=WEIGHT)
    assert value == options(Y, LABELS)[0]


def test_a_batch_is_cut_from_it_like_from_any_tree() -> None:
    batch = tree.map(lambda leaf: leaf[:2], Weighted(LABELS, WEIGHT))
    assert batch.target.tolist() == [0, 1]
    assert batch.weight.tolist() == [1.0, 0.5]


def test_a_target_without_weights() -> None:
    loss = weighted(mean_squared_error)
    with pytest.raises(StructureError) as caught:
        run(loss, Y, Y)
    expected = "a target of fnn.Weighted(target, weight), got float64 of shape (3, 2). Weights come with each batch."
    assert str(caught.value) == f"weighted: expected {expected}"
