"""The Gaussian error linear unit, exactly and by tanh."""

from __future__ import annotations

import math

import numpy as np

from fnn.arrays import Array
from fnn.kernels.compiled.functions import erfc, exp, tanh
from fnn.kernels.compiled.options import loop
from fnn.kernels.gelu import CUBIC, ROOT


@loop
def _gelu(x: Array, y: Array, slope: Array) -> None:
    number = x.dtype.type
    half, root, factor, bound = number(0.5), number(-math.sqrt(0.5)), number(1 / math.sqrt(2 * math.pi)), number(40)
    for i in range(x.size):
        share = half * erfc(root * x[i])
        c = bound if x[i] > bound else (-bound if x[i] < -bound else x[i])
        y[i] = x[i] * share
        slope[i] = share + c * exp(-half * c * c) * factor


def gelu(x: Array) -> tuple[Array, Array]:
    """Return the output and the derivative."""
    y, slope = np.empty(x.shape, x.dtype), np.empty(x.shape, x.dtype)
    _gelu(x.reshape(-1), y.reshape(-1), slope.reshape(-1))
    return y, slope


@loop
def _gelu_tanh(x: Array, y: Array, slope: Array) -> None:
    number = x.dtype.type
    root, cubic, half, one, bound = number(ROOT), number(CUBIC), number(0.5), number(1), number(10)
    three = number(3)
    for i in range(x.size):
        c = bound if x[i] > bound else (-bound if x[i] < -bound else x[i])
        power = cubic * c * c
        t = tanh(root * c * (one + power))
        y[i] = x[i] * (half * (one + t))
        slope[i] = half * (one + t + c * (one - t * t) * root * (one + three * power))


def gelu_tanh(x: Array) -> tuple[Array, Array]:
    """Return the output and the derivative."""
    y, slope = np.empty(x.shape, x.dtype), np.empty(x.shape, x.dtype)
    _gelu_tanh(x.reshape(-1), y.reshape(-1), slope.reshape(-1))
    return y, slope
