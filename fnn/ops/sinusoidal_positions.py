"""Sinusoidal positions: fixed waves added to the features, and the derivative.

    p[t, 2i] = sin(t w_i)        p[t, 2i + 1] = cos(t w_i)        w_i = 10000^(-2i / features)
    y[t] = x[t] + p[t]

Wavelengths run from 2 pi to 10000 * 2 pi steps. A step of ``s`` is the same rotation of every pair, wherever it is made
(the addition theorems), so that a linear map can look a fixed way ahead or back. The waves are constant: ``dx = dy``.
"""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array, IntArray
from fnn.errors import ShapeError
from fnn.ops.angles import angles


def sinusoidal_positions_forward(x: Array, *, positions: IntArray | None = None) -> tuple[Array, None]:
    """Return ``x`` plus the waves at the positions, by default ``0, 1, ...``; there is nothing to cache.

    Shapes: x and y (..., time, features), positions (time,), or (..., time) with axes of the sizes of those of ``x`` or
    1. Raises ShapeError for shapes that do not fit.

    Reference: Vaswani et al. (2017), "Attention is all you need", sec. 3.5.

    >>> sinusoidal_positions_forward(np.zeros((2, 4)))[0].round(4).tolist()
    [[0.0, 1.0, 0.0, 1.0], [0.8415, 0.5403, 0.01, 1.0]]
    """
    if x.ndim < 2:
        raise ShapeError("sinusoidal_positions", "x of shape (..., time, features)", f"shape {x.shape}")
    time, features = x.shape[-2:]
    if positions is None:
        positions = np.arange(time)
    sizes = zip(positions.shape[::-1], x.shape[-2::-1], strict=False)
    if positions.shape[-1:] != (time,) or positions.ndim >= x.ndim or any(a not in (1, b) for a, b in sizes):
        expected = f"positions of shape ({time},) for x of shape {x.shape}"
        raise ShapeError("sinusoidal_positions", expected, f"shape {positions.shape}")
    turns = angles(positions, features)
    waves = np.empty((*positions.shape, features), x.dtype)
    waves[..., 0::2] = np.sin(turns)
    waves[..., 1::2] = np.cos(turns[..., : features // 2])
    y: Array = x + waves
    return y, None


def sinusoidal_positions_backward(dy: Array, cache: None) -> Array:
    """Return ``dx = dy``.

    >>> sinusoidal_positions_backward(np.ones((1, 2)), None).tolist()
    [[1.0, 1.0]]
    """
    return dy
