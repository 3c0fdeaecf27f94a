"""Steps of a dense network whose parameters lie in one array.

The step of a network of a few hundred weights is mostly calls of functions. Where the model is dense layers with
rectifiers between them, the loss softmax and cross-entropy, and the optimizer Adam, `fnn.kernels` has one call for a
small step, and few for a larger one; to a single large step it would not pay to bring the parameters together. It
computes the same numbers, the small step up to rounding, the larger one bit for bit. Whatever is unusual, a wrong shape
or a loss that is not finite, goes the ordinary way, which knows what to say.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from fnn.arrays import Array, IntArray, freeze
from fnn.data.batches import Batch
from fnn.kernels import dense_adam_step
from fnn.kernels.choice import reference
from fnn.losses import softmax_cross_entropy
from fnn.model import Model, op_of, stages_of
from fnn.ops.linear import linear_forward
from fnn.ops.relu import relu_forward
from fnn.optim.adam import AdamState, AdamStep
from fnn.optim.base import Optimizer
from fnn.random import Key
from fnn.train.figures import Metric, measured
from fnn.train.own import Tally
from fnn.train.state import TrainState
from fnn.tree import trained_leaves, with_trained_leaves

_PRODUCTS = 2**18
"""With about so many products in a forward pass the linear algebra library catches up, called layer by layer."""

_FEW = 16
"""A loop over fewer samples takes as long as one over so many."""


@attrs.frozen(eq=False)
class DenseNetwork:
    """What is known of the network and its optimizer: the type and shapes of the parameters, and Adam's step."""

    adam: AdamStep
    kind: type
    shapes: Sequence[tuple[int, ...]]
    sizes: IntArray
    products: int

    def takes(self, batch: Batch[Any, Any]) -> bool:
        """Whether this is a batch of the usual kind."""
        x, labels = batch.inputs, batch.targets
        if type(x) is not np.ndarray or type(labels) is not np.ndarray:
            return False
        if x.ndim != 2 or x.shape[1] != self.sizes[0] or x.dtype.kind != "f":
            return False
        if labels.shape != x.shape[:1] or labels.dtype.kind not in "iu":
            return False
        return len(x) > 0

    def small(self, batch: Batch[Any, Any]) -> bool:
        """Whether the step on such a batch is so small that one call does it best."""
        return max(len(batch.inputs), _FEW) * self.products <= _PRODUCTS

    def pack(self, state: TrainState[Any, Any]) -> Packed | None:
        """Return a copy of a training state that fits, in three arrays; None for one that does not."""
        params, adam = state.params, state.optimizer
        if type(params) is not self.kind or type(adam) is not AdamState:
            return None
        rows = [trained_leaves(params), adam.mean, adam.square]
        if any([leaf.shape for leaf in row] != self.shapes for row in rows):
            return None
        if len({leaf.dtype for row in rows for leaf in row}) != 1:
            return None
        return Packed(self, state, [np.concatenate([leaf.ravel() for leaf in row]) for row in rows])


class Packed:
    """A training state whose parameters, means and squares lie in one array each, moved on step by step."""

    def __init__(self, network: DenseNetwork, state: TrainState[Any, AdamState], rows: list[Array]) -> None:
        self._network, self._rows, self._params = network, rows, state.params
        self._count, self._rate = state.optimizer.count, state.optimizer.learning_rate
        self._tally = Tally(state)

    def take(self, batch: Batch[Any, Any], metrics: Mapping[str, Metric[Any, Any]]) -> dict[str, float] | None:
        """Take a step, and return what the batch measured; None, and no step is taken, for what is unusual."""
        x, labels = batch.inputs, batch.targets
        if x.dtype != self._rows[0].dtype:
            return None
        network = self._network
        params, means, squares = self._rows
        rate, factors = network.adam.constants(self._count)
        indices = _plain(labels.astype(np.intp, copy=False))
        step = dense_adam_step if network.small(batch) else reference(dense_adam_step)
        loss, logits = step(_plain(x), indices, params, means, squares, network.sizes, factors)
        if not math.isfinite(loss):
            return None
        self._count, self._rate = self._count + 1, rate
        values = {"loss": loss, **measured(metrics, logits, labels)}
        self._tally.add(len(x), values)
        return values

    def state(self) -> TrainState[Any, Any]:
        """Return the state as it stands, of the same memory: no step can be taken after this."""
        leaves: list[list[Array]] = [[], [], []]
        start = 0
        for shape in self._network.shapes:
            end = start + math.prod(shape)
            for row, flat in zip(leaves, self._rows, strict=True):
                row.append(freeze(flat)[start:end].reshape(shape))
            start = end
        params, means, squares = leaves
        adam = AdamState(self._count, self._rate, tuple(means), tuple(squares))
        return self._tally.state(with_trained_leaves(self._params, params), adam)


def dense_network(model: Model[Any, Any, Any], loss: object, optimizer: Optimizer[Any]) -> DenseNetwork | None:
    """Return what is needed for such steps; None if model, loss or optimizer is another.

    >>> import fnn
    >>> model, optimizer = fnn.dense(2, 3) >> fnn.relu >> fnn.dense(3, 2), fnn.adam(0.1)
    >>> dense_network(model, fnn.mean_squared_error, optimizer) is None
    True
    """
    ops = [op_of(stage) for stage in stages_of(model)]
    alternating = len(ops) % 2 and {*ops[::2]} == {linear_forward} and {*ops[1::2]} <= {relu_forward}
    if not alternating or loss is not softmax_cross_entropy:
        return None
    if type(optimizer.step) is not AdamStep:
        return None
    example = model.init(Key(0))
    shapes = [leaf.shape for leaf in trained_leaves(example)]
    sizes = _sizes(shapes)
    if sizes is None:
        return None
    products = sum(math.prod(shape) for shape in shapes[::2])
    return DenseNetwork(optimizer.step, type(example), shapes, sizes, products)


def _sizes(shapes: Sequence[tuple[int, ...]]) -> IntArray | None:
    """The widths of the network from end to end; None if these are not the parameters of a dense network."""
    weights, biases = shapes[::2], shapes[1::2]
    if (
        any(len(weight) != 2 for weight in weights)
        or any(left[1] != right[0] for left, right in pairwise(weights))
        or list(biases) != [weight[1:] for weight in weights]
        or weights[-1][1] < 2
    ):
        return None
    sizes = np.array([weights[0][0], *(weight[1] for weight in weights)])
    sizes.setflags(write=False)
    return sizes


def _plain(array: NDArray[Any]) -> NDArray[Any]:
    """View an array as read-only and contiguous, as batches are: loops are compiled for each kind of argument."""
    array = np.ascontiguousarray(array)
    if array.flags.writeable:
        array = array.view()
        array.setflags(write=False)
    return array
