"""The unit gated by swish; the mathematics stands in `fnn.ops.swiglu`."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.kernels.choice import kernel


@kernel
def swiglu(x: Array) -> tuple[Array, Array]:
    """Return ``a b s`` and ``s = 1 / (1 + e^-b)`` for ``x = [a, b]``, halved along the last axis.

    >>> swiglu(np.array([[3.0, 0.0]])), swiglu(np.array([[3.0, 100.0]]))
    ((array([[0.]]), array([[0.5]])), (array([[300.]]), array([[1.]])))
    """
    a, b = _halves(x)
    with np.errstate(over="ignore"):
        s: Array = 1 / (1 + np.exp(-b))
    y: Array = a * (b * s)
    return y, s


@kernel
def swiglu_gradient(dy: Array, x: Array, s: Array) -> Array:
    """Return ``[dy g, dy a (s + g (1 - s))]`` with ``g = b s``.

    >>> swiglu_gradient(np.array([[1.0]]), np.array([[4.0, 0.0]]), np.array([[0.5]]))
    array([[0., 2.]])
    """
    a, b = _halves(x)
    g: Array = b * s
    dx: Array = np.concatenate([dy * g, dy * a * (s + g * (1 - s))], axis=-1)
    return dx


def _halves(x: Array) -> tuple[Array, Array]:
    middle = x.shape[-1] // 2
    return x[..., :middle], x[..., middle:]
