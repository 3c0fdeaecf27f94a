"""The Gaussian error linear unit, exactly and by tanh."""

from __future__ import annotations

import math

import numpy as np

from fnn.arrays import Array
from fnn.kernels.compiled.functions import erfc, exp, tanh
from fnn.kernels.compiled.options import loop
from fnn.kernels.gelu import CUBIC, ROOT


@loop
def _gelu(x: Array, y: Array, distribution: Array) -> None:
    number = x.dtype.type
    half, root = number(0.5), number(-math.sqrt(0.5))
    for i in range(x.size):
        share = half * erfc(root * x[i])
        distribution[i] = share
        y[i] = x[i] * share


def gelu(x: Array) -> tuple[Array, Array]:
    """Return the output and the distribution."""
    y, distribution = np.empty(x.shape, x.dtype), np.empty(x.shape, x.dtype)
    _gelu(x.reshape(-1), y.reshape(-1), distribution.reshape(-1))
    return y, distribution


@loop
def _gelu_gradient(dy: Array, x: Array, distribution: Array, dx: Array) -> None:
    number = x.dtype.type
    half, factor, bound = number(-0.5), number(1 / math.sqrt(2 * math.pi)), number(40)
    for i in range(x.size):
        c = bound if x[i] > bound else (-bound if x[i] < -bound else x[i])
        dx[i] = dy[i] * (distribution[i] + c * exp(half * c * c) * factor)


def gelu_gradient(dy: Array, x: Array, distribution: Array) -> Array:
    """Return the gradient of the input."""
    dx = np.empty(x.shape, x.dtype)
    _gelu_gradient(dy.reshape(-1), x.reshape(-1), distribution.reshape(-1), dx.reshape(-1))
    return dx


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
