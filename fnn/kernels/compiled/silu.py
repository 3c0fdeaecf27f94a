"""The sigmoid linear unit."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.kernels.compiled.functions import exp
from fnn.kernels.compiled.options import loop


@loop
def _silu(x: Array, y: Array, s: Array) -> None:
    one = x.dtype.type(1)
    for i in range(x.size):
        share = one / (one + exp(-x[i]))  # not the sigmoid by tanh, which has no digits left where it is small
        s[i] = share
        y[i] = x[i] * share


def silu(x: Array) -> tuple[Array, Array]:
    """Return the output and the sigmoid."""
    y, s = np.empty(x.shape, x.dtype), np.empty(x.shape, x.dtype)
    _silu(x.reshape(-1), y.reshape(-1), s.reshape(-1))
    return y, s


@loop
def _silu_gradient(dy: Array, y: Array, s: Array, dx: Array) -> None:
    one = dy.dtype.type(1)
    for i in range(dy.size):
        dx[i] = dy[i] * (s[i] + y[i] * (one - s[i]))


def silu_gradient(dy: Array, y: Array, s: Array) -> Array:
    """Return the gradient of the input."""
    dx = np.empty(dy.shape, dy.dtype)
    _silu_gradient(dy.reshape(-1), y.reshape(-1), s.reshape(-1), dx.reshape(-1))
    return dx
