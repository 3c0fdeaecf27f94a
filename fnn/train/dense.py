"""The whole step of a small dense network in one kernel.

The step of a network of a few hundred weights is mostly calls of functions. Where the model is dense layers with
rectifiers between them, the loss softmax and cross-entropy, the optimizer Adam, and the step small, `fnn.kernels` has
one call for all. It computes the same numbers, up to rounding; the price is that Numba compiles it anew for each number
of layers, some seconds once a machine. Whatever is unusual, a wrong shape or a loss that is not
finite, goes the ordinary way, which knows what to say.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fnn.arrays import Array
from fnn.data.batches import Batch
from fnn.kernels import Layers, active, dense_adam_step
from fnn.losses import softmax_cross_entropy
from fnn.model import Model, op_of, stages_of
from fnn.ops.linear import linear_forward
from fnn.ops.relu import relu_forward
from fnn.optim.adam import Adam, AdamState
from fnn.random import Key
from fnn.train.state import TrainState
from fnn.tree import trained_leaves, with_trained_leaves

Whole: TypeAlias = Callable[[TrainState[Any, Any], Batch[Any, Any]], tuple[float, Any, Any, Any] | None]
"""Returns the loss, the logits, and the new parameters and optimizer state; None for what goes the ordinary way."""

_PRODUCTS = 2**19
"""With about so many products in a forward pass the linear algebra library catches up, called layer by layer."""


def whole_step(model: Model[Any, Any, Any], loss: object, optimizer: object) -> Whole | None:
    """Return the step of a dense network in one call; None if model, loss or optimizer is another, or without Numba.

    >>> import fnn
    >>> model, optimizer = fnn.dense(2, 3) >> fnn.relu >> fnn.dense(3, 2), fnn.adam(0.1)
    >>> whole_step(model, fnn.mean_squared_error, optimizer) is None
    True
    """
    ops = [op_of(stage) for stage in stages_of(model)]
    alternating = len(ops) % 2 and {*ops[::2]} == {linear_forward} and {*ops[1::2]} <= {relu_forward}
    if not alternating or loss is not softmax_cross_entropy or active() == "numpy":
        return None
    if type(optimizer) is not Adam or optimizer.step is not optimizer.known_step:
        return None
    constants, example = optimizer.constants, model.init(Key(0))
    kind, wanted = type(example), tuple([leaf.shape for leaf in trained_leaves(example)])

    def run(state: TrainState[Any, Any], batch: Batch[Any, Any]) -> tuple[float, Array, Any, AdamState] | None:
        x, labels, adam = batch.inputs, batch.targets, state.optimizer
        if type(x) is not np.ndarray or type(labels) is not np.ndarray or type(adam) is not AdamState:
            return None
        if type(state.params) is not kind:
            return None
        leaves = trained_leaves(state.params)
        groups = (tuple(leaves), adam.mean, adam.square)
        arrays = [x, *groups[0], *adam.mean, *adam.square]
        fits = [tuple([array.shape for array in group]) for group in groups] == [wanted, wanted, wanted]
        plain = {(array.dtype, array.flags.c_contiguous) for array in arrays} == {(x.dtype, True)}
        if not plain or not fits or labels.shape != x.shape[:1] or labels.dtype.kind not in "iu":
            return None
        if not 0 < _products(x.shape, wanted) <= _PRODUCTS:
            return None
        x, labels = _read_only(x), _read_only(labels.astype(np.intp, copy=False))
        count, rate, factors = constants(adam)
        layers = [(group[::2], group[1::2]) for group in groups]
        result = dense_adam_step(x, labels, layers[0], layers[1], layers[2], factors)
        if result is None or not math.isfinite(result[0]):
            return None
        value, logits, params, means, squares = result
        moved = AdamState(count, rate, _joined(means), _joined(squares))
        return value, logits, with_trained_leaves(state.params, _joined(params)), moved

    return run


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    """View an array as read-only, as batches are: loops are compiled for each kind of argument."""
    if array.flags.writeable:
        array = array.view()
        array.setflags(write=False)
    return array


def _joined(layers: Layers) -> tuple[Array, ...]:
    """Weight and bias in turn, as they stand in the tree."""
    joined: list[Any] = [None] * (2 * len(layers[0]))
    joined[::2], joined[1::2] = layers
    return tuple(joined)


@cache
def _products(batch: tuple[int, ...], shapes: tuple[tuple[int, ...], ...]) -> int:
    """How many products a forward pass takes; 0 if these are not a batch and the parameters of a dense network."""
    if len(batch) != 2 or len(shapes) % 2:
        return 0
    width, products = batch[1], 0
    for weight, bias in zip(shapes[::2], shapes[1::2], strict=True):
        if len(weight) != 2 or weight[0] != width or bias != weight[1:]:
            return 0
        width, products = weight[1], products + weight[0] * weight[1]
    return batch[0] * products if width > 1 else 0
