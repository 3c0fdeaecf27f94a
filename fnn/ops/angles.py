"""The angles of positions, ``t w_i`` with ``w_i = base^(-2i / features)``, which waves and rotations are made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fnn.arrays import IntArray


def angles(positions: IntArray, features: int, *, base: float = 10000.0) -> NDArray[np.float64]:
    """Return the angles of the given positions (...): shape (..., features / 2 rounded up).

    In float64: the angle of a late position has digits that float32 lacks.

    >>> angles(np.arange(3), 4).tolist()
    [[0.0, 0.0], [1.0, 0.01], [2.0, 0.02]]
    """
    frequencies = base ** (-np.arange(0, features, 2) / features)
    return positions[..., None] * frequencies
