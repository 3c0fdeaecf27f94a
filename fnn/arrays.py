"""Array types, read-only arrays, and the checks that turn a late NumPy message into an early and clear one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fnn.errors import DataError, DtypeError, ShapeError

Array: TypeAlias = NDArray[np.float32 | np.float64]
"""What fnn computes with: float32 or float64, of any rank (rank is checked at run time)."""

IntArray: TypeAlias = NDArray[np.integer[Any]]
"""Class labels or indices."""

BoolArray: TypeAlias = NDArray[np.bool_]
"""Masks."""

Shape: TypeAlias = tuple[Any, ...]
"""Sizes along the axes of one sample, the batch axis left out; for several arrays a tuple of such tuples."""

_FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


def freeze(array: Array) -> Array:
    """Make ``array`` read-only and return it. Only for arrays that fnn itself created.

    >>> freeze(np.zeros(2)).flags.writeable
    False
    """
    array.setflags(write=False)
    return array


def describe(value: object) -> str:
    """Say in a few words what ``value`` is, for an error message.

    >>> describe(np.zeros((2, 3))), describe([1, 2])
    ('float64 of shape (2, 3)', 'a list')
    """
    if isinstance(value, np.ndarray):
        masked = "masked " if isinstance(value, np.ma.MaskedArray) else ""
        return f"{masked}{value.dtype} of shape {value.shape}"
    if value is None:
        return "None"
    name = type(value).__name__
    return f"an {name}" if name[0].lower() in "aeio" else f"a {name}"


def check_float(x: object, place: str, what: str = "input") -> None:
    """Refuse anything but a float32 or float64 array.

    >>> check_float(np.arange(3), "dense(3, 4)")
    Traceback (most recent call last):
    fnn.errors.DtypeError: dense(3, 4): expected input as a float32 or float64 array, got int64 of shape (3,). \
Convert it: x.astype(np.float32).
    """
    if isinstance(x, np.ndarray):
        special = type(x) is not np.ndarray and isinstance(x, np.ma.MaskedArray | np.matrix)
        if x.dtype in _FLOATS and not special:
            return
        if special:
            hint = "Masked arrays and matrices compute by other rules: fill the gaps, x.filled(0), or np.asarray(x)."
        elif x.dtype == object:
            hint = "The rows have unequal lengths or hold objects: make them equal, then np.array(rows, np.float32)."
        elif x.dtype.kind == "c":
            hint = "Take the real part or the magnitude first."
        else:
            hint = "Convert it: x.astype(np.float32)."
    elif isinstance(x, list | tuple):
        hint = "Make it an array: np.array(x, np.float32), all rows of equal length."
    else:
        hint = "Pass a NumPy array."
    raise DtypeError(place, f"{what} as a float32 or float64 array", describe(x), hint)


def check_same_dtype(x: Array, parameter: Array, place: str) -> None:
    """Refuse to mix float32 with float64, which NumPy would silently widen.

    >>> check_same_dtype(np.zeros(3), np.zeros(3, np.float32), "dense(3, 4)")
    Traceback (most recent call last):
    fnn.errors.DtypeError: dense(3, 4): expected input of the parameters' dtype float32, got float64. \
Convert the input, x.astype(np.float32), or the parameters, fnn.tree.astype(params, np.float64).
    """
    if x.dtype != parameter.dtype:
        raise DtypeError(
            place,
            f"input of the parameters' dtype {parameter.dtype}",
            str(x.dtype),
            f"Convert the input, x.astype(np.{parameter.dtype}), or the parameters, "
            f"fnn.tree.astype(params, np.{x.dtype}).",
        )


def check_features(x: Array, features: int, place: str) -> None:
    """Refuse an array whose last axis is not ``features`` wide, or that has no batch axis before it.

    >>> check_features(np.zeros((5, 2)), 3, "dense(3, 4)")
    Traceback (most recent call last):
    fnn.errors.ShapeError: dense(3, 4): expected input of shape (batch, ..., 3), got shape (5, 2). \
Its last axis must hold 3 features.
    """
    if x.ndim < 2 or x.shape[-1] != features:
        if x.ndim == 1 and x.shape[0] == features:
            hint = "For a batch of one write x[None, :]."
        elif x.ndim > 2 and int(np.prod(x.shape[1:])) == features:
            hint = "Flatten each sample first: put fnn.flatten before this stage."
        else:
            hint = f"Its last axis must hold {features} features."
        raise ShapeError(place, f"input of shape (batch, ..., {features})", f"shape {x.shape}", hint)


def check_input(x: Array, features: int, parameter: Array, place: str) -> None:
    """Refuse what a layer cannot take that multiplies the last axis, of ``features``, by its parameter.

    >>> check_input(np.zeros((5, 3)), 3, np.zeros((3, 4)), "dense(3, 4)")
    >>> check_input(np.zeros((0, 3)), 3, np.zeros((3, 4)), "dense(3, 4)")
    Traceback (most recent call last):
    fnn.errors.DataError: dense(3, 4): expected a batch of at least one sample, got shape (0, 3). \
Look where it was cut or chosen from the data.
    """
    check_float(x, place)
    check_not_empty(x, place)
    check_features(x, features, place)
    check_same_dtype(x, parameter, place)


def check_parameter(value: Array, shape: tuple[int, ...], place: str, *, like: Array | None = None) -> None:
    """Refuse a parameter that is not a float array of ``shape``, and of the dtype of ``like``.

    >>> check_parameter(np.zeros((3, 7)), (3, 4), "dense(3, 4) > weight")
    Traceback (most recent call last):
    fnn.errors.ShapeError: dense(3, 4) > weight: expected shape (3, 4), got shape (3, 7). \
Use this model's init or load; initializers keep to the shape they are given.
    """
    check_float(value, place, "parameter")
    if value.shape != shape:
        hint = "Use this model's init or load; initializers keep to the shape they are given."
        raise ShapeError(place, f"shape {shape}", f"shape {value.shape}", hint)
    if like is not None and value.dtype != like.dtype:
        hint = "Parameters are all of one dtype: fnn.tree.astype(params, np.float32)."
        raise DtypeError(place, f"the dtype of the others, {like.dtype}", str(value.dtype), hint)


def check_same_shape(y: Array, target: Array, place: str) -> None:
    """Refuse a target that NumPy would have to broadcast, such as ``(N,)`` against ``(N, 1)``.

    >>> check_same_shape(np.zeros((3, 1)), np.zeros(3), "mean_squared_error")
    Traceback (most recent call last):
    fnn.errors.ShapeError: mean_squared_error: expected target of the output's shape (3, 1), got shape (3,). \
Reshape it: target.reshape(3, 1).
    """
    if y.shape != target.shape:
        same_size = y.size == target.size
        hint = f"Reshape it: target.reshape{y.shape}." if same_size else "One target belongs to each output."
        raise ShapeError(place, f"target of the output's shape {y.shape}", f"shape {target.shape}", hint)


def check_dy(dy: Array, y: NDArray[Any], place: str) -> None:
    """Refuse a gradient that is not of the shape of the output ``y``.

    >>> check_dy(np.zeros(3), np.zeros((3, 1)), "relu")
    Traceback (most recent call last):
    fnn.errors.ShapeError: relu: expected dy of the output's shape (3, 1), got shape (3,).
    """
    if dy.shape != y.shape:
        raise ShapeError(place, f"dy of the output's shape {y.shape}", f"shape {dy.shape}")


def check_not_empty(x: NDArray[Any], place: str, what: str = "batch") -> None:
    """Refuse an array without elements.

    >>> check_not_empty(np.zeros((0, 3)), "dense(3, 4)")
    Traceback (most recent call last):
    fnn.errors.DataError: dense(3, 4): expected a batch of at least one sample, got shape (0, 3). \
Look where it was cut or chosen from the data.
    """
    if x.size == 0:
        hint = "Look where it was cut or chosen from the data."
        raise DataError(place, f"a {what} of at least one sample", f"shape {x.shape}", hint)


def check_finite(x: NDArray[Any], place: str) -> None:
    """Refuse NaN and infinity, and name the first place where one stands.

    >>> check_finite(np.array([[1.0, np.nan]]), "images")
    Traceback (most recent call last):
    fnn.errors.DataError: images: expected finite values, got nan at index (0, 1), 1 such value in all. \
Clean the data: drop or fill these values.
    """
    finite = np.isfinite(x)
    if not finite.all():
        count = int(x.size - np.count_nonzero(finite))
        values = "value" if count == 1 else "values"
        raise DataError(
            place,
            "finite values",
            f"{first(x, ~finite)}, {count} such {values} in all",
            "Clean the data: drop or fill these values.",
        )


def first(values: NDArray[Any], bad: NDArray[np.bool_]) -> str:
    """Say which is the first of the values that are ``bad``, for an error message.

    >>> first(np.array([[1, 7]]), np.array([[False, True]]))
    '7 at index (0, 1)'
    """
    index = tuple(int(i) for i in np.argwhere(bad)[0])
    return f"{values[index]} at index {index}"


def format_shape(shape: Sequence[Any]) -> str:
    """Write a sample's shape with its batch axis in front.

    >>> format_shape((28, 28)), format_shape(((4,), (4,)))
    ('(batch, 28, 28)', '((batch, 4), (batch, 4))')
    """
    if shape and isinstance(shape[0], tuple):
        return "(" + ", ".join(format_shape(part) for part in shape) + ")"
    return "(" + ", ".join(["batch", *map(str, shape)]) + ")"
