"""What a batch is measured by: losses and metrics, and the checks of what they return."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias, TypeVar

import numpy as np

from fnn.arrays import describe
from fnn.errors import DtypeError, HyperparameterError, ShapeError, StructureError
from fnn.validate import function, shown

Y = TypeVar("Y")
T = TypeVar("T")

Loss: TypeAlias = Callable[[Y, T], tuple[float, Y]]
"""``loss(prediction, target) -> (value, gradient with respect to the prediction)``."""

Metric: TypeAlias = Callable[[Y, T], float]
"""``metric(prediction, target) -> value``; over an epoch of training it is averaged, weighted by batch size."""


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


def measured(metrics: Mapping[str, Metric[Y, T]], y: Y, target: T) -> dict[str, float]:
    """Return what each metric measures.

    >>> measured({"error": lambda y, target: abs(y - target).mean()}, np.ones(2), np.zeros(2))
    {'error': 1.0}
    """
    return {name: number(metric(y, target), f"metric {name}") for name, metric in metrics.items()}
