"""Batch normalization by given statistics, as in inference, and its derivative.

    y = scale[c] (x - mean[c]) / sqrt(variance[c] + eps) + bias[c]

for each channel ``c``. Mean and variance are constants here, and each entry stands for itself:

    dx = dy scale[c] / sqrt(variance[c] + eps)
    dscale[c] = sum dy (x - mean[c]) / sqrt(variance[c] + eps)        dbias[c] = sum dy

The input is cached, and the small arrays that belong to it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fnn.arrays import Array, check_dy
from fnn.kernels import shift_scale, shift_scale_gradient
from fnn.ops.standardize import check_channels, check_eps


class BatchNormInferenceCache(NamedTuple):
    """What the backward needs; ``inverse`` is one over the standard deviation."""

    x: Array
    scale: Array
    mean: Array
    inverse: Array


def batch_norm_inference_forward(
    x: Array, scale: Array, bias: Array, *, mean: Array, variance: Array, eps: float = 1e-5
) -> tuple[Array, BatchNormInferenceCache]:
    """Return ``x`` normalized by the given statistics, and the cache ``(x, scale, mean, inverse)``.

    Shapes: x and y (batch, ..., channels), the others (channels,). Raises ShapeError for shapes that do not agree,
    HyperparameterError for ``eps`` not above 0.

    Reference: Ioffe and Szegedy (2015), "Batch normalization", algorithm 2.

    >>> one, two = np.array([1.0]), np.array([2.0])
    >>> batch_norm_inference_forward(np.array([[3.0]]), two, one, mean=one, variance=np.array([4.0]))[0].round(5)
    array([[3.]])
    """
    place = "batch_norm_inference"
    check_channels(place, x, scale=scale, bias=bias, mean=mean, variance=variance)
    check_eps(place, eps)
    inverse: Array = 1 / np.sqrt(variance + eps)
    y = shift_scale(x.reshape(-1, x.shape[-1]), mean, scale * inverse, bias)
    return y.reshape(x.shape), BatchNormInferenceCache(x, scale, mean, inverse)


def batch_norm_inference_backward(dy: Array, cache: BatchNormInferenceCache) -> tuple[Array, Array, Array]:
    """Return ``(dx, dscale, dbias)``.

    >>> one, two = np.array([1.0]), np.array([2.0])
    >>> _, cache = batch_norm_inference_forward(np.array([[3.0]]), two, one, mean=one, variance=np.array([4.0]))
    >>> [round(g.item(), 3) for g in batch_norm_inference_backward(np.array([[5.0]]), cache)]
    [5.0, 5.0, 5.0]
    """
    x, scale, mean, inverse = cache
    check_dy(dy, x, "batch_norm_inference")
    rows = (-1, x.shape[-1])
    dx, dfactor, dbias = shift_scale_gradient(dy.reshape(rows), x.reshape(rows), mean, scale * inverse)
    return dx.reshape(dy.shape), dfactor * inverse, dbias
