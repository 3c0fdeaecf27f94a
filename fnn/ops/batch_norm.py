"""Batch normalization by the statistics of the batch, and its derivative.

Each channel ``c`` is standardized over all samples and positions, ``M`` entries, then scaled and shifted:

    z = (x - m[c]) / sqrt(v[c] + eps)        y = scale[c] z + bias[c]

with ``m`` and ``v`` the mean and the biased variance of the channel (the sum of squares over ``M``). They depend on
``x``; the chain rule, carried through in `fnn.ops.standardize`, gives

    dbias[c] = sum dy        dscale[c] = sum dy z
    dx = scale[c] / sqrt(v[c] + eps) (dy - dbias[c] / M - z dscale[c] / M)

The cache holds ``z`` and the statistics, from which a layer takes its running means.
"""

from __future__ import annotations

from fnn.arrays import Array
from fnn.errors import DataError
from fnn.ops.standardize import Standardized, check_channels, check_eps, standardize_backward, standardize_forward


def batch_norm_forward(x: Array, scale: Array, bias: Array, *, eps: float = 1e-5) -> tuple[Array, Standardized]:
    """Return ``x`` with each channel at mean ``bias`` and standard deviation ``scale``, and the cache.

    Shapes: x and y (batch, ..., channels), scale and bias (channels,). ``cache.mean`` and ``cache.variance`` hold the
    statistics, (1, 1, channels); the variance is biased. Raises ShapeError for shapes that do not agree, DataError for
    a single entry a channel, which is its own mean, HyperparameterError for ``eps`` not above 0.

    Reference: Ioffe and Szegedy (2015), "Batch normalization: accelerating deep network training by reducing internal
    covariate shift", algorithm 1.

    >>> import numpy as np
    >>> y, cache = batch_norm_forward(np.array([[1.0], [3.0]]), np.array([10.0]), np.array([0.5]))
    >>> y.round(3).tolist(), cache.mean.item(), cache.variance.item()
    ([[-9.5], [10.5]], 2.0, 1.0)
    """
    check_channels("batch_norm", x, scale=scale, bias=bias)
    check_several(x, "batch_norm")
    check_eps("batch_norm", eps)
    y, cache = standardize_forward(x.reshape(1, -1, x.shape[-1]), scale, bias, x.shape[-1], eps)
    return y.reshape(x.shape), cache


def batch_norm_backward(dy: Array, cache: Standardized) -> tuple[Array, Array, Array]:
    """Return ``(dx, dscale, dbias)``; over each channel, ``dx`` adds up to 0.

    >>> import numpy as np
    >>> _, cache = batch_norm_forward(np.array([[0.0], [0.0], [3.0]]), np.array([1.0]), np.array([0.0]))
    >>> dx, dscale, dbias = batch_norm_backward(np.array([[1.0], [-1.0], [0.0]]), cache)
    >>> dx.round(3).ravel().tolist(), dscale.item(), dbias.item()
    ([0.707, -0.707, 0.0], 0.0, 0.0)
    """
    dx, dscale, dbias = standardize_backward(dy.reshape(cache.z.shape), cache)
    return dx.reshape(dy.shape), dscale, dbias


def check_several(x: Array, place: str) -> None:
    """Refuse a batch of one entry a channel."""
    if x.size <= x.shape[-1]:
        hint = "Its variance is 0: take larger batches, or layer_norm or group_norm, which look at one sample each."
        raise DataError(place, "at least two entries for each channel, to train", f"shape {x.shape}", hint)
