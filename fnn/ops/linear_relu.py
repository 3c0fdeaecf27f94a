"""A linear map and a rectifier in one, ``y = max(x W + b, 0)``, and its derivative.

With ``z = x W + b`` the derivative of the rectifier, 1 where ``y > 0`` and 0 elsewhere, stands between those of the
loss and of the linear map:

    dz = dy where y > 0, else 0
    dx = dz W^T        dW = x^T dz        db = the column sums of dz

The two are one op for speed alone: bias and rectifier are applied to the product where it lies, and one pass over
``dy`` gives both ``dz`` and ``db``. The inputs ``x`` and ``W`` are cached, and the output ``y``.
"""

from __future__ import annotations

from typing import NamedTuple

from fnn.arrays import Array, check_dy
from fnn.errors import ShapeError
from fnn.kernels import add_bias_relu, relu_bias_gradients


class LinearReluCache(NamedTuple):
    """What the backward needs."""

    x: Array
    weight: Array
    y: Array


def linear_relu_forward(x: Array, weight: Array, bias: Array) -> tuple[Array, LinearReluCache]:
    """Return ``max(x @ weight + bias, 0)`` and the cache ``(x, weight, y)``.

    Shapes: x (..., inputs), weight (inputs, outputs), bias (outputs,); y (..., outputs). Raises ShapeError if these
    do not agree.

    >>> import numpy as np
    >>> linear_relu_forward(np.array([[1.0, 2.0]]), np.array([[3.0, -3.0], [4.0, -4.0]]), np.array([1.0, 1.0]))[0]
    array([[12.,  0.]])
    """
    if weight.ndim != 2 or x.ndim < 1 or x.shape[-1] != weight.shape[0] or bias.shape != weight.shape[1:]:
        expected = "x (..., inputs), weight (inputs, outputs) and bias (outputs,)"
        raise ShapeError("linear_relu", expected, f"{x.shape}, {weight.shape} and {bias.shape}")
    rows: Array = x.reshape(-1, x.shape[-1]) @ weight
    add_bias_relu(rows, bias)
    y = rows.reshape(*x.shape[:-1], -1)
    return y, LinearReluCache(x, weight, y)


def linear_relu_backward(dy: Array, cache: LinearReluCache) -> tuple[Array, Array, Array]:
    """Return ``(dx, dweight, dbias)``; all axes of ``dy`` but the last are summed over.

    >>> import numpy as np
    >>> _, cache = linear_relu_forward(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]), np.array([1.0]))
    >>> linear_relu_backward(np.array([[1.0]]), cache)
    (array([[3., 4.]]), array([[1.],
           [2.]]), array([1.]))
    """
    dz, dweight, dbias = _behind_input(dy, cache)
    dx: Array = (dz @ cache.weight.T).reshape(cache.x.shape)
    return dx, dweight, dbias


def linear_relu_backward_params(dy: Array, cache: LinearReluCache) -> tuple[Array, Array]:
    """Return ``(dweight, dbias)`` alone, for input that needs no gradient."""
    return _behind_input(dy, cache)[1:]


def _behind_input(dy: Array, cache: LinearReluCache) -> tuple[Array, Array, Array]:
    """Return ``dz`` as rows, ``dweight`` and ``dbias``."""
    x, y = cache.x, cache.y
    check_dy(dy, y, "linear_relu")
    dz, dbias = relu_bias_gradients(dy.reshape(-1, dy.shape[-1]), y.reshape(-1, y.shape[-1]))
    dweight: Array = x.reshape(-1, x.shape[-1]).T @ dz
    return dz, dweight, dbias
