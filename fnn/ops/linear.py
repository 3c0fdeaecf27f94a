"""The linear map ``y = x W + b`` and its derivative.

With ``L`` the loss and ``dy = dL/dy``, the chain rule over ``y[n, j] = sum_i x[n, i] W[i, j] + b[j]`` gives

    dL/dx[n, i] = sum_j dy[n, j] W[i, j]    so  dx = dy W^T
    dL/dW[i, j] = sum_n x[n, i] dy[n, j]    so  dW = x^T dy
    dL/db[j]    = sum_n dy[n, j]            so  db = the column sums of dy

The inputs ``x`` and ``W`` are cached: each is the other's derivative.
"""

from __future__ import annotations

from typing import TypeAlias

from fnn.arrays import Array
from fnn.errors import ShapeError

LinearCache: TypeAlias = tuple[Array, Array]


def linear_forward(x: Array, weight: Array, bias: Array | None = None) -> tuple[Array, LinearCache]:
    """Return ``x @ weight + bias`` and the cache ``(x, weight)``.

    Shapes: x (..., inputs), weight (inputs, outputs), bias (outputs,) or None for no bias; y (..., outputs).
    Raises ShapeError if these do not agree.

    Reference: Rumelhart, Hinton, Williams (1986), "Learning representations by back-propagating errors", eq. 1.

    >>> import numpy as np
    >>> y, _ = linear_forward(np.array([[1.0, 2.0, 3.0]]), np.array([[0.2], [0.8], [-0.5]]), np.array([2.0]))
    >>> y
    array([[2.3]])
    """
    if weight.ndim != 2 or x.ndim < 1 or x.shape[-1] != weight.shape[0]:
        raise ShapeError("linear", "x (..., inputs) and weight (inputs, outputs)", f"{x.shape} and {weight.shape}")
    y: Array = x.reshape(-1, x.shape[-1]) @ weight
    if bias is not None:
        if bias.shape != weight.shape[1:]:
            raise ShapeError("linear", f"bias of shape {weight.shape[1:]}", f"shape {bias.shape}")
        y += bias
    return y.reshape(*x.shape[:-1], -1), (x, weight)


def linear_backward(dy: Array, cache: LinearCache) -> tuple[Array, Array, Array]:
    """Return ``(dx, dweight, dbias)``; all axes of ``dy`` but the last are summed over.

    >>> import numpy as np
    >>> _, cache = linear_forward(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]))
    >>> linear_backward(np.array([[1.0]]), cache)
    (array([[3., 4.]]), array([[1.],
           [2.]]), array([1.]))
    """
    dweight, dbias = linear_backward_params(dy, cache)
    dx: Array = dy.reshape(-1, dy.shape[-1]) @ cache[1].T
    return dx.reshape(cache[0].shape), dweight, dbias


def linear_backward_params(dy: Array, cache: LinearCache) -> tuple[Array, Array]:
    """Return ``(dweight, dbias)`` alone, for input that needs no gradient."""
    x, weight = cache
    if dy.shape != (*x.shape[:-1], weight.shape[1]):
        raise ShapeError("linear", f"dy of the output's shape {(*x.shape[:-1], weight.shape[1])}", f"shape {dy.shape}")
    rows, dy_rows = x.reshape(-1, x.shape[-1]), dy.reshape(-1, dy.shape[-1])
    dweight: Array = rows.T @ dy_rows
    dbias: Array = dy_rows.sum(axis=0)
    return dweight, dbias
