"""The maxout, the largest of each group of neighbouring features, and its derivative.

With the features in groups of ``pieces``, ``z[j, k] = x[j pieces + k]``,

    y[j] = max_k z[j, k]        dy[j]/dz[j, k] = 1 where z[j, k] is the maximum, 0 elsewhere

After a linear map, each output is the largest of ``pieces`` affine functions: a convex function, made of straight
pieces, whose shape is trained. Where several are the largest there is a kink; the subgradient taken there is that of
the first of them: it alone gets the whole ``dy``. Which one it was is cached, with the number of pieces.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from fnn.arrays import Array
from fnn.errors import ShapeError
from fnn.validate import positive

MaxoutCache: TypeAlias = tuple[NDArray[np.intp], int]


def maxout_forward(x: Array, *, pieces: int) -> tuple[Array, MaxoutCache]:
    """Return the maximum of each ``pieces`` features in a row, and the cache ``(winner, pieces)``. NaN stays NaN.

    Shapes: x (..., features * pieces), y (..., features). Raises ShapeError where the features do not divide by
    ``pieces``, HyperparameterError for pieces below 1.

    Reference: Goodfellow et al. (2013), "Maxout networks", sec. 3.

    >>> maxout_forward(np.array([[1.0, 5.0, 2.0, -4.0, -3.0, -3.0]]), pieces=3)[0]
    array([[ 5., -3.]])
    """
    positive("maxout", pieces=pieces)
    if x.ndim < 1 or x.shape[-1] < 1 or x.shape[-1] % pieces:
        raise ShapeError("maxout", f"x of shape (..., n) with n a multiple of {pieces}", f"shape {x.shape}")
    groups = x.reshape(*x.shape[:-1], -1, pieces)
    winner = groups.argmax(axis=-1)
    y: Array = np.take_along_axis(groups, winner[..., None], axis=-1)[..., 0]
    return y, (winner, pieces)


def maxout_backward(dy: Array, cache: MaxoutCache) -> Array:
    """Return ``dx``, which is ``dy`` where the maximum stood and 0 elsewhere.

    >>> maxout_backward(np.array([[10.0, 20.0]]), (np.array([[1, 0]]), 3))
    array([[ 0., 10.,  0., 20.,  0.,  0.]])
    """
    winner, pieces = cache
    dx: Array = dy[..., None] * (winner[..., None] == np.arange(pieces))
    return dx.reshape(*dy.shape[:-1], -1)
