"""Scalers: records of what was measured on the training data, which bring all later data to the same scale.

They are fitted on training data only, for the validation data must not leak into them, and saved with the model, for
it understands no other scale. Each has ``transform`` and ``inverse``. The result is float64 for float64 input and
float32 for all other, bytes included; values beyond those seen in fitting are not clipped.

A feature is a place in a sample: with ``per_feature=True`` each is scaled by itself, over the first axis; with False
one scale is shared by all, as pixels want it. A feature that is constant in the training data would be divided by 0:
it is divided by 1 instead.

Reference: LeCun, Bottou, Orr, Müller (1998), "Efficient BackProp", sec. 4.3.
"""

from __future__ import annotations

import math
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fnn.arrays import Array, describe, freeze
from fnn.data.samples import check_all_finite, count_samples
from fnn.errors import DtypeError, HyperparameterError, ShapeError
from fnn.tree import record, static
from fnn.validate import is_number, shown

Numbers: TypeAlias = NDArray[np.number[Any] | np.bool_]
"""What can be scaled: floats, integers such as the bytes of images, and truth values."""

_CHUNK = 1 << 20  # values that are measured at a time, so that no copy of the data set is made


class Scaler(Protocol):
    """Anything with a scale to bring data to, and back from."""

    def transform(self, x: Numbers) -> Array:
        """Return ``x`` (batch, ...) scaled."""
        ...

    def inverse(self, y: Array) -> Array:
        """Return what `transform` made ``y`` of."""
        ...


@record
class MaxAbs:
    """``y = x / scale``: from -1 to 1, zero stays zero. ``scale`` (...) is the largest magnitude, or 1 if that is 0."""

    scale: Array

    def transform(self, x: Numbers) -> Array:
        """Return ``x / scale``; raises ShapeError for samples of another shape, DtypeError for what is no number."""
        _check(x, self.scale, "MaxAbs")
        return _like(x, x / self.scale)

    def inverse(self, y: Array) -> Array:
        """Return ``y * scale``."""
        _check(y, self.scale, "MaxAbs")
        return _like(y, y * self.scale)


@record
class MinMax:
    """``y = a + (b - a) (x - low) / (high - low)``, with ``to = (a, b)``: from ``low`` to a, from ``high`` to b.

    ``low`` and ``high`` (...) are the extremes. Where they are equal, ``high - low`` counts as 1.
    """

    low: Array
    high: Array
    to: tuple[float, float] = static(default=(0.0, 1.0))

    def transform(self, x: Numbers) -> Array:
        """Return ``x`` scaled; raises ShapeError for samples of another shape, DtypeError for what is no number."""
        _check(x, self.low, "MinMax")
        a, b = self.to
        return _like(x, a + (x - self.low) / self._span() * (b - a))

    def inverse(self, y: Array) -> Array:
        """Return ``low + (high - low) (y - a) / (b - a)``."""
        _check(y, self.low, "MinMax")
        a, b = self.to
        return _like(y, self.low + (y - a) / (b - a) * self._span())

    def _span(self) -> Array:
        return _not_zero(self.high - self.low)


@record
class Standardize:
    """``y = (x - mean) / std``: mean 0 and standard deviation 1 over the training data.

    ``mean`` and ``std`` (...) are those of the training data, ``std`` with the divisor n, and 1 where it would be 0.
    """

    mean: Array
    std: Array

    def transform(self, x: Numbers) -> Array:
        """Return ``x`` scaled; raises ShapeError for samples of another shape, DtypeError for what is no number."""
        _check(x, self.mean, "Standardize")
        return _like(x, (x - self.mean) / self.std)

    def inverse(self, y: Array) -> Array:
        """Return ``mean + y * std``."""
        _check(y, self.mean, "Standardize")
        return _like(y, y * self.std + self.mean)


def fit_max_abs(x: Numbers, *, per_feature: bool = True) -> MaxAbs:
    """Measure the largest magnitudes of ``x`` (n, ...).

    Raises DataError for no samples, NaN or infinity, DtypeError for what is no array of numbers.

    >>> x = np.array([[1.0, 0.0], [-4.0, 0.0]])
    >>> fit_max_abs(x).scale, fit_max_abs(x).transform(x)
    (array([4., 1.]), array([[ 0.25,  0.  ], [-1.  ,  0.  ]]))
    """
    low, high = _extremes(x, per_feature, "fit_max_abs")
    return MaxAbs(_not_zero(np.maximum(np.abs(low), np.abs(high))))


def fit_min_max(x: Numbers, to: tuple[float, float] = (0.0, 1.0), *, per_feature: bool = True) -> MinMax:
    """Measure the extremes of ``x`` (n, ...), to be brought to the range ``to``, such as (0, 1) or (-1, 1).

    Raises DataError for no samples, NaN or infinity, DtypeError for what is no array of numbers, HyperparameterError
    for a range that does not rise.

    >>> images = np.array([[0, 2], [3, 4]], np.uint8)
    >>> scaler = fit_min_max(images, (-1, 1), per_feature=False)
    >>> scaler.transform(images)
    array([[-1. ,  0. ], [ 0.5,  1. ]], dtype=float32)
    """
    given: object = to  # untyped callers hand over anything
    ends = given if isinstance(given, tuple | list) and len(given) == 2 and all(map(is_number, given)) else (1.0, 0.0)
    a, b = (float(end) for end in ends)
    if not -math.inf < a < b < math.inf:
        raise HyperparameterError("fit_min_max", "to as (low, high) with low < high, both finite", shown(to))
    return MinMax(*_extremes(x, per_feature, "fit_min_max"), (a, b))


def fit_standardize(x: Numbers, *, per_feature: bool = True) -> Standardize:
    """Measure mean and standard deviation of ``x`` (n, ...), in float64 and in two passes, whatever the dtype.

    Raises DataError for no samples, NaN or infinity, DtypeError for what is no array of numbers.

    >>> x = np.array([[1.0, 7.0], [3.0, 7.0]])
    >>> fit_standardize(x).transform(x)
    array([[-1., 0.], [ 1., 0.]])
    """
    low, high = _extremes(x, per_feature, "fit_standardize")
    axis = 0 if per_feature else None
    rows = max(1, _CHUNK * len(x) // x.size)
    parts = [x[i : i + rows] for i in range(0, len(x), rows)]
    divisor = len(x) if per_feature else x.size
    mean: NDArray[Any] = sum(part.sum(axis=axis, dtype=np.float64) for part in parts) / divisor
    square: NDArray[Any] = sum(((part - mean) ** 2).sum(axis=axis) for part in parts) / divisor
    # Rounding gives a constant feature a tiny deviation, which must not be what its values are divided by.
    mean = np.where(low == high, low, mean)
    std = np.where(low == high, 0.0, np.sqrt(square))
    return Standardize(_as_stored(mean, low.dtype), _not_zero(_as_stored(std, low.dtype)))


def _float_of(x: Numbers) -> np.dtype[Any]:
    return np.dtype(np.float64 if x.dtype == np.float64 else np.float32)


def _as_stored(values: NDArray[Any], dtype: np.dtype[Any]) -> Array:
    return freeze(np.array(values, dtype))


def _not_zero(scale: Array) -> Array:
    return _as_stored(np.where(scale == 0, 1, scale), scale.dtype)


def _extremes(x: Numbers, per_feature: bool, place: str) -> tuple[Array, Array]:
    _check_numbers(x, place)
    count_samples(place, x=x)
    check_all_finite(place, x=x)
    axis = 0 if per_feature else None
    dtype = _float_of(x)
    return _as_stored(x.min(axis=axis), dtype), _as_stored(x.max(axis=axis), dtype)


def _check_numbers(x: object, place: str) -> None:
    if not isinstance(x, np.ndarray) or x.dtype.kind not in "fiub":
        raise DtypeError(place, "an array of real numbers", describe(x), "Make it one: np.array(x, np.float32).")


def _check(x: Numbers, scale: Array, place: str) -> None:
    _check_numbers(x, place)
    if scale.ndim and x.shape[1:] != scale.shape:
        sizes = ", ".join(["batch", *map(str, scale.shape)])
        hint = "For one sample write x[None]." if x.shape == scale.shape else "It was fitted on samples of that shape."
        raise ShapeError(place, f"input of shape ({sizes})", f"shape {x.shape}", hint)


def _like(x: Numbers, result: NDArray[Any]) -> Array:
    return result.astype(_float_of(x), copy=False)
