"""Layer normalization of rows; the mathematics stands in `fnn.ops.layer_norm`."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.kernels.choice import kernel


@kernel
def normalize_rows(x: Array, scale: Array, bias: Array, eps: float) -> tuple[Array, Array, Array]:
    """Return ``y = scale z + bias``, the standardized rows ``z``, and one over their deviations (rows,).

    Shapes: x, y and z (rows, features), scale and bias (features,).

    >>> normalize_rows(np.array([[1.0, 3.0]]), np.ones(2), np.ones(2), 1e-20)
    (array([[0., 2.]]), array([[-1.,  1.]]), array([1.]))
    """
    z: Array = x - _means(x)[:, None]
    variance: Array = np.einsum("ni,ni->n", z, z) / x.shape[1]
    inverse: Array = 1 / np.sqrt(variance + eps)
    z *= inverse[:, None]
    y: Array = z * scale
    y += bias
    return y, z, inverse


@kernel
def normalize_rows_gradient(dy: Array, z: Array, inverse: Array, scale: Array) -> tuple[Array, Array, Array]:
    """Return the gradients of x (rows, features), scale and bias (features,).

    >>> normalize_rows_gradient(np.array([[1.0, 0.0]]), np.array([[-1.0, 1.0]]), np.ones(1), np.ones(2))
    (array([[0., 0.]]), array([-1.,  0.]), array([1., 0.]))
    """
    dscale: Array = np.einsum("ni,ni->i", dy, z)
    dbias: Array = np.ones(len(dy), dy.dtype) @ dy
    dx: Array = dy * scale
    means, slopes = _means(dx), np.einsum("ni,ni->n", dx, z) / len(scale)
    dx -= z * slopes[:, None]
    dx -= means[:, None]
    dx *= inverse[:, None]
    return dx, dscale, dbias


def _means(rows: Array) -> Array:
    """Means of rows, as a product with ones: NumPy's sum is slow over short rows."""
    means: Array = rows @ np.ones(rows.shape[-1], rows.dtype)
    means /= rows.shape[-1]
    return means
