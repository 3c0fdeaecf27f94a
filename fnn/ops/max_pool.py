"""The maximum of each window that slides over the axes of space, and its derivative.

    y[n, p, c] = max_t x[n, s p + d t - a, c]        dy[n, p, c]/dx[n, q, c] = 1 where q holds the maximum, 0 elsewhere

with stride ``s``, dilation ``d`` and padding ``a`` as in `fnn.ops.windows`. Padding never is the maximum. By the chain
rule an entry's gradient is the sum of ``dy`` over the windows in which it won:

    dx[n, q, c] = sum of dy[n, p, c] over the windows p whose winning tap stood at q

Where several entries of a window are the largest there is a kink; the subgradient taken there is that of the first in
row-major order: it alone gets the whole ``dy``, as in PyTorch. For images of few grey levels this happens often.

Which tap won is cached, a small integer for each output. The loops stand in `fnn.kernels.windows`.
"""

from __future__ import annotations

from typing import NamedTuple

from fnn.arrays import Array, check_dy
from fnn.errors import ShapeError
from fnn.kernels import Winners, window_maxima, window_maxima_gradient
from fnn.ops.windows import Axis, Padding, Sizes, check_met, per_axis, spans, window


class MaxPoolCache(NamedTuple):
    """What the backward needs: the number of the tap that won, in row-major order."""

    winner: Winners
    axes: tuple[Axis, ...]


def max_pool_forward(
    x: Array, *, size: Sizes, stride: Sizes | None = None, padding: Padding = "valid", dilation: Sizes = 1
) -> tuple[Array, MaxPoolCache]:
    """Return the maximum of each window, channel by channel, and the cache ``(winner, axes)``. NaN stays NaN.

    Shapes: x (batch, *space, channels), y (batch, *positions, channels). ``size`` is the window's, ``stride`` the same
    if not given. Options have one number for all axes of space, or a tuple of one for each; see `fnn.ops.windows` for
    the padding and the number of positions. Raises ShapeError for windows that reach further than the padded input, or
    lie all in padding; HyperparameterError for options that mean nothing.

    Reference: Ranzato et al. (2007), "Unsupervised learning of invariant feature hierarchies", sec. 2.

    >>> import numpy as np
    >>> x = np.array([[[1.0], [5.0], [5.0], [2.0], [7.0]]])
    >>> max_pool_forward(x, size=2)[0].ravel().tolist()
    [5.0, 5.0]
    >>> max_pool_forward(x, size=3, stride=2, padding="same")[0].ravel().tolist()
    [5.0, 5.0, 7.0]
    """
    rank = x.ndim - 2
    if rank < 1:
        raise ShapeError("max_pool", "x of shape (batch, *space, channels)", f"shape {x.shape}")
    size = per_axis("max_pool", rank, "size", size)
    options = window(
        "max_pool", rank, size, stride=size if stride is None else stride, padding=padding, dilation=dilation
    )
    axes = options.over(x.shape[1:-1], "max_pool")
    check_met(axes, "max_pool")
    y, winner = window_maxima(x, spans(axes))
    return y, MaxPoolCache(winner, axes)


def max_pool_backward(dy: Array, cache: MaxPoolCache) -> Array:
    """Return ``dx``: for each entry the sum of ``dy`` over the windows in which it was the maximum.

    >>> import numpy as np
    >>> _, cache = max_pool_forward(np.array([[[1.0], [5.0], [5.0], [2.0]]]), size=3, stride=1)
    >>> max_pool_backward(np.array([[[10.0], [20.0]]]), cache).ravel().tolist()
    [0.0, 30.0, 0.0, 0.0]
    """
    winner, axes = cache
    check_dy(dy, winner, "max_pool")
    shape = (dy.shape[0], *(axis.size for axis in axes), dy.shape[-1])
    return window_maxima_gradient(dy, winner, shape, spans(axes))
