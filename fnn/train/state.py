"""The state of a training run: a value that can be saved, and from which the run goes on bit for bit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from fnn import tree
from fnn.arrays import describe
from fnn.errors import ShapeError, StructureError
from fnn.model import Model
from fnn.optim.base import Optimizer
from fnn.random import Key, check_key
from fnn.tree import record, static
from fnn.tree.walk import check_structure, join

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

    Raises StructureError or ShapeError for parameters of another model.

    >>> import fnn
    >>> state = start(fnn.dense(3, 2), fnn.sgd(0.1), fnn.Key(0))
    >>> state.params.weight.shape, state.step
    ((3, 2), 0)
    """
    check_trainable(model, optimizer, "start")
    check_key(key, "start")
    key_init, key_run = key.split()
    first = tree.copy(model.init(key_init))
    if params is not None:
        _check_fit(first, params)
        first = tree.copy(params)
    return TrainState(first, optimizer.start(first), key_run)


def check_trainable(model: object, optimizer: object, place: str) -> None:
    """Refuse what is no model, and what is no optimizer (untyped callers hand over anything)."""
    if not isinstance(model, Model):
        hint = "A stage without any needs no training."
        raise StructureError(place, "a model with parameters", describe(model), hint)
    if not isinstance(optimizer, Optimizer):
        hint = "Such as fnn.adam(1e-3); of transforms and an optimizer make one with fnn.chain."
        raise StructureError(place, "an optimizer", describe(optimizer), hint)


def _check_fit(wanted: object, params: object) -> None:
    """Refuse parameters of another structure or shape than the model's own; their dtype may differ."""
    try:
        check_structure(wanted, params, "params")
    except StructureError as error:
        error.within("start")
        error.hint = error.hint or "These are the parameters of another model."
        raise
    for (path, leaf), (_, other) in zip(*map(tree.leaves_with_paths, (wanted, params)), strict=True):
        if leaf.shape != other.shape:
            place = f"start > {join('params', path) if path else 'params'}"
            hint = "These are the parameters of another model."
            raise ShapeError(place, f"shape {leaf.shape}", f"shape {other.shape}", hint)
