"""Initializers: pure functions ``(key, shape) -> array`` of float32."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from fnn.arrays import Array
from fnn.random import Key

Initializer: TypeAlias = Callable[[Key, tuple[int, ...]], Array]


def zeros(key: Key, shape: tuple[int, ...]) -> Array:
    """Return zeros.

    >>> zeros(Key(0), (2,))
    array([0., 0.], dtype=float32)
    """
    return np.zeros(shape, np.float32)


def he_normal(key: Key, shape: tuple[int, ...]) -> Array:
    """Return normal numbers of standard deviation ``sqrt(2 / fan_in)``, which keep the variance through ReLU layers.

    Reference: He et al. (2015), "Delving deep into rectifiers", eq. 10.

    >>> bool(abs(he_normal(Key(0), (200, 300)).std() - 0.1) < 0.005)
    True
    """
    values: Array = key.rng().standard_normal(shape, dtype=np.float32)
    values *= math.sqrt(2 / shape[0])
    return values
