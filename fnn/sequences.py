"""Sequences of unequal lengths, padded to one array: which steps are there, and what is refused.

A batch of sequences is an array (batch, time, ...). Where the sequences differ in length, the shorter ones are padded,
and a mask (batch, time), true where a step is there, says what belongs to them. Whatever stands in the padding, it
never counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from fnn.arrays import (
    Array,
    BoolArray,
    IntArray,
    Shape,
    check_float,
    check_not_empty,
    check_same_dtype,
    describe,
    format_shape,
)
from fnn.errors import DataError, DtypeError, ShapeError, StructureError
from fnn.tree import record
from fnn.validate import positive

V_co = TypeVar("V_co", covariant=True)
A = TypeVar("A", bound=NDArray[Any])


@record
class Padded(Generic[V_co]):
    """Sequences padded to one length: values (batch, time, ...), and mask (batch, time), true where a step is there.

    Made by `pad_sequences`, or by hand, with the mask from `length_mask`, say. As the gradient of padded sequences it
    holds the gradient of the values, zero in the padding, and the same mask.
    """

    values: V_co
    mask: BoolArray


def pad_sequences(sequences: Sequence[A], time: int | None = None) -> Padded[A]:
    """Put sequences of unequal lengths into one array, zeros behind the shorter ones, and the mask that tells.

    Each is an array (length, ...), all of one dtype and of one shape but for the length, which is at least 1. ``time``
    is the length of the result, by default that of the longest sequence. Raises DataError for no sequence, an empty
    one, or one longer than ``time``; DtypeError and ShapeError for sequences that do not fit the first.

    >>> padded = pad_sequences([np.array([1, 2, 3]), np.array([4])])
    >>> padded.values, padded.mask
    (array([[1, 2, 3],
           [4, 0, 0]]), array([[ True,  True,  True],
           [ True, False, False]]))
    """
    if not len(sequences):
        raise DataError("pad_sequences", "at least one sequence", "none")
    for i, x in enumerate(sequences):
        place = f"pad_sequences > sequence {i}"
        if not isinstance(x, np.ndarray) or x.dtype.kind not in "fiub":
            raise DtypeError(place, "an array of numbers", describe(x), "Make it an array: np.array(x, np.float32).")
        first = sequences[0]
        if x.ndim < 1:
            raise ShapeError(place, "an array of shape (length, ...)", f"shape {x.shape}")
        if x.shape[1:] != first.shape[1:]:
            axes = ", ".join(["length", *map(str, first.shape[1:])])
            raise ShapeError(place, f"an array of shape ({axes}), as in sequence 0", f"shape {x.shape}")
        if x.dtype != first.dtype:
            raise DtypeError(place, f"dtype {first.dtype}, as in sequence 0", str(x.dtype))
    lengths = np.array([len(x) for x in sequences])
    if time is not None:
        positive("pad_sequences", time=time)
    mask = length_mask(lengths, int(lengths.max()) if time is None else time, place="pad_sequences")
    values: Any = np.zeros((*mask.shape, *sequences[0].shape[1:]), sequences[0].dtype)
    values[mask] = np.concatenate(sequences)
    return Padded(values, mask)


def length_mask(lengths: IntArray, time: int, *, place: str = "length_mask") -> BoolArray:
    """Return the mask (batch, time) of sequences of the given lengths (batch,), each from 1 to ``time``.

    Raises DtypeError for lengths that are no integers, ShapeError for another rank, DataError for one out of range.

    >>> length_mask(np.array([2, 3]), 3)
    array([[ True,  True, False],
           [ True,  True,  True]])
    >>> length_mask(np.array([2, 4]), 3)
    Traceback (most recent call last):
    fnn.errors.DataError: length_mask: expected lengths from 1 to 3, got 4 at index (1,). \
Leave empty sequences out, cut long ones.
    """
    check_integers(lengths, place, "lengths")
    if lengths.ndim != 1:
        raise ShapeError(place, "lengths of shape (batch,)", f"shape {lengths.shape}")
    check_not_empty(lengths, place)
    bad = (lengths < 1) | (lengths > time)
    if bad.any():
        index = int(bad.argmax())
        hint = "Leave empty sequences out, cut long ones."
        raise DataError(place, f"lengths from 1 to {time}", f"{lengths[index]} at index ({index},)", hint)
    mask: BoolArray = np.arange(time) < lengths[:, None]
    return mask


def check_integers(x: object, place: str, what: str) -> None:
    """Refuse anything but an array of integers; ``what`` names it.

    >>> check_integers(np.ones(2), "embedding", "indices")
    Traceback (most recent call last):
    fnn.errors.DtypeError: embedding: expected indices as an array of integers, got float64 of shape (2,). \
Write np.array(indices, np.int64).
    """
    if not isinstance(x, np.ndarray) or x.dtype.kind not in "iu":
        hint = f"Write np.array({what}, np.int64)."
        raise DtypeError(place, f"{what} as an array of integers", describe(x), hint)


def check_mask(mask: object, shape: tuple[int, ...], place: str) -> None:
    """Refuse anything but a mask of booleans of the given shape (batch, time).

    >>> check_mask(np.ones((2, 3)), (2, 3), "lstm")
    Traceback (most recent call last):
    fnn.errors.DtypeError: lstm: expected mask as an array of booleans, got float64 of shape (2, 3). \
True where a step is there: mask.astype(bool), or fnn.length_mask(lengths, time).
    """
    if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_:
        hint = "True where a step is there: mask.astype(bool), or fnn.length_mask(lengths, time)."
        raise DtypeError(place, "mask as an array of booleans", describe(mask), hint)
    if mask.shape != shape:
        raise ShapeError(place, f"mask of shape {shape}, (batch, time)", f"shape {mask.shape}")


def check_padded(x: object, place: str) -> None:
    """Refuse what is not `Padded` with values (batch, time, ...), a mask that fits them, and one step at least."""
    if not isinstance(x, Padded):
        hint = "Write fnn.pad_sequences(sequences), or fnn.Padded(values, mask)."
        raise StructureError(place, "input as Padded(values, mask)", describe(x), hint)
    if not isinstance(x.values, np.ndarray):
        raise DtypeError(place, "values as an array", describe(x.values), "Write fnn.pad_sequences(sequences).")
    if x.values.ndim < 2:
        raise ShapeError(place, "values of shape (batch, time, ...)", f"shape {x.values.shape}")
    check_not_empty(x.values, place)
    check_mask(x.mask, x.values.shape[:2], place)
    if not x.mask.any():
        hint = "The mask is true where a step is there; this batch is padding and nothing else."
        raise DataError(place, "a mask with at least one true step", "none", hint)


def check_sequence(x: Array, features: int, parameter: Array, place: str) -> None:
    """Refuse anything but a float array (batch, time, features) of the parameters' dtype.

    >>> check_sequence(np.zeros((5, 2)), 2, np.zeros(1), "lstm(2, 4)")
    Traceback (most recent call last):
    fnn.errors.ShapeError: lstm(2, 4): expected input of shape (batch, time, 2), got shape (5, 2). \
For one sequence write x[None], for sequences of single numbers x[..., None].
    """
    check_float(x, place)
    check_not_empty(x, place)
    if x.ndim != 3 or x.shape[2] != features:
        hint = (
            f"Each step must hold {features} features."
            if x.ndim == 3
            else "For one sequence write x[None], for sequences of single numbers x[..., None]."
        )
        raise ShapeError(place, f"input of shape (batch, time, {features})", f"shape {x.shape}", hint)
    check_same_dtype(x, parameter, place)


def sequence_shape(s: Shape, features: int, units: int, place: str) -> Shape:
    """Return (time, units), the shape of a sample that a recurrent layer gives for one of shape (time, features)."""
    if len(s) != 2 or s[1] != features:
        raise ShapeError(place, f"input of shape (batch, time, {features})", format_shape(s))
    return s[0], units


def gather(x: Any, mask: BoolArray | None) -> Any:
    """Return the steps that are there as one batch: from (batch, time, ...) to (steps, ...); without a mask all.

    >>> gather(np.array([[1, 2], [3, 0]]), np.array([[True, True], [True, False]]))
    array([1, 2, 3])
    """
    return x.reshape(-1, *x.shape[2:]) if mask is None else x[mask]


def scatter(steps: Any, mask: BoolArray | None, shape: tuple[int, ...]) -> Any:
    """Undo `gather`: from (steps, ...) to (batch, time, ...), zero where no step is; ``shape`` is (batch, time).

    >>> scatter(np.array([1, 2, 3]), np.array([[True, True], [True, False]]), (2, 2))
    array([[1, 2],
           [3, 0]])
    """
    if mask is None:
        return steps.reshape(*shape, *steps.shape[1:])
    x = np.zeros((*shape, *steps.shape[1:]), steps.dtype)
    x[mask] = steps
    return x
