"""How the losses of single samples become one number, and what weights do to it.

With ``l[n]`` the loss of one sample (or of one output of it, or one position) and ``w[n]`` its weight, 1 if none is
given,

    sum     L = sum_n w[n] l[n]                     dL/dl[n] = w[n]
    mean    L = sum_n w[n] l[n] / sum_n w[n]        dL/dl[n] = w[n] / sum_n w[n]

The mean divides by the sum of the weights, not by the number of samples: a sample of weight 2 counts as the same sample
twice, and only the ratio of the weights matters. Weights do not depend on the prediction, so the derivative ends here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np

from fnn.arrays import Array, check_float, describe, first
from fnn.errors import DataError, DtypeError, HyperparameterError, ShapeError

Reduction: TypeAlias = Literal["mean", "sum"]
"""How the losses of a batch become one number: their weighted mean, or their weighted sum."""

ClassWeight: TypeAlias = Sequence[float] | Array
"""One weight of at least 0 for each class."""


def reduce(losses: Array, weight: Array | None, reduction: Reduction, place: str) -> tuple[float, float | Array]:
    """Return the value, and the factor ``dL/dl`` by which the gradient of each single loss is to be multiplied.

    ``weight`` broadcasts against ``losses``. Raises HyperparameterError for an unknown reduction, DataError if the
    weights sum to 0.

    >>> reduce(np.array([1.0, 2.0, 6.0]), None, "mean", "loss")
    (3.0, 0.333...)
    >>> reduce(np.array([1.0, 2.0, 6.0]), np.array([2.0, 0.0, 2.0]), "mean", "loss")
    (3.5, array([0.5, 0. , 0.5]))
    """
    count = check_reduction(reduction, losses.size, place)
    if weight is None:
        return float(losses.sum()) / count, 1 / count
    total = float(weight.sum()) * (losses.size // weight.size)
    if not 0 < total < math.inf:
        hint = "At least one sample of a batch must have a weight above 0."
        raise DataError(place, "weights with a finite sum above 0", f"a sum of {total:g}", hint)
    value = float((losses * weight).sum())
    return (value / total, weight / total) if reduction == "mean" else (value, weight)


def check_reduction(reduction: Reduction, count: int, place: str) -> int:
    """Return what the sum of ``count`` losses is divided by; raise HyperparameterError for an unknown reduction.

    >>> check_reduction("mean", 5, "loss"), check_reduction("sum", 5, "loss")
    (5, 1)
    """
    if reduction not in ("mean", "sum"):
        raise HyperparameterError(place, "reduction 'mean' or 'sum'", repr(reduction))
    return count if reduction == "mean" else 1


def expand(weight: Array | None, y: Array, shape: tuple[int, ...], place: str) -> Array | None:
    """Check sample weights, and add axes at the end so that they broadcast against losses of ``shape``.

    Weights are given for the first axis (batch,), or for further ones, (batch, time) say, which masks padding.

    >>> y = np.zeros((2, 3))
    >>> expand(np.array([1.0, 2.0]), y, y.shape, "loss")
    array([[1.],
           [2.]])
    >>> expand(np.array([1.0, -2.0]), y, y.shape, "loss")
    Traceback (most recent call last):
    fnn.errors.DataError: loss: expected weights of at least 0, got -2.0 at index (1,). \
Leave a sample out with weight 0.
    """
    if weight is None:
        return None
    check_float(weight, place, "sample_weight")
    if weight.ndim == 0 or weight.shape != shape[: weight.ndim]:
        longer = f" or {shape}" if len(shape) > 1 else ""
        raise ShapeError(
            place,
            f"sample_weight of shape {shape[:1]}{longer}",
            f"shape {weight.shape}",
            "One weight belongs to each sample.",
        )
    if weight.dtype != y.dtype:
        hint = f"Convert it: sample_weight.astype(np.{y.dtype})."
        raise DtypeError(place, f"sample_weight of the prediction's dtype {y.dtype}", str(weight.dtype), hint)
    if not weight.min() >= 0:
        hint = "Leave a sample out with weight 0."
        raise DataError(place, "weights of at least 0", first(weight, ~(weight >= 0)), hint)
    return weight.reshape(weight.shape + (1,) * (len(shape) - weight.ndim))


def expand_rows(weight: Array | None, y: Array, place: str) -> Array | None:
    """Return sample weights as a column, one entry for each row of ``y`` brought to the shape (rows, classes)."""
    expanded = expand(weight, y, y.shape[:-1], place)
    return None if expanded is None else np.broadcast_to(expanded, y.shape[:-1]).reshape(-1, 1)


def check_class_weight(class_weight: ClassWeight, classes: int, y: Array, place: str) -> Array:
    """Check class weights, and return them as an array of the dtype of ``y``.

    >>> check_class_weight([1.0, 2.0], 3, np.zeros((1, 3)), "loss")
    Traceback (most recent call last):
    fnn.errors.HyperparameterError: loss: expected class_weight with 3 numbers, one a class, got shape (2,).
    """
    expected = f"class_weight with {classes} numbers, one a class"
    try:
        weights: Array = np.asarray(class_weight, y.dtype)
    except (TypeError, ValueError):
        raise HyperparameterError(
            place, expected, describe(class_weight), "Write class_weight=[1.0, 2.0], say."
        ) from None
    if weights.shape != (classes,):
        raise HyperparameterError(place, expected, f"shape {weights.shape}")
    if not (weights.min() >= 0 and weights.max() < math.inf):
        index = int(np.argmin((weights >= 0) & (weights < math.inf)))
        raise HyperparameterError(place, "class weights in [0, inf)", f"{weights[index]} for class {index}")
    return weights


def times(weight: Array | None, factor: Array) -> Array:
    """Return the product, where None is all ones."""
    product: Array = factor if weight is None else weight * factor
    return product
