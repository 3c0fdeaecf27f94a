"""The product of each window that slides over an image or a signal with the kernels of a convolution."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.kernels.choice import kernel


@kernel
def window_products(windows: Array, weight: Array, y: Array) -> None:
    """Write into ``y`` the sums of what the windows meet, times the weight.

    Shapes: windows (batch, *positions, *kernel, inputs), a view; weight (*kernel, inputs, outputs), y (batch,
    *positions, outputs), contiguous.

    >>> windows, y = np.array([[[[1.0], [2.0]], [[2.0], [3.0]]]]), np.empty((1, 2, 1))
    >>> window_products(windows, np.array([[[10.0]], [[1.0]]]), y)
    >>> y.ravel()
    array([12., 23.])
    """
    matrix = weight.reshape(-1, weight.shape[-1])
    np.matmul(windows.reshape(-1, len(matrix)), matrix, out=y.reshape(-1, y.shape[-1]))
