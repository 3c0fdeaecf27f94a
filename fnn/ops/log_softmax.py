"""The logarithm of the softmax over the last axis and its derivative.

    y_i = x_i - log sum_k e^(x_k)        dy_i/dx_j = delta_ij - e^(y_j)

for ``e^(x_j) / sum_k e^(x_k) = e^(y_j)``, the softmax. The chain rule gives

    dx_j = sum_i dy_i (delta_ij - e^(y_j)) = dy_j - e^(y_j) sum_i dy_i

The output is cached. The maximum of each row is subtracted first, which changes nothing: no power overflows, and the
sum is at least 1, so that its logarithm is finite; the logarithm of a softmax that has become 0 would not be.
"""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.errors import ShapeError


def log_softmax_forward(x: Array) -> tuple[Array, Array]:
    """Return the logarithms of the softmax of each row, at most 0, and the cache, which is the output.

    Shapes: x and y (..., classes). Raises ShapeError for an array without classes.

    Reference: Bridle (1990), "Probabilistic interpretation of feedforward classification network outputs"; Blanchard,
    Higham, Higham (2021), "Accurately computing the log-sum-exp and softmax functions".

    >>> log_softmax_forward(np.array([0.0, -1000.0]))[0]
    array([    0., -1000.])
    """
    if x.ndim < 1 or x.shape[-1] < 1:
        hint = "The last axis holds the scores of the classes."
        raise ShapeError("log_softmax", "x of shape (..., classes)", f"shape {x.shape}", hint)
    with np.errstate(over="ignore"):  # a difference too large for the dtype is minus infinity
        y: Array = x - x.max(axis=-1, keepdims=True)
    y -= np.log(np.exp(y).sum(axis=-1, keepdims=True))
    return y, y


def log_softmax_backward(dy: Array, y: Array) -> Array:
    """Return ``dx = dy - exp(y) sum(dy)``, the sum taken in each row; each row of the result sums to 0.

    >>> log_softmax_backward(np.array([4.0, 0.0]), np.log([0.5, 0.5]))
    array([ 2., -2.])
    """
    total: Array = dy.sum(axis=-1, keepdims=True)
    dx: Array = dy - np.exp(y) * total
    return dx
