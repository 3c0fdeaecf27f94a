"""The softplus ``log(1 + exp(x))`` and its derivative, the sigmoid.

    y = log(1 + e^x)        dy/dx = e^x / (1 + e^x) = 1 - 1 / (1 + e^x) = 1 - e^-y

It is computed as ``max(x, 0) + log(1 + e^-|x|)``, which is the same on both sides of 0 and never overflows. The output
is cached; ``-expm1(-y)`` gives the derivative without loss where ``y`` is small.
"""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array


def softplus_forward(x: Array) -> tuple[Array, Array]:
    """Return ``log(1 + exp(x))``, at least 0, of the shape of ``x`` (any), and the cache, which is the output.

    Reference: Dugas et al. (2001), "Incorporating second-order functional knowledge for better option pricing".

    >>> softplus_forward(np.array([-1000.0, 0.0, 1000.0]))[0]
    array([0.00000000e+00, 6.93147181e-01, 1.00000000e+03])
    """
    y: Array = np.maximum(x, 0) + np.log1p(np.exp(np.minimum(x, -x)))
    return y, y


def softplus_backward(dy: Array, y: Array) -> Array:
    """Return ``dx = dy (1 - exp(-y))``.

    >>> softplus_backward(np.array([2.0]), np.array([np.log(2.0)]))
    array([1.])
    """
    dx: Array = dy * -np.expm1(-y)
    return dx
