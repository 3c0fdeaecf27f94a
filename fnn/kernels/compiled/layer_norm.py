"""Layer normalization of rows."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.kernels.compiled.options import ROWS, loop


@loop
def _normalize_rows(x: Array, scale: Array, bias: Array, eps: float, y: Array, z: Array, inverse: Array) -> None:
    number, features = x.dtype.type, x.shape[1]
    for n in range(x.shape[0]):
        total = number(0)
        for i in range(features):
            total += x[n, i]
        mean, squares = total / number(features), number(0)
        for i in range(features):
            difference = x[n, i] - mean
            z[n, i] = difference
            squares += difference * difference
        factor = number(1) / np.sqrt(squares / number(features) + number(eps))
        inverse[n] = factor
        for i in range(features):
            z[n, i] *= factor
            y[n, i] = z[n, i] * scale[i] + bias[i]


def normalize_rows(x: Array, scale: Array, bias: Array, eps: float) -> tuple[Array, Array, Array]:
    """Return y, z and one over the deviations."""
    y, z, inverse = np.empty(x.shape, x.dtype), np.empty(x.shape, x.dtype), np.empty(len(x), x.dtype)
    _normalize_rows(x, scale, bias, eps, y, z, inverse)
    return y, z, inverse


@loop
def _normalize_rows_gradient(
    dy: Array, z: Array, inverse: Array, scale: Array, dx: Array, dscale: Array, dbias: Array
) -> None:
    number, features = dy.dtype.type, dy.shape[1]
    dscale[:] = 0
    dbias[:] = 0
    scale_part, bias_part = np.empty_like(dscale), np.empty_like(dbias)
    for start in range(0, dy.shape[0], ROWS):
        scale_part[:] = 0
        bias_part[:] = 0
        for n in range(start, min(start + ROWS, dy.shape[0])):
            total, slope = number(0), number(0)
            for i in range(features):
                dz = dy[n, i] * scale[i]
                total += dz
                slope += dz * z[n, i]
            mean, slope, factor = total / number(features), slope / number(features), inverse[n]
            for i in range(features):
                dx[n, i] = (dy[n, i] * scale[i] - z[n, i] * slope - mean) * factor
            for i in range(features):
                scale_part[i] += dy[n, i] * z[n, i]
                bias_part[i] += dy[n, i]
        dscale += scale_part
        dbias += bias_part


def normalize_rows_gradient(dy: Array, z: Array, inverse: Array, scale: Array) -> tuple[Array, Array, Array]:
    """Return the gradients of input, scale and bias."""
    dx, dscale, dbias = np.empty(dy.shape, dy.dtype), np.empty_like(scale), np.empty_like(scale)
    _normalize_rows_gradient(dy, z, inverse, scale, dx, dscale, dbias)
    return dx, dscale, dbias
