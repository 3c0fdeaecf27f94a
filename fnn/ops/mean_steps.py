"""The mean over the steps of each sequence, and its derivative.

    y[n] = sum_t w[n, t] x[n, t]        w = 1 / (number of steps) where a step is there, 0 elsewhere

so that ``dx[n, t] = w[n, t] dy[n]``. The weights are cached. The padding is left out by choice and not by product, so
that what stands there never counts, not even NaN.
"""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array, BoolArray
from fnn.errors import DataError, ShapeError
from fnn.sequences import check_mask


def mean_steps_forward(x: Array, *, mask: BoolArray | None = None) -> tuple[Array, Array]:
    """Return the mean over the steps of each sequence, and the cache, the weights.

    Shapes: x (batch, time, ...), mask (batch, time), true where a step is there; y (batch, ...). Raises ShapeError for
    an array without time, and, for the mask, ShapeError, DtypeError, or DataError where a sequence has no step.

    >>> mean_steps_forward(np.array([[[1.0], [2.0]], [[3.0], [9.0]]]), mask=np.array([[True, True], [True, False]]))[0]
    array([[1.5],
           [3. ]])
    """
    if x.ndim < 2 or x.shape[1] < 1:
        raise ShapeError("mean_steps", "x of shape (batch, time, ...)", f"shape {x.shape}")
    weight: Array = np.full((*x.shape[:2], *(1,) * (x.ndim - 2)), 1 / x.shape[1], x.dtype)
    if mask is not None:
        check_mask(mask, x.shape[:2], "mean_steps")
        counts = mask.sum(axis=1)
        if not counts.all():
            hint = "Leave empty sequences out."
            raise DataError("mean_steps", "a step in each sequence", f"none in sequence {int(counts.argmin())}", hint)
        wide = mask.reshape(weight.shape)
        weight = (wide / counts.reshape(-1, *(1,) * (x.ndim - 1))).astype(x.dtype)
        x = np.where(wide, x, 0)
    y: Array = (weight * x).sum(axis=1)
    return y, weight


def mean_steps_backward(dy: Array, weight: Array) -> Array:
    """Return ``dx``, the share of ``dy`` that belongs to each step.

    >>> mean_steps_backward(np.array([[6.0]]), np.array([[[0.5], [0.5], [0.0]]])).tolist()
    [[[3.0], [3.0], [0.0]]]
    """
    dx: Array = weight * dy[:, None]
    return dx
