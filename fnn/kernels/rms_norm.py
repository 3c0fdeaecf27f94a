"""Root mean square normalization of rows; the mathematics stands in `fnn.ops.rms_norm`."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.kernels.choice import kernel


@kernel
def rms_rows(x: Array, scale: Array, eps: float) -> tuple[Array, Array, Array]:
    """Return ``y = scale z``, the rows ``z`` of root mean square 1, and one over their roots (rows,).

    Shapes: x, y and z (rows, features), scale (features,).

    >>> rms_rows(np.array([[2.0, 2.0]]), np.array([1.0, 3.0]), 1e-20)
    (array([[1., 3.]]), array([[1., 1.]]), array([0.5]))
    """
    inverse: Array = 1 / np.sqrt(np.einsum("ni,ni->n", x, x) / x.shape[1] + eps)
    z: Array = x * inverse[:, None]
    y: Array = z * scale
    return y, z, inverse


@kernel
def rms_rows_gradient(dy: Array, z: Array, inverse: Array, scale: Array) -> tuple[Array, Array]:
    """Return the gradients of x (rows, features) and scale (features,).

    >>> rms_rows_gradient(np.array([[3.0, 1.0]]), np.array([[1.0, 1.0]]), np.array([0.5]), np.ones(2))
    (array([[ 0.5, -0.5]]), array([3., 1.]))
    """
    dscale: Array = np.einsum("ni,ni->i", dy, z)
    dx: Array = dy * scale
    slopes: Array = np.einsum("ni,ni->n", dx, z) / len(scale)
    dx -= z * slopes[:, None]
    dx *= inverse[:, None]
    return dx, dscale
