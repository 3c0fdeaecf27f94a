"""The Gaussian error linear unit; the mathematics stands in `fnn.ops.gelu`, and in `fnn.ops.gelu_tanh` by tanh."""

from __future__ import annotations

import math

import numpy as np

from fnn.arrays import Array
from fnn.kernels.choice import kernel
from fnn.kernels.erf import erfc

ROOT = math.sqrt(2 / math.pi)
CUBIC = 0.044715


@kernel
def gelu(x: Array) -> tuple[Array, Array]:
    """Return ``x Phi(x)`` and the derivative ``Phi(x) + x phi(x)``.

    >>> gelu(np.array([0.0, 100.0]))
    (array([  0., 100.]), array([0.5, 1. ]))
    """
    distribution: Array = 0.5 * erfc(x * -math.sqrt(0.5))
    y: Array = x * distribution
    c: Array = np.clip(x, -40, 40, out=np.empty_like(x))
    slope: Array = np.multiply(c, c, out=np.empty_like(c))
    slope *= -0.5
    np.exp(slope, out=slope)
    slope *= c
    slope *= 1 / math.sqrt(2 * math.pi)
    slope += distribution
    return y, slope


@kernel
def gelu_tanh(x: Array) -> tuple[Array, Array]:
    """Return ``x (1 + t) / 2`` with ``t = tanh(u)``, and the derivative ``(1 + t + x (1 - t^2) u') / 2``.

    >>> gelu_tanh(np.array([0.0, 100.0]))
    (array([  0., 100.]), array([0.5, 1. ]))
    """
    c: Array = np.clip(x, -10, 10, out=np.empty_like(x))
    slope: Array = np.multiply(c, c, out=np.empty_like(c))
    t: Array = np.multiply(slope, CUBIC, out=np.empty_like(c))
    t += 1
    t *= c
    t *= ROOT
    np.tanh(t, out=t)
    slope *= 3 * CUBIC
    slope += 1
    slope *= ROOT
    slope *= c
    np.multiply(t, t, out=c)
    np.subtract(1, c, out=c)
    slope *= c
    t += 1
    slope += t
    slope *= 0.5
    t *= 0.5
    t *= x
    return t, slope
