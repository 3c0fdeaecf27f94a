"""The last step of each sequence, and its derivative.

    y[n] = x[n, t(n)]        t(n) the last step, with a mask the last that is there

Nothing else has a part in it: ``dx[n, t(n)] = dy[n]``, and 0 elsewhere. The places are cached, and the shape.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from fnn.arrays import Array, BoolArray, IntArray, Shape
from fnn.errors import DataError, ShapeError
from fnn.sequences import check_mask

LastStepCache: TypeAlias = tuple[IntArray, Shape]


def last_step_forward(x: Array, *, mask: BoolArray | None = None) -> tuple[Array, LastStepCache]:
    """Return the last step of each sequence, and the cache.

    Shapes: x (batch, time, ...), mask (batch, time), y (batch, ...). Raises ShapeError for an array without time,
    and, for the mask, ShapeError, DtypeError, or DataError where a sequence has no step.

    >>> last_step_forward(np.array([[[1.0], [2.0]], [[3.0], [4.0]]]), mask=np.array([[True, True], [True, False]]))[0]
    array([[2.],
           [3.]])
    """
    if x.ndim < 2 or x.shape[1] < 1:
        raise ShapeError("last_step", "x of shape (batch, time, ...)", f"shape {x.shape}")
    if mask is None:
        last: IntArray = np.full(len(x), x.shape[1] - 1)
    else:
        check_mask(mask, x.shape[:2], "last_step")
        empty = ~mask.any(axis=1)
        if empty.any():
            hint = "Leave empty sequences out."
            raise DataError("last_step", "a step in each sequence", f"none in sequence {int(empty.argmax())}", hint)
        last = x.shape[1] - 1 - mask[:, ::-1].argmax(axis=1)
    return x[np.arange(len(x)), last], (last, x.shape)


def last_step_backward(dy: Array, cache: LastStepCache) -> Array:
    """Return ``dx``: ``dy`` at the last steps, 0 elsewhere.

    >>> last_step_backward(np.array([[1.0], [2.0]]), (np.array([1, 0]), (2, 2, 1))).tolist()
    [[[0.0], [1.0]], [[2.0], [0.0]]]
    """
    last, shape = cache
    dx: Array = np.zeros(shape, dy.dtype)
    dx[np.arange(len(dx)), last] = dy
    return dx
