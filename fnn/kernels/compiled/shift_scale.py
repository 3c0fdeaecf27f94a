"""Columns shifted and scaled."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.kernels.compiled.options import ROWS, loop


@loop
def _shift_scale(x: Array, mean: Array, factor: Array, bias: Array, y: Array) -> None:
    for n in range(x.shape[0]):
        for c in range(x.shape[1]):
            y[n, c] = (x[n, c] - mean[c]) * factor[c] + bias[c]


def shift_scale(x: Array, mean: Array, factor: Array, bias: Array) -> Array:
    """Return the output."""
    y = np.empty(x.shape, x.dtype)
    _shift_scale(x, mean, factor, bias, y)
    return y


@loop
def _shift_scale_gradient(
    dy: Array, x: Array, mean: Array, factor: Array, dx: Array, dfactor: Array, dbias: Array
) -> None:
    dfactor[:] = 0
    dbias[:] = 0
    factor_part, bias_part = np.empty_like(dfactor), np.empty_like(dbias)
    for start in range(0, dy.shape[0], ROWS):
        factor_part[:] = 0
        bias_part[:] = 0
        for n in range(start, min(start + ROWS, dy.shape[0])):
            for c in range(dy.shape[1]):
                dx[n, c] = dy[n, c] * factor[c]
                factor_part[c] += dy[n, c] * (x[n, c] - mean[c])
                bias_part[c] += dy[n, c]
        dfactor += factor_part
        dbias += bias_part


def shift_scale_gradient(dy: Array, x: Array, mean: Array, factor: Array) -> tuple[Array, Array, Array]:
    """Return the gradients of input, factor and bias."""
    dx, dfactor, dbias = np.empty(dy.shape, dy.dtype), np.empty_like(factor), np.empty_like(factor)
    _shift_scale_gradient(dy, x, mean, factor, dx, dfactor, dbias)
    return dx, dfactor, dbias
