"""The Gaussian error linear unit in its tanh approximation, and its derivative.

    u = sqrt(2 / pi) (x + 0.044715 x^3)        t = tanh u        y = x (1 + t) / 2
    dy/dx = (1 + t) / 2 + x (1 - t^2) u' / 2   with  u' = sqrt(2 / pi) (1 + 3 * 0.044715 x^2)

by the product and the chain rule. It differs from the exact function by less than 5e-4, and is the one to take where
weights were trained with it. The derivative is computed along with ``y``, with which it has ``t`` in common, and is
what is cached. ``u`` is computed of ``x`` clipped to [-10, 10], beyond which ``t`` is 1, or -1, to the last bit, so
that no power of ``x`` overflows.
"""

from __future__ import annotations

from fnn.arrays import Array, check_dy
from fnn.kernels import gelu_tanh


def gelu_tanh_forward(x: Array) -> tuple[Array, Array]:
    """Return ``x (1 + t) / 2``, of the shape of ``x`` (any), and the cache, ``dy/dx``.

    Reference: Hendrycks and Gimpel (2016), "Gaussian error linear units (GELUs)", sec. 2.

    >>> import numpy as np
    >>> gelu_tanh_forward(np.array([-1000.0, -1.0, 0.0, 1.0, 1000.0]))[0].round(6).tolist()
    [-0.0, -0.158808, 0.0, 0.841192, 1000.0]
    """
    return gelu_tanh(x)


def gelu_tanh_backward(dy: Array, slope: Array) -> Array:
    """Return ``dx = dy ((1 + t) / 2 + x (1 - t^2) u' / 2)``.

    >>> import numpy as np
    >>> gelu_tanh_backward(np.array([2.0]), np.array([0.5]))
    array([1.])
    """
    check_dy(dy, slope, "gelu_tanh")
    return dy * slope
