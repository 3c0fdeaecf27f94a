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
    """Return ``x Phi(x)`` and ``Phi(x)``.

    >>> gelu(np.array([0.0, 100.0]))
    (array([  0., 100.]), array([0.5, 1. ]))
    """
    distribution: Array = 0.5 * erfc(x * -math.sqrt(0.5))
    y: Array = x * distribution
    return y, distribution


@kernel
def gelu_gradient(dy: Array, x: Array, distribution: Array) -> Array:
    """Return ``dy (Phi(x) + x phi(x))``.

    >>> gelu_gradient(np.array([2.0]), np.array([0.0]), np.array([0.5]))
    array([1.])
    """
    x = np.clip(x, -40, 40)
    density: Array = np.exp(-0.5 * x * x) * (1 / math.sqrt(2 * math.pi))
    dx: Array = dy * (distribution + x * density)
    return dx


@kernel
def gelu_tanh(x: Array) -> tuple[Array, Array]:
    """Return ``x (1 + t) / 2`` and ``t = tanh(u)``.

    >>> gelu_tanh(np.array([0.0, 100.0]))
    (array([  0., 100.]), array([0., 1.]))
    """
    c = _clipped(x)
    t: Array = np.tanh(ROOT * (c + CUBIC * c * c * c))
    y: Array = x * (0.5 * (1 + t))
    return y, t


@kernel
def gelu_tanh_gradient(dy: Array, x: Array, t: Array) -> Array:
    """Return ``dy ((1 + t) / 2 + x (1 - t^2) u' / 2)``.

    >>> gelu_tanh_gradient(np.array([2.0]), np.array([0.0]), np.array([0.0]))
    array([1.])
    """
    c = _clipped(x)
    slope: Array = ROOT * (1 + 3 * CUBIC * c * c)
    dx: Array = dy * (0.5 * (1 + t) + 0.5 * c * (1 - t * t) * slope)
    return dx


def _clipped(x: Array) -> Array:
    """Bound ``x``, so that its powers cannot overflow: beyond 10 tanh is 1, or -1, to the last bit."""
    clipped: Array = np.clip(x, -10, 10)
    return clipped
