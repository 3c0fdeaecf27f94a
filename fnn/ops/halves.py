"""Cutting the last axis into two, for the units of which one half gates the other."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.errors import ShapeError


def halves(x: Array, place: str) -> tuple[Array, Array]:
    """Return the first and the second half of the features, as views; raise ShapeError for an odd number of them.

    >>> halves(np.array([[1.0, 2.0, 3.0, 4.0]]), "glu")
    (array([[1., 2.]]), array([[3., 4.]]))
    """
    check_halves(x, place)
    middle = x.shape[-1] // 2
    return x[..., :middle], x[..., middle:]


def check_halves(x: Array, place: str) -> None:
    """Refuse features that cannot be halved."""
    if x.ndim < 1 or x.shape[-1] < 2 or x.shape[-1] % 2:
        hint = "One half of the features gates the other."
        raise ShapeError(place, "x of shape (..., n) with n even", f"shape {x.shape}", hint)


def joined(first: Array, second: Array) -> Array:
    """Return the two halves side by side again.

    >>> joined(np.array([[1.0]]), np.array([[2.0]]))
    array([[1., 2.]])
    """
    both: Array = np.concatenate([first, second], axis=-1)
    return both
