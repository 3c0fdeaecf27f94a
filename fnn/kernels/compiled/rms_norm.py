"""Root mean square normalization of rows."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.kernels.compiled.options import ROWS, loop


@loop
def _rms_rows(x: Array, scale: Array, eps: float, y: Array, z: Array, inverse: Array) -> None:
    number, features = x.dtype.type, x.shape[1]
    for n in range(x.shape[0]):
        squares = number(0)
        for i in range(features):
            squares += x[n, i] * x[n, i]
        factor = number(1) / np.sqrt(squares / number(features) + number(eps))
        inverse[n] = factor
        for i in range(features):
            z[n, i] = x[n, i] * factor
            y[n, i] = z[n, i] * scale[i]


def rms_rows(x: Array, scale: Array, eps: float) -> tuple[Array, Array, Array]:
    """Return y, z and one over the roots."""
    y, z, inverse = np.empty(x.shape, x.dtype), np.empty(x.shape, x.dtype), np.empty(len(x), x.dtype)
    _rms_rows(x, scale, eps, y, z, inverse)
    return y, z, inverse


@loop
def _rms_rows_gradient(dy: Array, z: Array, inverse: Array, scale: Array, dx: Array, dscale: Array) -> None:
    number, features = dy.dtype.type, dy.shape[1]
    dscale[:] = 0
    part = np.empty_like(dscale)
    for start in range(0, dy.shape[0], ROWS):
        part[:] = 0
        for n in range(start, min(start + ROWS, dy.shape[0])):
            slope = number(0)
            for i in range(features):
                slope += dy[n, i] * scale[i] * z[n, i]
            slope, factor = slope / number(features), inverse[n]
            for i in range(features):
                dx[n, i] = (dy[n, i] * scale[i] - z[n, i] * slope) * factor
                part[i] += dy[n, i] * z[n, i]
        dscale += part


def rms_rows_gradient(dy: Array, z: Array, inverse: Array, scale: Array) -> tuple[Array, Array]:
    """Return the gradients of input and scale."""
    dx, dscale = np.empty(dy.shape, dy.dtype), np.empty_like(scale)
    _rms_rows_gradient(dy, z, inverse, scale, dx, dscale)
    return dx, dscale
