"""Reshaping each sample to one axis, and back.

No number is changed, so the derivative is the way back: ``dy`` in the shape of the input. That shape is cached.
"""

from __future__ import annotations

import math

from fnn.arrays import Array, Shape
from fnn.errors import ShapeError


def flatten_forward(x: Array) -> tuple[Array, Shape]:
    """Return ``x`` with all axes but the first made one, in C order, and the cache, which is the shape of ``x``.

    Shapes: x (batch, ...), y (batch, features), where features is the product of the other axes' sizes: 1 if there are
    none. ``y`` is a view where NumPy can make one. Raises ShapeError for an array without axes.

    >>> import numpy as np
    >>> flatten_forward(np.zeros((5, 28, 28)))[0].shape
    (5, 784)
    """
    if x.ndim < 1:
        raise ShapeError("flatten", "x of shape (batch, ...)", "shape ()", "Put samples along a first axis.")
    return x.reshape(x.shape[0], math.prod(x.shape[1:])), x.shape


def flatten_backward(dy: Array, shape: Shape) -> Array:
    """Return ``dx``, which is ``dy`` in the shape of the input.

    >>> import numpy as np
    >>> flatten_backward(np.ones((5, 6)), (5, 2, 3)).shape
    (5, 2, 3)
    """
    return dy.reshape(shape)
