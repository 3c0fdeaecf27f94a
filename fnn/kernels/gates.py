"""What the references of the gated networks share."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array


def sigmoid_in_place(x: Array) -> None:
    """Turn ``x`` into its sigmoid, ``1/2 + 1/2 tanh(x/2)``, which cannot overflow.

    >>> x = np.array([-1000.0, 0.0, 1000.0])
    >>> sigmoid_in_place(x)
    >>> x
    array([0. , 0.5, 1. ])
    """
    x *= 0.5
    np.tanh(x, out=x)
    x *= 0.5
    x += 0.5
