"""Standardizing sets of entries; the mathematics stands in `fnn.ops.standardize`."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.kernels.choice import kernel


@kernel
def standardize(
    x: Array, scale: Array, bias: Array, groups: int, eps: float
) -> tuple[Array, Array, Array, Array, Array]:
    """Return ``y = scale z + bias``, the standardized ``z``, one over the deviations, the means and the variances.

    Shapes: x, y and z (blocks, positions, channels), scale and bias (channels,), the others (blocks, 1, channels), the
    same within a group.

    >>> y, z, inverse, mean, variance = standardize(np.array([[[1.0], [5.0]]]), np.ones(1), np.ones(1), 1, 1e-20)
    >>> y.ravel(), inverse.item(), mean.item(), variance.item()
    (array([0., 2.]), 0.5, 3.0, 4.0)
    """
    positions = x.shape[1]
    mean = _mean_of_group(np.ones(positions, x.dtype) @ x, positions, groups)
    z: Array = x - mean
    variance = _mean_of_group(np.einsum("bpc,bpc->bc", z, z), positions, groups)
    inverse: Array = 1 / np.sqrt(variance + eps)
    z *= inverse
    y: Array = z * scale
    y += bias
    return y, z, inverse, mean, variance


@kernel
def standardize_gradient(dy: Array, z: Array, inverse: Array, scale: Array, groups: int) -> tuple[Array, Array, Array]:
    """Return the gradients of x (blocks, positions, channels), scale and bias (channels,).

    >>> z, ones = np.array([[[-1.0], [1.0]]]), np.ones(1)
    >>> dx, dscale, dbias = standardize_gradient(np.array([[[1.0], [0.0]]]), z, np.ones((1, 1, 1)), ones, 1)
    >>> dx.ravel(), dscale, dbias
    (array([0., 0.]), array([-1.]), array([1.]))
    """
    positions = dy.shape[1]
    sums: Array = np.ones(positions, dy.dtype) @ dy
    products: Array = np.einsum("bpc,bpc->bc", dy, z)
    # The factors of dy, z and 1 are small arrays, for the scale is the same in all positions.
    dx: Array = dy * (scale * inverse)
    dx -= z * (inverse * _mean_of_group(scale * products, positions, groups))
    dx -= inverse * _mean_of_group(scale * sums, positions, groups)
    return dx, products.sum(axis=0), sums.sum(axis=0)


def _mean_of_group(sums: Array, positions: int, groups: int) -> Array:
    """From sums over the positions (blocks, channels) to the means over groups of channels, (blocks, 1, channels)."""
    blocks, channels = sums.shape
    means: Array = sums.reshape(blocks, groups, -1).sum(axis=-1) / (positions * (channels // groups))
    return np.repeat(means, channels // groups, axis=-1)[:, None]
