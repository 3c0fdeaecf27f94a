"""The identity ``y = x`` and its derivative, which is 1: what an output layer for regression ends in."""

from __future__ import annotations

from fnn.arrays import Array


def identity_forward(x: Array) -> tuple[Array, None]:
    """Return ``x`` itself, no copy, of any shape; nothing is cached.

    >>> import numpy as np
    >>> identity_forward(np.array([-1.0, 2.0]))
    (array([-1.,  2.]), None)
    """
    return x, None


def identity_backward(dy: Array, cache: None) -> Array:
    """Return ``dx = dy``.

    >>> import numpy as np
    >>> identity_backward(np.array([3.0]), None)
    array([3.])
    """
    return dy
