"""Steps of a loop that keeps nothing but the last state: the memory of the states in between is used again.

States are values: a step makes new arrays and leaves the old ones as they are. Within a loop that alone has a state,
nobody can tell whether its arrays are new or the old ones written over, and writing over them saves memory and time.
The first step makes new arrays, as the state that it starts from is somebody else's; those after it write over them, if
the optimizer can, as Adam can, and if nothing else refers to a parameter, for a stage may have kept it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeAlias, TypeVar

from fnn import tree
from fnn.arrays import Array, freeze
from fnn.data.batches import Batch
from fnn.optim.base import Optimizer, Overwriting, check_gradients, owned, paths_of
from fnn.train.state import TrainState

P = TypeVar("P")
S = TypeVar("S")
X = TypeVar("X")
T = TypeVar("T")

Slopes: TypeAlias = Callable[[TrainState[P, S], Batch[X, T]], tuple[P, P | None, dict[str, float]]]
"""Returns the gradients, the parameters with renewed buffers or None if none was, and what the batch measured."""


class Tally:
    """How far a run has come, and the sums of its epoch."""

    def __init__(self, state: TrainState[Any, Any]) -> None:
        self.key, self.epoch = state.key, state.epoch
        self.step, self.batch, self.sums = state.step, state.batch, dict(state.sums)

    def add(self, size: int, values: Mapping[str, float]) -> None:
        """Count a step, and what it measured on a batch of so many samples."""
        sums = self.sums
        sums["samples"] = sums.get("samples", 0) + size
        for name, figure in values.items():
            sums[name] = sums.get(name, 0.0) + figure * size
        self.step += 1
        self.batch += 1

    def state(self, params: P, optimizer: S) -> TrainState[P, S]:
        """Return the state of the run with these parameters."""
        return TrainState(params, optimizer, self.key, self.step, self.epoch, self.batch, dict(self.sums))


class Owned(Generic[P, S, X, T]):
    """A training state that is moved on step by step, over the same memory where that can be."""

    def __init__(self, state: TrainState[P, S], optimizer: Optimizer[S], slopes: Slopes[P, S, X, T]) -> None:
        self._slopes, self._tally = slopes, Tally(state)
        self._move = optimizer.step
        self._next = optimizer.step.overwrite if isinstance(optimizer.step, Overwriting) else optimizer.step
        self._example, self._optimizer = state.params, state.optimizer
        self._leaves = self._given = tree.trained_leaves(state.params)

    def step(self, batch: Batch[X, T]) -> dict[str, float]:
        """Take a step, and return what the batch measured."""
        grads, renewed, values = self._slopes(self.state(), batch)
        check_gradients(grads, self._example if renewed is None else renewed)
        if renewed is not None:
            self._example, self._leaves = tree.with_trained_leaves(renewed, self._given), tree.trained_leaves(renewed)
            del renewed  # which refers to the parameters
        old, slopes = self._leaves, tree.trained_leaves(grads)
        _, moved, self._optimizer = self._move(slopes, self._optimizer, old, lambda: paths_of(self._example))
        self._leaves, self._move = [_own(*pair) for pair in zip(old, moved, strict=True)], self._next
        self._tally.add(batch.size, values)
        return values

    def state(self) -> TrainState[P, S]:
        """Return the state as it stands, which the next step may write over."""
        return self._tally.state(tree.with_trained_leaves(self._example, self._leaves), self._optimizer)


def _own(old: Array, new: Array) -> Array:
    """Freeze a new leaf, or a copy if its memory is not its own."""
    leaf = owned(old, new)
    return leaf if leaf.flags.owndata else freeze(leaf.copy())
