"""Columns shifted and scaled; `fnn.ops.batch_norm_inference` says what for."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.kernels.choice import kernel


@kernel
def shift_scale(x: Array, mean: Array, factor: Array, bias: Array) -> Array:
    """Return ``factor (x - mean) + bias``.

    Shapes: x (rows, channels), the others (channels,).

    >>> shift_scale(np.array([[1.0, 2.0]]), np.array([1.0, 0.0]), np.array([5.0, 5.0]), np.array([0.5, 0.0]))
    array([[ 0.5, 10. ]])
    """
    y: Array = x - mean
    y *= factor
    y += bias
    return y


@kernel
def shift_scale_gradient(dy: Array, x: Array, mean: Array, factor: Array) -> tuple[Array, Array, Array]:
    """Return the gradients of x (rows, channels), factor and bias (channels,).

    >>> shift_scale_gradient(np.array([[1.0], [3.0]]), np.array([[1.0], [2.0]]), np.array([1.0]), np.array([5.0]))
    (array([[ 5.],
           [15.]]), array([3.]), array([4.]))
    """
    dfactor: Array = np.einsum("ni,ni->i", dy, x - mean)
    dbias: Array = np.ones(len(dy), dy.dtype) @ dy
    dx: Array = dy * factor
    return dx, dfactor, dbias
