"""Standardizing sets of entries.

Rows are summed up by tiles, which stay in the cache and keep rounding small; what stands for a tile is put together in
float64. Moments of two tiles that hold ``m`` and ``n`` rows, with means ``a`` and ``b``, and sums ``s`` and ``t`` of
squared deviations, are joined into the mean ``a + (b - a) n / (m + n)`` and the sum ``s + t + (b - a)^2 m n / (m + n)``
(Chan, Golub, LeVeque 1983, "Algorithms for computing the sample variance").
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fnn.arrays import Array
from fnn.kernels.compiled.options import loop

_ROWS = 128  # of a tile

Sums = NDArray[np.float64]


@loop
def _moments(x: Array, mean: Sums, variance: Sums) -> None:
    """Write the mean and the variance of each column."""
    number, channels = x.dtype.type, x.shape[1]
    middle, squares = np.empty(channels, x.dtype), np.empty(channels, x.dtype)
    mean[:] = 0
    variance[:] = 0
    for start in range(0, x.shape[0], _ROWS):
        stop = min(start + _ROWS, x.shape[0])
        middle[:] = 0
        squares[:] = 0
        for p in range(start, stop):
            for c in range(channels):
                middle[c] += x[p, c]
        for c in range(channels):
            middle[c] /= number(stop - start)
        for p in range(start, stop):
            for c in range(channels):
                difference = x[p, c] - middle[c]
                squares[c] += difference * difference
        share = (stop - start) / stop
        for c in range(channels):
            step = middle[c] - mean[c]
            mean[c] += share * step
            variance[c] += squares[c] + share * start * step * step
    for c in range(channels):
        variance[c] /= x.shape[0]


@loop
def _mean_of_group(values: Sums, groups: int) -> None:
    """Overwrite the values of each group by their mean."""
    width = values.size // groups
    for start in range(0, values.size, width):
        values[start : start + width] = values[start : start + width].sum() / width


@loop
def _standardize(
    x: Array, scale: Array, bias: Array, groups: int, eps: float, y: Array, z: Array, statistics: tuple[Any, ...]
) -> None:
    inverse, mean, variance = statistics
    channels = x.shape[2]
    own, means, variances = np.empty(channels), np.empty(channels), np.empty(channels)
    for b in range(x.shape[0]):
        _moments(x[b], own, variances)
        means[:] = own
        _mean_of_group(means, groups)
        for c in range(channels):
            variances[c] += (own[c] - means[c]) ** 2
        _mean_of_group(variances, groups)
        for c in range(channels):
            mean[b, 0, c] = means[c]
            variance[b, 0, c] = variances[c]
            inverse[b, 0, c] = 1 / np.sqrt(variances[c] + eps)
        middle, factor = mean[b, 0], inverse[b, 0]
        for p in range(x.shape[1]):
            for c in range(channels):
                value = (x[b, p, c] - middle[c]) * factor[c]
                z[b, p, c] = value
                y[b, p, c] = value * scale[c] + bias[c]


def standardize(
    x: Array, scale: Array, bias: Array, groups: int, eps: float
) -> tuple[Array, Array, Array, Array, Array]:
    """Return y, z, one over the deviations, means and variances."""
    y, z = np.empty(x.shape, x.dtype), np.empty(x.shape, x.dtype)
    inverse, mean, variance = (np.empty((x.shape[0], 1, x.shape[2]), x.dtype) for _ in range(3))
    _standardize(x, scale, bias, groups, eps, y, z, (inverse, mean, variance))
    return y, z, inverse, mean, variance


@loop
def _sums_and_products(dy: Array, z: Array, sums: Sums, products: Sums) -> None:
    """Write the sums over the rows of dy and of dy z."""
    channels = dy.shape[1]
    sums_part, products_part = np.empty(channels, dy.dtype), np.empty(channels, dy.dtype)
    sums[:] = 0
    products[:] = 0
    for start in range(0, dy.shape[0], _ROWS):
        sums_part[:] = 0
        products_part[:] = 0
        for p in range(start, min(start + _ROWS, dy.shape[0])):
            for c in range(channels):
                sums_part[c] += dy[p, c]
                products_part[c] += dy[p, c] * z[p, c]
        sums += sums_part
        products += products_part


@loop
def _standardize_gradient(
    dy: Array, z: Array, inverse: Array, scale: Array, groups: int, dx: Array, dscale: Sums, dbias: Sums
) -> None:
    positions, channels = dy.shape[1:]
    sums, products = np.empty(channels), np.empty(channels)
    shift, slope, factor = np.empty_like(scale), np.empty_like(scale), np.empty_like(scale)
    dscale[:] = 0
    dbias[:] = 0
    for b in range(dy.shape[0]):
        _sums_and_products(dy[b], z[b], sums, products)
        dscale += products
        dbias += sums
        sums *= scale
        products *= scale
        _mean_of_group(sums, groups)
        _mean_of_group(products, groups)
        for c in range(channels):
            shift[c] = inverse[b, 0, c] * sums[c] / positions
            slope[c] = inverse[b, 0, c] * products[c] / positions
            factor[c] = inverse[b, 0, c] * scale[c]
        for p in range(positions):
            for c in range(channels):
                dx[b, p, c] = dy[b, p, c] * factor[c] - z[b, p, c] * slope[c] - shift[c]


def standardize_gradient(dy: Array, z: Array, inverse: Array, scale: Array, groups: int) -> tuple[Array, Array, Array]:
    """Return the gradients of input, scale and bias."""
    dx, dscale, dbias = np.empty(dy.shape, dy.dtype), np.empty(scale.shape), np.empty(scale.shape)
    _standardize_gradient(dy, z, inverse, scale, groups, dx, dscale, dbias)
    return dx, dscale.astype(dy.dtype), dbias.astype(dy.dtype)
