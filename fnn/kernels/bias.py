"""A bias and a rectifier, after a matrix product."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.kernels.choice import kernel


@kernel
def add_bias_relu(z: Array, bias: Array) -> None:
    """Overwrite ``z`` (rows, columns) with ``max(z + bias, 0)``, ``bias`` (columns,); NaN stays NaN.

    >>> z = np.array([[1.0, 1.0]])
    >>> add_bias_relu(z, np.array([1.0, -3.0]))
    >>> z
    array([[2., 0.]])
    """
    z += bias
    np.maximum(z, 0, out=z)


@kernel
def relu_bias_gradients(dy: Array, y: Array) -> tuple[Array, Array]:
    """Return ``dz``, which is ``dy`` where ``y > 0`` and 0 elsewhere, and its column sums; all (rows, columns).

    >>> relu_bias_gradients(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[0.0, 5.0], [0.0, 5.0]]))
    (array([[0., 2.],
           [0., 4.]]), array([0., 6.]))
    """
    dz: Array = dy * (y > 0)
    sums: Array = dz.sum(axis=0)
    return dz, sums
