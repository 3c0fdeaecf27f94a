"""The softsign ``x / (1 + |x|)`` and its derivative.

    d = 1 + |x|        y = x / d        dy/dx = (d - x sign x) / d^2 = 1 / d^2

for ``x sign x = |x|``: at 0 the slope is 1 from both sides, there is no kink. Like tanh it goes from -1 to 1, but with
tails that fall as ``1 / x^2`` and not exponentially. ``d`` is cached rather than ``y``, for ``1 - |y| = 1 / d`` loses
its digits in the tails.
"""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array


def softsign_forward(x: Array) -> tuple[Array, Array]:
    """Return ``x / (1 + |x|)`` in [-1, 1], of the shape of ``x`` (any), and the cache ``1 + |x|``.

    Reference: Bergstra, Desjardins, Lamblin, Bengio (2009), "Quadratic polynomials learn better image features".

    >>> softsign_forward(np.array([-1.0, 0.0, 3.0]))[0]
    array([-0.5 ,  0.  ,  0.75])
    """
    d: Array = 1 + np.maximum(x, -x)
    y: Array = x / d
    return y, d


def softsign_backward(dy: Array, d: Array) -> Array:
    """Return ``dx = dy / d^2``.

    >>> softsign_backward(np.array([8.0]), np.array([2.0]))
    array([2.])
    """
    dx: Array = dy / d / d  # in this order the square cannot overflow
    return dx
