"""One training step: forward, loss, backward, update; a pure function of state and batch."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

import attrs
import numpy as np

from fnn import tree
from fnn.arrays import describe
from fnn.data.batches import Batch
from fnn.errors import DataError, DivergenceError, HyperparameterError, StructureError
from fnn.memory import keep_freed_memory
from fnn.model import Learn, Model, learn_of
from fnn.optim.base import Optimizer
from fnn.penalties import Penalty
from fnn.train.dense import DenseNetwork, Packed, dense_network
from fnn.train.divergence import diverged, first_not_finite
from fnn.train.figures import Loss, Metric, check_metrics, measure, measured
from fnn.train.own import Owned, Tally
from fnn.train.state import TrainState, check_trainable
from fnn.train.threads import in_threads
from fnn.validate import function, positive

P = TypeVar("P")
S = TypeVar("S")
X = TypeVar("X")
Y = TypeVar("Y")
T = TypeVar("T")

_TAKEN = frozenset({"data_loss", "epoch", "learning_rate", "loss", "penalty", "samples"})


@attrs.frozen(eq=False)
class TrainStep(Generic[P, S, X, Y, T]):
    """``step(state, batch) -> (state, metrics)``; made by `train_step`."""

    model: Model[P, X, Y]
    loss: Loss[Y, T]
    optimizer: Optimizer[S]
    penalty: Penalty | None = None
    metrics: Mapping[str, Metric[Y, T]] = attrs.field(factory=dict)
    threads: int = 1
    learn: Learn[P, X, Y] = attrs.field(init=False, repr=False)
    dense: DenseNetwork | None = attrs.field(init=False, repr=False)

    @learn.default
    def _learn(self) -> Learn[P, X, Y]:
        learn: Learn[P, X, Y] = learn_of(self.model)
        return in_threads(learn, self.threads, "train_step") if self.threads > 1 else learn

    @dense.default
    def _dense(self) -> DenseNetwork | None:
        return dense_network(self.model, self.loss, self.optimizer) if self.penalty is None else None

    def __call__(self, state: TrainState[P, S], batch: Batch[X, T]) -> tuple[TrainState[P, S], dict[str, float]]:
        """Return the state after one step, and the batch's loss and metrics, which were computed before the update.

        With a penalty, ``loss`` is what is minimized, the sum of ``data_loss`` and ``penalty``. Raises DivergenceError
        if the loss is not finite, holding the state that was given.
        """
        _check_state(state)
        _check_batch(batch)
        with _quiet():
            packed = self._packed(state) if self._packs(batch, many=False) else None
            if packed is not None and (figures := packed.step(batch)) is not None:
                return packed.state(), figures
            grads, renewed, values = self._slopes(state, batch)
            old = state.params if renewed is None else renewed
            params, optimizer = self.optimizer.update(grads, state.optimizer, old)
        tally = Tally(state)
        tally.add(batch.size, values)
        return tally.state(params, optimizer), values

    def run(self, state: TrainState[P, S], batches: Iterable[Batch[X, T]]) -> tuple[TrainState[P, S], dict[str, float]]:
        """Take a step for each batch; return the last state, and the loss and metrics of the last batch.

        The numbers are those of ``for batch in batches: state, metrics = step(state, batch)``, bit for bit. But nobody
        sees the states in between: Adam writes the new one over the old, and the parameters of a network of dense
        layers, rectifiers between them, softmax and cross-entropy behind them, lie in one array meanwhile. That is
        faster, several times for small ones.

        Raises DataError if there is no batch; DivergenceError, as a single step does, holding the state before the step
        that failed, or the one that was given if the parameters were spoilt before.

        >>> import fnn, numpy as np
        >>> model, optimizer = fnn.dense(3, 2), fnn.adam(0.1)
        >>> step = fnn.train_step(model, fnn.softmax_cross_entropy, optimizer)
        >>> data = fnn.batches(np.eye(3, dtype=np.float32), np.array([0, 1, 1]), batch_size=1)
        >>> state, metrics = step.run(fnn.start(model, optimizer, fnn.Key(0)), data.epoch(0))
        >>> state.step, sorted(metrics)
        (3, ['loss'])
        """
        _check_state(state)
        if isinstance(batches, Batch) or not isinstance(batches, Iterable):
            hint = "Those of an epoch are data.epoch(0)."
            raise StructureError("step.run", "several batches, in a list or from a generator", describe(batches), hint)
        held: TrainState[P, S] | Packed | Owned[P, S, X, T] = state
        values: dict[str, float] | None = None
        for batch in batches:
            _check_batch(batch)
            try:
                held, values = self._next(held, batch)
            except DivergenceError as error:
                if isinstance(error.state, TrainState) and first_not_finite(error.state.params) is not None:
                    error.state = state
                raise
        if values is None:
            raise DataError("step.run", "at least one batch", "none", "An iterator gives its batches only once.")
        return held if isinstance(held, TrainState) else held.state(), values

    def _next(
        self, held: TrainState[P, S] | Packed | Owned[P, S, X, T], batch: Batch[X, T]
    ) -> tuple[TrainState[P, S] | Packed | Owned[P, S, X, T], dict[str, float]]:
        """Take one of many steps; return what holds the state after it, and what the batch measured."""
        if isinstance(held, TrainState) and type(self.optimizer) is not Optimizer:  # its update may be another
            return self(held, batch)
        packs = self._packs(batch, many=True)
        if isinstance(held, TrainState) or isinstance(held, Packed) != packs:
            state = held if isinstance(held, TrainState) else held.state()
            held = (self._packed(state) if packs else None) or Owned(state, self.optimizer, self._slopes)
        with _quiet():
            values = held.step(batch)
        return self(held.state(), batch) if values is None else (held, values)

    def _packs(self, batch: Batch[X, T], *, many: bool) -> bool:
        """Whether a step on this batch is taken with the parameters in one array."""
        return self.dense is not None and self.dense.takes(batch, many=many and self.threads == 1)

    def _packed(self, state: TrainState[P, S]) -> Packed | None:
        """Return the state with the parameters in one array; None if it is not one of this network."""
        return None if self.dense is None else self.dense.pack(state, self.metrics)

    def _slopes(self, state: TrainState[P, S], batch: Batch[X, T]) -> tuple[P, P | None, dict[str, float]]:
        """Return the gradients, the parameters if buffers were renewed, the loss with what it is made of, and metrics.

        Afterwards nothing refers to the parameters any more.
        """
        y, renewed, backward = self.learn(state.params, batch.inputs, state.key.fold(state.step))
        value, dy = measure(self.loss, y, batch.targets)
        values = {"loss": value}
        grads = backward(dy)
        if self.penalty is not None:
            extra, slopes = self.penalty(state.params)
            grads = tree.add(grads, slopes)
            values = {"loss": value + extra, "data_loss": value, "penalty": extra}
        if not math.isfinite(values["loss"]):
            raise diverged(state, f"a loss of {values['loss']}", grads)
        figures = values | measured(self.metrics, y, batch.targets)
        return grads, None if renewed is state.params else renewed, figures


def _quiet() -> np.errstate:
    """Keep NumPy from warning of what is not finite: a loss that is not raises an error."""
    return np.errstate(over="ignore", invalid="ignore", divide="ignore")


def _check_state(state: object) -> None:
    if not isinstance(state, TrainState):
        hint = "Make one: fnn.start(model, optimizer, key)."
        raise StructureError("step", "a TrainState", describe(state), hint)


def _check_batch(batch: object) -> None:
    if not isinstance(batch, Batch):
        raise StructureError("step", "a batch", describe(batch), "Write fnn.Batch(inputs, targets).")


def train_step(
    model: Model[P, X, Y],
    loss: Loss[Y, T],
    optimizer: Optimizer[S],
    *,
    penalty: Penalty | None = None,
    metrics: Mapping[str, Metric[Y, T]] | None = None,
    threads: int = 1,
) -> TrainStep[P, S, X, Y, T]:
    """Put together a model, a loss and an optimizer into one pure step.

    ``penalty`` is added to the loss and to the gradient; ``metrics`` are computed on each batch, by name.

    With ``threads`` above 1 each batch is cut into so many parts that go through the model side by side, for which the
    extra ``fast`` is needed. That pays for convolutions, recurrent networks and transformers; large dense networks gain
    more from threads in the linear algebra library, and the step of a small one is a single call with that extra. The
    same number of threads gives the same bits.

    Raises HyperparameterError for a metric whose name has a meaning of its own in the figures of a run, and for threads
    below 1; MissingExtraError for threads without the extra.

    >>> import fnn, numpy as np
    >>> model, optimizer = fnn.dense(3, 2), fnn.sgd(0.1)
    >>> step = train_step(model, fnn.softmax_cross_entropy, optimizer, metrics={"accuracy": fnn.accuracy})
    >>> batch = fnn.Batch(np.ones((4, 3), np.float32), np.array([0, 1, 1, 1]))
    >>> state, values = step(fnn.start(model, optimizer, fnn.Key(0)), batch)
    >>> state.step, sorted(values)
    (1, ['accuracy', 'loss'])
    """
    check_trainable(model, optimizer, "train_step")
    function("train_step", "Such as fnn.mean_squared_error.", loss=loss)
    given: object = penalty  # untyped callers hand over anything
    if given is not None and not isinstance(given, Penalty):
        raise StructureError("train_step", "a penalty", describe(given), "Such as fnn.l2(1e-4).")
    check_metrics(metrics, "train_step")
    for name in metrics or {}:
        if name in _TAKEN or name.startswith("validation_"):
            hint = f"Taken are {', '.join(sorted(_TAKEN))}, and what begins with validation_."
            raise HyperparameterError("train_step", "metrics with names of their own", repr(name), hint)
    keep_freed_memory()
    positive("train_step", threads=threads)
    return TrainStep(model, loss, optimizer, penalty, dict(metrics or {}), threads)
