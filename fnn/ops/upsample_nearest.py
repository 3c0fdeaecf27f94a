"""Up-sampling by repetition, and its derivative.

    y[n, q, c] = x[n, floor(q / f), c]        dx[n, p, c] = sum over the q with floor(q / f) = p of dy[n, q, c]

with a whole factor ``f`` for each axis of space: every entry becomes a block, and gets the sum of its block's gradient.
The factors are cached.
"""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.errors import ShapeError
from fnn.ops.windows import Sizes, per_axis


def upsample_nearest_forward(x: Array, *, factor: Sizes) -> tuple[Array, tuple[int, ...]]:
    """Return ``x`` with each entry repeated ``factor`` times along each axis of space, and the cache: the factors.

    Shapes: x (batch, *space, channels), y (batch, *(factor * space), channels). ``factor`` is one number for all axes
    of space, or a tuple of one for each. Raises HyperparameterError for factors below 1, ShapeError for an array
    without axes of space.

    >>> upsample_nearest_forward(np.array([[[1.0], [2.0]]]), factor=3)[0].ravel().tolist()
    [1.0, 1.0, 1.0, 2.0, 2.0, 2.0]
    """
    if x.ndim < 3:
        raise ShapeError("upsample_nearest", "x of shape (batch, *space, channels)", f"shape {x.shape}")
    factors = per_axis("upsample_nearest", x.ndim - 2, "factor", factor)
    for i, f in enumerate(factors):
        x = np.repeat(x, f, axis=i + 1)
    return x, factors


def upsample_nearest_backward(dy: Array, factors: tuple[int, ...]) -> Array:
    """Return ``dx``, the sums of ``dy`` over the blocks.

    >>> upsample_nearest_backward(np.array([[[1.0], [2.0], [10.0], [20.0]]]), (2,)).ravel().tolist()
    [3.0, 30.0]
    """
    for i, f in enumerate(factors):
        before = (slice(None),) * (i + 1)
        sums = dy[*before, ::f].copy()
        for k in range(1, f):
            sums += dy[*before, k::f]
        dy = sums
    return dy
