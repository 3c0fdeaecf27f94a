"""The product of each window with the kernels of a convolution, without a copy of the windows.

Of windows of few numbers the copy takes longer than the product. Where they have many, or only one tap, the linear
algebra library is as fast, and may use several threads; nor is a block worth it most of whose columns are not used.
"""

from __future__ import annotations

import math

from numpy.lib.stride_tricks import as_strided

from fnn.arrays import Array
from fnn.kernels import convolution
from fnn.kernels.choice import reference
from fnn.kernels.compiled.options import loop
from fnn.kernels.compiled.product import panels
from fnn.kernels.compiled.tile import COLUMNS, FUSED, ROWS, add_product

_FEW = 160  # numbers of a window
_SHORT = 4  # numbers that lie side by side are slow to copy if they are fewer


@loop
def _window_products(windows: Array, weight: Array, y: Array) -> None:
    width = weight.shape[2]
    for n in range(len(y)):
        y[n] = 0
        for p in range(len(weight)):
            left = p * width
            for i in range(y.shape[1]):
                for j in range(0, y.shape[2], ROWS):
                    add_product(windows[n, i, j : j + ROWS], weight[p], y[n, i, j : j + ROWS, left : left + width])


def window_products(windows: Array, weight: Array, y: Array) -> None:
    """Overwrite y."""
    *kernel, inputs, outputs = weight.shape
    depth = math.prod(kernel) * inputs
    fits = FUSED and len(kernel) <= 2 and windows.dtype == weight.dtype == y.dtype
    copied = math.prod(kernel) > 1 and depth <= _FEW
    filled = 2 * y.shape[-2] >= ROWS and (4 * outputs * y.itemsize >= COLUMNS or inputs < _SHORT)
    if not (fits and copied and filled):
        reference(convolution.window_products)(windows, weight, y)
        return
    if len(kernel) == 1:
        windows, y, kernel = windows[:, None, :, None], y[:, None], [1, *kernel]
    *outer, across, beside = windows.strides
    if across == inputs * beside:  # what a window meets in a line lies side by side: one loop goes through it
        shape = (*windows.shape[:-2], 1, kernel[1] * inputs)
        windows = as_strided(windows, shape, (*outer, 0, beside), writeable=False)
    _window_products(windows, panels(weight.reshape(depth, outputs)), y)
