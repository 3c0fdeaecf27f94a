"""The mean of each channel over all of space, and its derivative.

    y[n, c] = 1/P sum_p x[n, p, c]        dx[n, p, c] = dy[n, c] / P

with ``P`` positions. The shape of ``x`` is cached.
"""

from __future__ import annotations

import math

import numpy as np

from fnn.arrays import Array, Shape
from fnn.errors import ShapeError


def global_average_pool_forward(x: Array) -> tuple[Array, Shape]:
    """Return the mean of each channel of each sample, and the cache, which is the shape of ``x``.

    Shapes: x (batch, *space, channels), y (batch, channels). Raises ShapeError for an array without axes of space, or
    without positions.

    Reference: Lin, Chen, Yan (2014), "Network in network", sec. 3.2.

    >>> global_average_pool_forward(np.array([[[1.0, 10.0], [3.0, 30.0]]]))[0]
    array([[ 2., 20.]])
    """
    if x.ndim < 3 or 0 in x.shape[1:-1]:
        raise ShapeError("global_average_pool", "x of shape (batch, *space, channels)", f"shape {x.shape}")
    rows = x.reshape(x.shape[0], math.prod(x.shape[1:-1]), x.shape[-1])
    y: Array = np.ones(rows.shape[1], x.dtype) @ rows
    y /= rows.shape[1]
    return y, x.shape


def global_average_pool_backward(dy: Array, shape: Shape) -> Array:
    """Return ``dx``, which is ``dy / P`` at each of the ``P`` positions.

    >>> global_average_pool_backward(np.array([[4.0, 8.0]]), (1, 2, 2))
    array([[[2., 4.],
            [2., 4.]]])
    """
    each: Array = dy / math.prod(shape[1:-1])
    return np.broadcast_to(each.reshape(shape[0], *(1 for _ in shape[1:-1]), shape[-1]), shape).copy()
