"""Steps of a dense network whose parameters lie in one array.

The step of a network of a few hundred weights is mostly calls of functions. Where the model is dense layers with
rectifiers between them, the loss softmax and cross-entropy, and the optimizer Adam, `fnn.kernels` has one call for a
small step, and few for a larger one; to a single large step it would not pay to bring the parameters together. It
computes the same numbers, the small step up to rounding, the larger one bit for bit. Whatever is unusual, a wrong shape
or a loss that is not finite, goes the ordinary way, which knows what to say.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fnn.arrays import Array, IntArray, freeze
from fnn.data.batches import Batch
from fnn.errors import ShapeError
from fnn.kernels import dense_adam_step
from fnn.kernels.choice import reference
from fnn.losses import softmax_cross_entropy
from fnn.model import Model, op_of, output_shape, stages_of
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


class Layout(NamedTuple):
    """The type and shapes of a network's parameters, its widths from end to end, and its products for each sample."""

    kind: type
    shapes: list[tuple[int, ...]]
    sizes: IntArray
    products: int

    def small(self, samples: int) -> bool:
        """Whether a step on so many samples is so small that one call does it best."""
        return max(samples, _FEW) * self.products <= _PRODUCTS


class DenseNetwork:
    """A dense network and its optimizer."""

    def __init__(self, model: Model[Any, Any, Any], adam: AdamStep) -> None:
        self.model, self.adam = model, adam

    @cached_property
    def layout(self) -> Layout | None:
        """What the parameters look like that ``init`` makes; None if the layers are not made for them."""
        example = self.model.init(Key(0))
        shapes = [leaf.shape for leaf in trained_leaves(example)]
        if [len(shape) for shape in shapes] != [2, 1] * (len(shapes) // 2):
            return None
        sizes = np.array([shapes[0][0], *(shape[-1] for shape in shapes[::2])])
        try:
            for i, stage in enumerate(stages_of(self.model)[::2]):
                if shapes[2 * i][0] != sizes[i] or output_shape(stage, (sizes[i],)) != shapes[2 * i + 1]:
                    return None
        except ShapeError:
            return None
        return Layout(type(example), shapes, _plain(sizes), sum(map(math.prod, shapes[::2]))) if sizes[-1] > 1 else None

    def takes(self, batch: Batch[Any, Any], *, many: bool) -> bool:
        """Whether a step on this batch goes this way: one of many if it is a usual one, a single one if it is small."""
        x, labels, layout = batch.inputs, batch.targets, self.layout
        if layout is None or type(x) is not np.ndarray or type(labels) is not np.ndarray:
            return False
        if x.ndim != 2 or x.shape[1] != layout.sizes[0] or not x.flags.c_contiguous or len(x) == 0:
            return False
        if labels.shape != x.shape[:1] or labels.dtype.kind not in "iu":
            return False
        return many or layout.small(len(x))

    def pack(self, state: TrainState[Any, Any], metrics: Mapping[str, Metric[Any, Any]]) -> Packed | None:
        """Return a copy of a training state in three arrays; None if it is not one of this network."""
        params, adam, layout = state.params, state.optimizer, self.layout
        if layout is None or type(params) is not layout.kind or type(adam) is not AdamState:
            return None
        rows = [trained_leaves(params), adam.mean, adam.square]
        if not all(type(leaf) is np.ndarray for row in rows for leaf in row):
            return None
        if any([leaf.shape for leaf in row] != layout.shapes for row in rows):
            return None
        if len({leaf.dtype for row in rows for leaf in row}) != 1 or rows[0][0].dtype not in (np.float32, np.float64):
            return None
        return Packed(
            self.adam, layout, metrics, state, [np.concatenate([leaf.ravel() for leaf in row]) for row in rows]
        )


class Packed:
    """A training state whose parameters, means and squares lie in one array each, moved on step by step."""

    def __init__(
        self,
        adam: AdamStep,
        layout: Layout,
        metrics: Mapping[str, Metric[Any, Any]],
        state: TrainState[Any, AdamState],
        rows: list[Array],
    ) -> None:
        self._adam, self._layout, self._metrics, self._rows, self._params = adam, layout, metrics, rows, state.params
        self._count, self._rate = state.optimizer.count, state.optimizer.learning_rate
        self._tally = Tally(state)

    def step(self, batch: Batch[Any, Any]) -> dict[str, float] | None:
        """Take a step, and return what the batch measured; None, and no step is taken, for what is unusual."""
        x, labels, sizes = batch.inputs, batch.targets, self._layout.sizes
        params, means, squares = self._rows
        if x.dtype != params.dtype:
            return None
        rate, factors = self._adam.constants(self._count)
        indices = _plain(labels.astype(np.intp, copy=False))
        run = dense_adam_step if self._layout.small(len(x)) else reference(dense_adam_step)
        loss, logits = run(_plain(x), indices, params, means, squares, sizes, factors)
        if not math.isfinite(loss):
            return None
        self._count, self._rate = self._count + 1, rate
        values = {"loss": loss, **measured(self._metrics, logits, labels)}
        self._tally.add(len(x), values)
        return values

    def state(self) -> TrainState[Any, Any]:
        """Return the state as it stands, of the same memory: no step can be taken after this."""
        leaves: list[list[Array]] = [[], [], []]
        start = 0
        for shape in self._layout.shapes:
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
    step = optimizer.step
    return DenseNetwork(model, step) if type(optimizer) is Optimizer and type(step) is AdamStep else None


def _plain(array: NDArray[Any]) -> NDArray[Any]:
    """View an array as read-only and contiguous, as batches are: loops are compiled for each kind of argument."""
    array = np.ascontiguousarray(array)
    if array.flags.writeable:
        array = array.view()
        array.setflags(write=False)
    return array
