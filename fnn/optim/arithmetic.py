"""The array arithmetic that several optimizers share: few passes over memory, and every result in its leaf's dtype.

Results are written with ``out=``, for ``x * factor`` makes a scalar of a 0-d array, and float64 of a float32 array
where ``factor`` is a NumPy float64.
"""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array, freeze


def scaled(x: Array, factor: float) -> Array:
    """Return ``factor * x`` as a new array.

    >>> scaled(np.ones(2, np.float32), np.float64(0.5))
    array([0.5, 0.5], dtype=float32)
    """
    return np.multiply(x, factor, out=np.empty_like(x))


def average(old: Array, new: Array, decay: float, work: Array) -> Array:
    """Return ``decay * old + (1 - decay) * new`` as a new read-only array; overwrites ``work``, which may be ``new``.

    >>> average(np.array([4.0]), np.array([8.0]), 0.75, np.empty(1))
    array([5.])
    """
    result = scaled(old, decay)
    result += np.multiply(new, 1 - decay, out=work)
    return freeze(result)


def moments(g: Array, mean: Array, square: Array, beta1: float, beta2: float, work: Array) -> tuple[Array, Array]:
    """Return the running means of the gradients and of their squares, one step on; overwrites ``work``.

    >>> moments(np.array([4.0]), np.zeros(1), np.zeros(1), 0.5, 0.75, np.empty(1))
    (array([2.]), array([4.]))
    """
    new_mean = average(mean, g, beta1, work)
    return new_mean, average(square, np.multiply(g, g, out=work), beta2, work)


def descend(w: Array, direction: Array, square: Array, rate: float, eps: float, work: Array) -> Array:
    """Return ``w - rate * direction / (sqrt(square) + eps)``, written into ``work``.

    >>> descend(np.array([1.0]), np.array([6.0]), np.array([4.0]), 0.1, 1.0, np.empty(1))
    array([0.8])
    """
    np.sqrt(square, out=work)
    work += eps
    np.divide(direction, work, out=work)
    work *= -rate
    work += w
    return work
