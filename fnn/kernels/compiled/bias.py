"""A bias and a rectifier, after a matrix product."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.kernels.compiled.options import ROWS, loop


@loop
def add_bias_relu(z: Array, bias: Array) -> None:
    """Overwrite z."""
    for i in range(z.shape[0]):
        for j in range(z.shape[1]):
            value = z[i, j] + bias[j]
            z[i, j] = 0 if value < 0 else value


@loop
def _relu_bias_gradients(dy: Array, y: Array, dz: Array, sums: Array) -> None:
    part = np.empty_like(sums)
    sums[:] = 0
    for start in range(0, dy.shape[0], ROWS):
        part[:] = 0
        for i in range(start, min(start + ROWS, dy.shape[0])):
            for j in range(dy.shape[1]):
                value = dy[i, j] if y[i, j] > 0 else 0 * dy[i, j]
                dz[i, j] = value
                part[j] += value
        sums += part


def relu_bias_gradients(dy: Array, y: Array) -> tuple[Array, Array]:
    """Return dz and its column sums."""
    dz, sums = np.empty_like(dy), np.empty(dy.shape[1], dy.dtype)
    _relu_bias_gradients(dy, y, dz, sums)
    return dz, sums
