"""Inference over whole data sets, in batches: predictions, loss and metrics."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

import numpy as np

from fnn import tree
from fnn.arrays import describe
from fnn.data.batches import Batch
from fnn.errors import DataError, HyperparameterError, StructureError
from fnn.model import Model
from fnn.train.figures import Loss, Metric, check_metrics, measure, number
from fnn.validate import function, positive

P = TypeVar("P")
X = TypeVar("X")
Y = TypeVar("Y")
T = TypeVar("T")
X_co = TypeVar("X_co", covariant=True)
T_co = TypeVar("T_co", covariant=True)


class Source(Protocol[X_co, T_co]):
    """Where batches come from: the same ones each time for the same epoch, so that a run can be resumed."""

    def epoch(self, index: int, skip: int = 0) -> Iterator[Batch[X_co, T_co]]:
        """Yield the batches of epoch ``index`` (from 0), without the first ``skip``."""
        ...

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        ...


def predict(model: Model[P, X, Y], params: P, inputs: X, *, batch_size: int = 1024) -> Y:
    """Return ``model.apply(params, inputs)``, computed ``batch_size`` samples at a time to bound the memory.

    ``inputs`` and the output may be arrays or trees of arrays whose first axis is the sample. Raises DataError if there
    are no samples.

    >>> import fnn
    >>> model = fnn.dense(3, 2)
    >>> predict(model, model.init(fnn.Key(0)), np.ones((5, 3), np.float32), batch_size=2).shape
    (5, 2)
    """
    positive("predict", batch_size=batch_size)
    _check_model(model, "predict")
    if not isinstance(inputs, np.ndarray | tuple | dict) and not tree.is_record(inputs):
        return model.apply(params, inputs)  # which says what is wrong with it
    arrays = tree.leaves(inputs)
    if not arrays or arrays[0].ndim == 0 or len(arrays[0]) == 0:
        raise DataError("predict", "at least one sample", describe(inputs))
    count = len(arrays[0])
    if count <= batch_size:
        return model.apply(params, inputs)
    rows = (slice(i, i + batch_size) for i in range(0, count, batch_size))
    return _concatenate([model.apply(params, tree.map(operator.itemgetter(part), inputs)) for part in rows])


def _concatenate(parts: Sequence[Y]) -> Y:
    return tree.map(lambda *leaves: np.concatenate(leaves), parts[0], *parts[1:])


def evaluate(
    model: Model[P, X, Y],
    params: P,
    batches: Source[X, T],
    *,
    loss: Loss[Y, T] | None = None,
    metrics: Mapping[str, Metric[Y, T]] | None = None,
) -> dict[str, float]:
    """Return the loss and the metrics over one epoch of ``batches``.

    The loss is the mean over batches, weighted by their size. A metric is computed once, on all predictions together,
    so that those which are no means (F1, R2) come out right. Raises DataError if there are no batches.

    >>> import fnn
    >>> model = fnn.dense(3, 2)
    >>> data = fnn.batches(np.ones((5, 3), np.float32), np.zeros(5, int), batch_size=2)
    >>> evaluate(model, model.init(fnn.Key(0)), data, metrics={"accuracy": fnn.accuracy})["accuracy"] in (0.0, 1.0)
    True
    """
    _check_model(model, "evaluate")
    check_source(batches, "evaluate")
    check_metrics(metrics, "evaluate")
    if loss is not None:
        function("evaluate", "Such as fnn.mean_squared_error.", loss=loss)
        if metrics and "loss" in metrics:
            raise HyperparameterError("evaluate", "metrics with names of their own", "'loss'", "That of the loss.")
    total, samples = 0.0, 0
    predictions: list[Y] = []
    targets: list[T] = []
    for batch in batches.epoch(0):
        y = model.apply(params, batch.inputs)
        samples += batch.size
        if loss is not None:
            total += measure(loss, y, batch.targets)[0] * batch.size
        if metrics:
            predictions.append(y)
            targets.append(batch.targets)
    if samples == 0:
        raise DataError("evaluate", "at least one batch", "none")
    values = {} if loss is None else {"loss": total / samples}
    if metrics:
        y_all, target_all = _concatenate(predictions), _concatenate(targets)
        values |= {name: number(metric(y_all, target_all), f"metric {name}") for name, metric in metrics.items()}
    return values


def check_source(batches: object, place: str) -> None:
    """Refuse what gives no epochs of batches, such as bare arrays."""
    if not hasattr(batches, "epoch") or not hasattr(batches, "__len__"):
        hint = "Write fnn.batches(inputs, targets, batch_size=32), say."
        raise StructureError(place, "batches", describe(batches), hint)


def _check_model(model: object, place: str) -> None:
    if not isinstance(model, Model):
        hint = "A stage without parameters is called as it is; fnn.as_model makes it a model."
        raise StructureError(place, "a model", describe(model), hint)
