"""The steps of padded sequences: where they stand, how many there are, and zeros where none is."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array, BoolArray, IntArray


def step_positions(before: IntArray, time: int, mask: BoolArray | None, *, reverse: bool = False) -> IntArray:
    """Return the position of each step in its sequence: (batch, time), or (1, time) where all are alike.

    ``before`` (batch,) is how many steps each sequence had before; ``mask`` (batch, time) is true where a step is
    there, and only those count. With ``reverse`` they are counted from the last. A step that is not there has some
    position, at least 0.

    >>> step_positions(np.array([3, 3]), 4, None)
    array([[3, 4, 5, 6]])
    >>> step_positions(np.array([0, 5]), 3, np.array([[True, True, False], [False, True, True]]))
    array([[0, 1, 1],
           [5, 5, 6]])
    """
    first = before[:1] if (before == before[:1]).all() and mask is None else before
    if mask is None:
        after = np.arange(time)
    else:
        there = mask[:, ::-1] if reverse else mask
        after = np.maximum(there.cumsum(axis=1) - 1, 0)
    positions: IntArray = first[:, None] + after
    return positions[:, ::-1] if reverse else positions


def count_steps(before: IntArray, time: int, mask: BoolArray | None) -> IntArray:
    """Return how many steps each sequence has had after these.

    >>> count_steps(np.array([0, 5]), 3, np.array([[True, True, False], [True, True, True]]))
    array([2, 8])
    """
    total: IntArray = before + (time if mask is None else mask.sum(axis=1))
    return total


def cleared(x: Array, mask: BoolArray | None) -> Array:
    """Return ``x`` (batch, time, features), zero where no step is: by choice, not by product, for NaN times 0 is NaN.

    >>> cleared(np.array([[[1.0], [np.nan]]]), np.array([[True, False]])).tolist()
    [[[1.0], [0.0]]]
    """
    return x if mask is None else np.where(mask[:, :, None], x, 0)
