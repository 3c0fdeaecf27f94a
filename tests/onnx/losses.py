"""Losses over classes, which stand along the second axis there and along the last in fnn."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from fnn import losses, ops
from fnn.arrays import Array, IntArray
from tests.onnx.node import AnyArray, Node, Operator

Loss: TypeAlias = Callable[..., tuple[float, Array]]


def softmax_cross_entropy(node: Node) -> tuple[AnyArray, Array]:
    y = np.moveaxis(node.array(0), 1, -1)
    loss = evaluate(losses.softmax_cross_entropy, y, node)
    return loss, np.moveaxis(ops.log_softmax_forward(y)[0], -1, 1)


def negative_log_likelihood(node: Node) -> AnyArray:
    """The cases give numbers above 0, which are no log-probabilities and which fnn refuses.

    The loss is linear: it is computed of ``y - c``, with ``c`` the largest, and ``c`` times the loss of -1 is taken
    away, by the same weights.
    """
    y = np.moveaxis(node.array(0), 1, -1)
    largest = y.max()
    loss = partial(evaluate, losses.negative_log_likelihood, node=node)
    return np.asarray(loss(y - largest) - largest * loss(np.full_like(y, -1)))


def evaluate(loss: Loss, y: Array, node: Node) -> AnyArray:
    """Return the loss by the node's reduction; without one it is the loss of each sample as a batch of its own.

    Labels to be ignored have the weight 0.
    """
    labels, options = node.integers(1), class_weight(node)
    valid = np.ones(labels.shape, np.bool_) if node["ignore_index"] is None else labels != node["ignore_index"]
    labels = np.where(valid, labels, 0)
    if node["reduction"] != "none":
        weight = valid.astype(y.dtype)
        value, _ = loss(y, labels, reduction=node["reduction"], sample_weight=weight, **options)
        return np.array(value, y.dtype)
    values = np.zeros(labels.shape, y.dtype)
    for index in np.argwhere(valid):
        values[tuple(index)] = alone(loss, y[tuple(index)], labels[tuple(index)], options)
    return values


def alone(loss: Loss, y: Array, label: IntArray, options: dict[str, Any]) -> float:
    return loss(y[None], np.array([label]), reduction="sum", **options)[0]


def class_weight(node: Node) -> dict[str, Any]:
    return {"class_weight": node.array(2)} if node.has(2) else {}


OPERATORS: dict[str, Operator] = {
    "NegativeLogLikelihoodLoss": negative_log_likelihood,
    "SoftmaxCrossEntropyLoss": softmax_cross_entropy,
}
