"""The state of a training run: a value that can be saved, and from which the run goes on bit for bit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from fnn import tree
from fnn.arrays import describe
from fnn.errors import StructureError
from fnn.model import Model
from fnn.optim.base import Optimizer
from fnn.random import Key
from fnn.tree import record, static

P = TypeVar("P")
S = TypeVar("S")


@record
class TrainState(Generic[P, S]):
    """Parameters, optimizer state, key, and the position in the data.

    ``step`` counts the steps taken, ``epoch`` the epochs finished, ``batch`` the batches done in the current epoch, and
    ``sums`` holds that epoch's running sums, from which its mean loss and metrics are computed.
    """

    params: P
    optimizer: S
    key: Key = static()
    step: int = static(default=0)
    epoch: int = static(default=0)
    batch: int = static(default=0)
    sums: Mapping[str, float] = static(factory=dict)


def start(model: Model[P, Any, Any], optimizer: Optimizer[S], key: Key, *, params: P | None = None) -> TrainState[P, S]:
    """Return the state before the first step, with new parameters, or with a copy of ``params`` if these are given.

    >>> import fnn
    >>> state = start(fnn.dense(3, 2), fnn.sgd(0.1), fnn.Key(0))
    >>> state.params.weight.shape, state.step
    ((3, 2), 0)
    """
    given: object = model  # untyped callers hand over anything
    if not isinstance(given, Model):
        hint = "A stage without any needs no training."
        raise StructureError("start", "a model with parameters", describe(model), hint)
    key_init, key_run = key.split()
    first = tree.copy(model.init(key_init) if params is None else params)
    return TrainState(first, optimizer.start(first), key_run)
