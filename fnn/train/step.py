"""One training step: forward, loss, backward, update; a pure function of state and batch."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeAlias, TypeVar

import attrs
import numpy as np

from fnn import tree
from fnn.arrays import describe
from fnn.data.batches import Batch
from fnn.errors import DivergenceError, DtypeError, HyperparameterError, ShapeError, StructureError
from fnn.memory import keep_freed_memory
from fnn.model import Learn, Model, learn_of
from fnn.optim.base import Optimizer
from fnn.penalties import Penalty
from fnn.train.dense import Whole, whole_step
from fnn.train.state import TrainState, check_trainable
from fnn.train.threads import in_threads
from fnn.validate import function, positive, shown

P = TypeVar("P")
S = TypeVar("S")
X = TypeVar("X")
Y = TypeVar("Y")
T = TypeVar("T")

Loss: TypeAlias = Callable[[Y, T], tuple[float, Y]]
"""``loss(prediction, target) -> (value, gradient with respect to the prediction)``."""

Metric: TypeAlias = Callable[[Y, T], float]
"""``metric(prediction, target) -> value``; over an epoch of training it is averaged, weighted by batch size."""

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
    whole: Whole | None = attrs.field(init=False, repr=False)

    @learn.default
    def _learn(self) -> Learn[P, X, Y]:
        learn: Learn[P, X, Y] = learn_of(self.model)
        return in_threads(learn, self.threads, "train_step") if self.threads > 1 else learn

    @whole.default
    def _whole(self) -> Whole | None:
        return whole_step(self.model, self.loss, self.optimizer) if self.penalty is None else None

    def __call__(self, state: TrainState[P, S], batch: Batch[X, T]) -> tuple[TrainState[P, S], dict[str, float]]:
        """Return the state after one step, and the batch's loss and metrics, which were computed before the update.

        With a penalty, ``loss`` is what is minimized, the sum of ``data_loss`` and ``penalty``. Raises DivergenceError
        if the loss is not finite, holding the state that was given.
        """
        _check_pair(state, batch)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # a loss that is not finite raises
            done = None if self.whole is None else self.whole(state, batch)
            if done is not None:
                value, y, params, optimizer = done
                values = {"loss": value}
            else:
                y, params, optimizer, values = self._go(state, batch)
            for name, metric in self.metrics.items():
                values[name] = number(metric(y, batch.targets), f"metric {name}")
        sums = dict(state.sums)
        size = batch.size
        sums["samples"] = sums.get("samples", 0) + size
        for name, figure in values.items():
            sums[name] = sums.get(name, 0.0) + figure * size
        advanced = TrainState(params, optimizer, state.key, state.step + 1, state.epoch, state.batch + 1, sums)
        return advanced, values

    def _go(self, state: TrainState[P, S], batch: Batch[X, T]) -> tuple[Y, P, S, dict[str, float]]:
        """Return the prediction, the new parameters and optimizer state, and the loss and what it is made of."""
        y, params, backward = self.learn(state.params, batch.inputs, state.key.fold(state.step))
        value, dy = measure(self.loss, y, batch.targets)
        values = {"loss": value}
        grads = backward(dy)
        if self.penalty is not None:
            extra, slopes = self.penalty(state.params)
            grads = tree.add(grads, slopes)
            values = {"loss": value + extra, "data_loss": value, "penalty": extra}
        if not math.isfinite(values["loss"]):
            raise diverged(state, f"a loss of {values['loss']}", grads)
        params, optimizer = self.optimizer.update(grads, state.optimizer, params)
        return y, params, optimizer, values


def _check_pair(state: object, batch: object) -> None:
    if not isinstance(state, TrainState):
        hint = "Make one: fnn.start(model, optimizer, key)."
        raise StructureError("step", "a TrainState", describe(state), hint)
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


def check_metrics(metrics: object, place: str) -> None:
    """Refuse metrics that are not functions by name."""
    if metrics is not None and not isinstance(metrics, Mapping):
        hint = 'Name them: {"accuracy": fnn.accuracy}.'
        raise HyperparameterError(place, "metrics as a dict of functions by name", describe(metrics), hint)
    for name, metric in (metrics or {}).items():
        if not isinstance(name, str):
            raise HyperparameterError(place, "metrics whose names are strings", shown(name))
        function(f"{place}, metrics", "Such as fnn.accuracy.", **{name: metric})


def measure(loss: Loss[Y, T], y: Y, target: T) -> tuple[float, Y]:
    """Return value and gradient of a loss; refuse one that gives something else, such as a metric in its place."""
    result: object = loss(y, target)
    if not isinstance(result, tuple) or len(result) != 2:
        hint = "A loss returns both; a metric is passed as metrics={...}."
        raise StructureError("loss", "the tuple (value, gradient)", describe(result), hint)
    value, dy = result
    if isinstance(y, np.ndarray) and not (isinstance(dy, np.ndarray) and (dy.shape, dy.dtype) == (y.shape, y.dtype)):
        kind = ShapeError if isinstance(dy, np.ndarray) and dy.dtype == y.dtype else DtypeError
        hint = "The gradient is that with respect to the prediction."
        raise kind("loss", f"a gradient like the prediction, {describe(y)}", describe(dy), hint)
    return number(value, "loss"), dy


def number(figure: object, name: str) -> float:
    """Return the figure of a loss or metric as a Python float, which can be saved; NumPy's means are its own scalars.

    >>> number(np.ones(4, np.float32).mean(), "loss")
    1.0
    >>> number(np.ones(4), "error")
    Traceback (most recent call last):
    fnn.errors.ShapeError: error: expected one number, got float64 of shape (4,). Reduce it to one: .mean(), say.
    """
    array = np.asarray(figure)
    if array.ndim > 0 or array.dtype.kind not in "biuf":
        raise ShapeError(name, "one number", describe(figure), "Reduce it to one: .mean(), say.")
    return float(array)


def first_not_finite(node: object) -> str | None:
    """Return the path of the first array that holds NaN or infinity, if there is one."""
    for path, leaf in tree.leaves_with_paths(node):
        if not np.isfinite(leaf).all():
            return path or "the parameters"
    return None


def diverged(
    state: TrainState[Any, Any], what: str, grads: object = None, *, good: TrainState[Any, Any] | None = None
) -> DivergenceError:
    """Describe a run that went wrong at ``state``: the step, and the first parameter or gradient that is not finite.

    The error holds ``good``, or ``state`` itself if it is no worse.
    """
    bad = first_not_finite(state.params)
    if bad is not None:
        cause = f"{bad} holds values that are not finite"
    elif grads is not None and (bad := first_not_finite(grads)) is not None:
        cause = f"the gradient of {bad} is not finite"
    else:
        sizes = {path: float(abs(leaf).max(initial=0)) for path, leaf in tree.leaves_with_paths(state.params)}
        largest = max(sizes, key=lambda path: sizes[path], default="nothing")
        cause = f"all parameters are finite, the largest entry is {sizes.get(largest, 0):.3g} in {largest}"
    return DivergenceError(
        f"step {state.step} (epoch {state.epoch}, batch {state.batch})",
        "a finite loss and finite parameters",
        f"{what}; {cause}",
        "Lower the learning rate, clip gradients, or look for NaN in the data. The last good state is in error.state.",
        state=state if good is None else good,
    )
