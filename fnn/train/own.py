"""Steps of a loop that keeps nothing but the last state: the memory of the states in between is used again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeAlias, TypeVar

from fnn.data.batches import Batch
from fnn.optim.base import Moving, Optimizer
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
        self._moving = Moving(optimizer, state.optimizer, state.params)

    def step(self, batch: Batch[X, T]) -> dict[str, float]:
        """Take a step, and return what the batch measured."""
        grads, renewed, values = self._slopes(self.state(), batch)
        if renewed is not None:
            self._moving.renew(renewed)
            del renewed  # which refers to the parameters
        self._moving.move(grads)
        self._tally.add(batch.size, values)
        return values

    def state(self) -> TrainState[P, S]:
        """Return the state as it stands, which the next step may write over."""
        return self._tally.state(self._moving.params(), self._moving.state)
