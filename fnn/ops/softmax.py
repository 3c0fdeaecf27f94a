"""The softmax over the last axis and its derivative.

    y_i = e^(x_i) / sum_k e^(x_k)

By the quotient rule its Jacobian is ``J_ij = dy_i/dx_j = y_i (delta_ij - y_j)``, symmetric, and the chain rule gives

    dx_j = sum_i dy_i J_ij = y_j dy_j - y_j sum_i dy_i y_i        so  dx = y (dy - <dy, y>)

with the inner product taken in each row: no Jacobian is ever built. The output is cached; it is all that is needed.

A constant added to a row changes nothing, so the maximum *of each row* is subtracted first: the largest power is then
1, the sum at least 1, and no row can spoil another. A difference too large for the dtype becomes minus infinity, whose
power is 0, the right limit.
"""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.errors import ShapeError


def softmax_forward(x: Array) -> tuple[Array, Array]:
    """Return the softmax of each row, which sums to 1, and the cache, which is the output.

    Shapes: x and y (..., classes). Raises ShapeError for an array without classes.

    Reference: Bridle (1990), "Probabilistic interpretation of feedforward classification network outputs".

    >>> softmax_forward(np.array([4.8, 1.21, 2.385]))[0]
    array([0.89528266, 0.02470831, 0.08000903])
    """
    if x.ndim < 1 or x.shape[-1] < 1:
        hint = "The last axis holds the scores of the classes."
        raise ShapeError("softmax", "x of shape (..., classes)", f"shape {x.shape}", hint)
    with np.errstate(over="ignore"):
        shifted: Array = x - x.max(axis=-1, keepdims=True)
    y: Array = np.exp(shifted)
    y /= y.sum(axis=-1, keepdims=True)
    return y, y


def softmax_backward(dy: Array, y: Array) -> Array:
    """Return ``dx = y (dy - <dy, y>)``, the product of ``dy`` with the Jacobian; each row of it sums to 0.

    >>> softmax_backward(np.array([4.0, 0.0]), np.array([0.5, 0.5]))
    array([ 1., -1.])
    """
    inner: Array = (dy * y).sum(axis=-1, keepdims=True)
    dx: Array = y * (dy - inner)
    return dx
