"""Standardizing, which several normalizations share: mean 0 and variance 1 over sets of entries; and its derivative.

Over each set of ``M`` entries ``x_i``

    m = 1/M sum_i x_i    v = 1/M sum_i (x_i - m)^2    r = 1 / sqrt(v + eps)    z_i = (x_i - m) r    y_i = g_i z_i + b_i

with a scale ``g`` and a bias ``b``. Every ``z_j`` depends on every ``x_i`` of its set: directly, through ``m`` and
through ``r``. The last needs

    dv/dx_i = 2/M (x_i - m) - 2/M dm/dx_i sum_k (x_k - m) = 2/M (x_i - m)      as deviations from the mean add up to 0
    dr/dx_i = -1/2 (v + eps)^(-3/2) dv/dx_i = -r^3 (x_i - m) / M = -r^2 z_i / M

and so, with ``delta_ij`` 1 where ``i = j`` and 0 elsewhere,

    dz_j/dx_i = r (delta_ij - 1/M) + (x_j - m) dr/dx_i = r (delta_ij - 1/M - z_i z_j / M)

The chain rule ``dx_i = sum_j dz_j (dz_j/dx_i)``, where ``dz = g dy`` is the gradient at ``z``, ends in

    dx = r (dz - mean(dz) - z mean(dz z))        dg = sum dy z        db = sum dy

with the means over the set, and the sums over all entries that share the scale. What is taken off is the part of the
gradient along ``1`` and along ``z``: to shift or to stretch ``x`` changes nothing. ``z`` and ``r`` are cached.

``eps`` stands inside of the root: a set that is constant gives 0 rather than a division by 0. The variance is computed
from deviations, after the mean: the mean of squares minus the square of the mean would lose all digits where the mean
is large.

Here samples stand as (blocks, positions, channels), and a set is a group of channels in all positions of one block. The
loops stand in `fnn.kernels.standardize`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from fnn.arrays import Array
from fnn.errors import ShapeError
from fnn.kernels import standardize, standardize_gradient
from fnn.validate import in_range


class Standardized(NamedTuple):
    """What the backward needs, and the statistics: (blocks, 1, channels), equal within a group."""

    z: Array
    inverse: Array
    scale: Array
    groups: int
    mean: Array
    variance: Array


def check_channels(place: str, x: Array, least: int = 2, **vectors: Array) -> None:
    """Refuse ``x`` of fewer than ``least`` axes, and vectors that do not hold one number for each of its channels."""
    axes = "(batch, ..., channels)" if least == 2 else "(batch, *space, channels)"
    for name, vector in vectors.items():
        if x.ndim < least or vector.shape != x.shape[-1:]:
            raise ShapeError(place, f"x {axes} and {name} (channels,)", f"{x.shape} and {vector.shape}")


def check_features(place: str, x: Array, scale: Array, bias: Array | None = None) -> None:
    """Refuse a scale whose axes are not the last of ``x``, or a bias of another shape."""
    if not 1 <= scale.ndim <= x.ndim or x.shape[x.ndim - scale.ndim :] != scale.shape or scale.size == 0:
        raise ShapeError(place, "x (..., *features) and scale (*features)", f"{x.shape} and {scale.shape}")
    if bias is not None and bias.shape != scale.shape:
        raise ShapeError(place, f"bias of the scale's shape {scale.shape}", f"shape {bias.shape}")


def check_eps(place: str, eps: float) -> None:
    """Refuse an ``eps`` that does not keep from dividing by 0."""
    in_range(place, 0, math.inf, low_open=True, high_open=True, eps=eps)


def standardize_forward(x: Array, scale: Array, bias: Array, groups: int, eps: float) -> tuple[Array, Standardized]:
    """Return ``y`` and the cache. Shapes: x and y (blocks, positions, channels), scale and bias (channels,)."""
    y, z, inverse, mean, variance = standardize(x, scale, bias, groups, eps)
    return y, Standardized(z, inverse, scale, groups, mean, variance)


def standardize_backward(dy: Array, cache: Standardized) -> tuple[Array, Array, Array]:
    """Return ``(dx, dscale, dbias)``."""
    z, inverse, scale, groups, _, _ = cache
    return standardize_gradient(dy, z, inverse, scale, groups)
