"""The mean of each window that slides over the axes of space, and its derivative.

    y[n, p, c] = 1/m[p] sum_t x[n, s p + d t - a, c]        dx[n, q, c] = sum of dy[n, p, c] / m[p]

with stride ``s``, dilation ``d`` and padding ``a`` as in `fnn.ops.windows`; the second sum goes over the windows ``p``
that meet ``q`` with one of their taps. ``m`` is the number of taps that meet the input or, if padding is counted, of
all taps. The first makes a true mean everywhere; with the second, means of windows at the border lean towards 0.

The function is linear: nothing of ``x`` is cached, only its shape and the divisors ``m``. The loops stand in
`fnn.kernels.windows`.
"""

from __future__ import annotations

from functools import reduce
from typing import NamedTuple

import numpy as np

from fnn.arrays import Array, format_shape
from fnn.errors import ShapeError
from fnn.kernels import window_means, window_means_gradient
from fnn.ops.windows import Axis, Padding, Sizes, check_met, per_axis, spans, window


class AveragePoolCache(NamedTuple):
    """What the backward needs: how many entries each window has, (*positions, 1)."""

    entries: Array
    axes: tuple[Axis, ...]


def average_pool_forward(
    x: Array,
    *,
    size: Sizes,
    stride: Sizes | None = None,
    padding: Padding = "valid",
    dilation: Sizes = 1,
    count_padding: bool = False,
) -> tuple[Array, AveragePoolCache]:
    """Return the mean of each window, channel by channel, and the cache ``(entries, axes)``.

    Shapes: x (batch, *space, channels), y (batch, *positions, channels). ``size`` is the window's, ``stride`` the same
    if not given; with ``count_padding`` the padding counts as zeros. Options have one number for all axes of space, or
    a tuple of one for each; see `fnn.ops.windows` for the padding and the number of positions. Raises ShapeError for
    windows that reach further than the padded input, or lie all in padding; HyperparameterError for options that mean
    nothing.

    Reference: LeCun et al. (1998), "Gradient-based learning applied to document recognition", sec. II.

    >>> x = np.array([[[1.0], [5.0], [9.0]]])
    >>> average_pool_forward(x, size=3, stride=1, padding="same")[0].ravel().tolist()
    [3.0, 5.0, 7.0]
    >>> average_pool_forward(x, size=3, stride=1, padding="same", count_padding=True)[0].ravel().round(3).tolist()
    [2.0, 5.0, 4.667]
    """
    rank = x.ndim - 2
    if rank < 1:
        raise ShapeError("average_pool", "x of shape (batch, *space, channels)", f"shape {x.shape}")
    size = per_axis("average_pool", rank, "size", size)
    options = window(
        "average_pool", rank, size, stride=size if stride is None else stride, padding=padding, dilation=dilation
    )
    axes = options.over(x.shape[1:-1], "average_pool")
    check_met(axes, "average_pool")
    along = [np.full(axis.outputs, axis.kernel) if count_padding else axis.counts() for axis in axes]
    entries: Array = reduce(np.multiply.outer, along)[..., None].astype(x.dtype)
    y = window_means(x, entries, spans(axes))
    return y, AveragePoolCache(entries, axes)


def average_pool_backward(dy: Array, cache: AveragePoolCache) -> Array:
    """Return ``dx``: for each entry the sum of its shares in the windows that met it.

    >>> _, cache = average_pool_forward(np.zeros((1, 4, 1)), size=2)
    >>> average_pool_backward(np.array([[[10.0], [20.0]]]), cache).ravel().tolist()
    [5.0, 5.0, 10.0, 10.0]
    """
    entries, axes = cache
    if dy.ndim != len(axes) + 2 or dy.shape[1:-1] != entries.shape[:-1]:
        raise ShapeError("average_pool", f"dy {format_shape((*entries.shape[:-1], 'channels'))}", f"shape {dy.shape}")
    shape = (dy.shape[0], *(axis.size for axis in axes), dy.shape[-1])
    return window_means_gradient(dy, entries, shape, spans(axes))
