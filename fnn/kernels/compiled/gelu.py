"""The Gaussian error linear unit by tanh."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.kernels.compiled.functions import tanh
from fnn.kernels.compiled.options import loop
from fnn.kernels.gelu import CUBIC, ROOT


@loop
def _gelu_tanh(x: Array, y: Array, t: Array) -> None:
    number = x.dtype.type
    root, cubic, half, one, bound = number(ROOT), number(CUBIC), number(0.5), number(1), number(10)
    for i in range(x.size):
        c = bound if x[i] > bound else (-bound if x[i] < -bound else x[i])
        share = tanh(root * (c + cubic * c * c * c))
        t[i] = share
        y[i] = x[i] * (half * (one + share))


def gelu_tanh(x: Array) -> tuple[Array, Array]:
    """Return the output and the tanh."""
    y, t = np.empty(x.shape, x.dtype), np.empty(x.shape, x.dtype)
    _gelu_tanh(x.reshape(-1), y.reshape(-1), t.reshape(-1))
    return y, t


@loop
def _gelu_tanh_gradient(dy: Array, x: Array, t: Array, dx: Array) -> None:
    number = x.dtype.type
    root, cubic, half, one, bound = number(ROOT), number(3 * CUBIC), number(0.5), number(1), number(10)
    for i in range(x.size):
        c = bound if x[i] > bound else (-bound if x[i] < -bound else x[i])
        slope = root * (one + cubic * c * c)
        dx[i] = dy[i] * half * (one + t[i] + c * (one - t[i] * t[i]) * slope)


def gelu_tanh_gradient(dy: Array, x: Array, t: Array) -> Array:
    """Return the gradient of the input."""
    dx = np.empty(x.shape, x.dtype)
    _gelu_tanh_gradient(dy.reshape(-1), x.reshape(-1), t.reshape(-1), dx.reshape(-1))
    return dx
