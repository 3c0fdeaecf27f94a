"""The unit gated by swish."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.kernels.compiled.functions import exp
from fnn.kernels.compiled.options import loop


@loop
def _swiglu(x: Array, y: Array, s: Array) -> None:
    one, features = x.dtype.type(1), y.shape[1]
    for n in range(x.shape[0]):
        for i in range(features):
            gate = x[n, features + i]
            share = one / (one + exp(-gate))
            s[n, i] = share
            y[n, i] = x[n, i] * gate * share


def swiglu(x: Array) -> tuple[Array, Array]:
    """Return the output and the sigmoid."""
    rows = x.reshape(-1, x.shape[-1])
    y, s = (np.empty((len(rows), x.shape[-1] // 2), x.dtype) for _ in range(2))
    _swiglu(rows, y, s)
    shape = (*x.shape[:-1], y.shape[1])
    return y.reshape(shape), s.reshape(shape)


@loop
def _swiglu_gradient(dy: Array, x: Array, s: Array, dx: Array) -> None:
    one, features = x.dtype.type(1), dy.shape[1]
    for n in range(x.shape[0]):
        for i in range(features):
            gate = x[n, features + i] * s[n, i]
            dx[n, i] = dy[n, i] * gate
            dx[n, features + i] = dy[n, i] * x[n, i] * (s[n, i] + gate * (one - s[n, i]))


def swiglu_gradient(dy: Array, x: Array, s: Array) -> Array:
    """Return the gradient of the input."""
    dx = np.empty(x.shape, x.dtype)
    _swiglu_gradient(*(array.reshape(-1, array.shape[-1]) for array in (dy, x, s, dx)))
    return dx
