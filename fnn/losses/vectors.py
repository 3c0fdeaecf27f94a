"""What the losses that compare vectors share: checks, and lengths and directions that cannot overflow."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from fnn.arrays import Array, check_float, check_not_empty, describe
from fnn.errors import DtypeError, ShapeError

Pair: TypeAlias = tuple[Array, Array]
"""The embeddings of the first and the second members of pairs, as `fnn.shared` makes them."""


def check_members(y: Any, place: str, *names: str) -> None:
    """Refuse anything but a tuple of one array for each name, all (batch, ..., features), of one shape and one dtype.

    >>> check_members((np.zeros((2, 3)), np.zeros((2, 4))), "contrastive", "first", "second")
    Traceback (most recent call last):
    fnn.errors.ShapeError: contrastive: expected second of the shape (2, 3) that first has, got shape (2, 4).
    """
    if not isinstance(y, tuple) or len(y) != len(names):
        got = f"a tuple of {len(y)}" if isinstance(y, tuple) else describe(y)
        hint = "Such a prediction is made by fnn.shared."
        raise ShapeError(place, f"a prediction of {len(names)} arrays, ({', '.join(names)})", got, hint)
    first = y[0]
    for name, member in zip(names, y, strict=True):
        check_float(member, place, name)
        if member.ndim < 2:
            hint = "For a batch of one write x[None, :]." if member.ndim else ""
            raise ShapeError(place, f"{name} of shape (batch, ..., features)", f"shape {member.shape}", hint)
        check_not_empty(member, place)
        if member.shape != first.shape:
            expected = f"{name} of the shape {first.shape} that {names[0]} has"
            raise ShapeError(place, expected, f"shape {member.shape}")
        if member.dtype != first.dtype:
            hint = f"Convert it: x.astype(np.{first.dtype})."
            raise DtypeError(place, f"{name} of the dtype {first.dtype} that {names[0]} has", str(member.dtype), hint)


def polar(x: Array) -> tuple[Array, Array]:
    """Return the length of each vector along the last axis, which is kept with size 1, and its direction.

    A vector of zeros has the direction 0. Vectors are divided by their largest entry first, so that no square leaves
    the range of the dtype.

    >>> polar(np.array([[3.0, 4.0], [0.0, 0.0], [3e200, 4e200]]))
    (array([[5.e+000], [0.e+000], [5.e+200]]), array([[0.6, 0.8], [0. , 0. ], [0.6, 0.8]]))
    """
    largest: Array = np.abs(x).max(axis=-1, keepdims=True)
    scaled: Array = x / np.where(largest > 0, largest, 1)
    length: Array = np.sqrt((scaled * scaled).sum(axis=-1, keepdims=True))
    direction: Array = scaled / np.where(length > 0, length, 1)
    return length * largest, direction
