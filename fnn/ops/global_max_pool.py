"""The maximum of each channel over all of space, and its derivative.

    y[n, c] = max_p x[n, p, c]        dy[n, c]/dx[n, p, c] = 1 where p holds the maximum, 0 elsewhere

Where several positions hold the maximum there is a kink; the subgradient taken there is that of the first in row-major
order: it alone gets the whole ``dy``. Its number is cached, with the shape of ``x``.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from fnn.arrays import Array, Shape
from fnn.errors import ShapeError

GlobalMaxPoolCache: TypeAlias = tuple[NDArray[np.intp], Shape]


def global_max_pool_forward(x: Array) -> tuple[Array, GlobalMaxPoolCache]:
    """Return the maximum of each channel of each sample, and the cache ``(winner, shape)``. NaN stays NaN.

    Shapes: x (batch, *space, channels), y (batch, channels). Raises ShapeError for an array without axes of space, or
    without positions.

    Reference: Oquab et al. (2015), "Is object localization for free?", sec. 3.2.

    >>> global_max_pool_forward(np.array([[[1.0, 30.0], [3.0, 10.0]]]))[0]
    array([[ 3., 30.]])
    """
    if x.ndim < 3 or 0 in x.shape[1:-1]:
        raise ShapeError("global_max_pool", "x of shape (batch, *space, channels)", f"shape {x.shape}")
    rows = x.reshape(x.shape[0], math.prod(x.shape[1:-1]), x.shape[-1])
    winner = rows.argmax(axis=1)[:, None]
    y: Array = np.take_along_axis(rows, winner, axis=1)[:, 0]
    return y, (winner, x.shape)


def global_max_pool_backward(dy: Array, cache: GlobalMaxPoolCache) -> Array:
    """Return ``dx``, which is ``dy`` where the maximum stood and 0 elsewhere.

    >>> _, cache = global_max_pool_forward(np.array([[[1.0, 30.0], [3.0, 30.0]]]))
    >>> global_max_pool_backward(np.array([[4.0, 8.0]]), cache)
    array([[[0., 8.],
            [4., 0.]]])
    """
    winner, shape = cache
    dx: Array = np.zeros((shape[0], math.prod(shape[1:-1]), shape[-1]), dy.dtype)
    np.put_along_axis(dx, winner, dy[:, None], axis=1)
    return dx.reshape(shape)
