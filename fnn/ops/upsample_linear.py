"""Up-sampling by linear interpolation along each axis of space (bilinear for images), and its derivative.

Entries are taken for the middles of cells, which become ``f`` cells each. The middle of the new cell ``q`` lies at

    r = (q + 1/2) / f - 1/2        brought into [0, size - 1], so that borders are repeated

in units of old cells, and its value is interpolated between the neighbours ``p = floor(r)`` and ``p + 1``:

    y[q] = (1 - u) x[p] + u x[p + 1]        with u = r - p

This is linear: ``y = A x`` with a matrix ``A`` (f size, size) of two entries a row, and so ``dx = A^T dy``. Axes are
independent: each has its matrix, which multiplies all else at once. The matrices are small and are cached.
"""

from __future__ import annotations

import math

import numpy as np

from fnn.arrays import Array
from fnn.errors import ShapeError
from fnn.ops.windows import Sizes, per_axis


def upsample_linear_forward(x: Array, *, factor: Sizes) -> tuple[Array, tuple[Array, ...]]:
    """Return ``x`` interpolated to ``factor`` times its size along each axis of space, and the cache: the matrices.

    Shapes: x (batch, *space, channels), y (batch, *(factor * space), channels). ``factor`` is one number for all axes
    of space, or a tuple of one for each. Raises HyperparameterError for factors below 1, ShapeError for an array
    without axes of space.

    Reference: Press et al. (2007), "Numerical recipes", sec. 3.6, on interpolation along one axis after the other.

    >>> upsample_linear_forward(np.array([[[0.0], [8.0]]]), factor=2)[0].ravel().tolist()
    [0.0, 2.0, 6.0, 8.0]
    """
    if x.ndim < 3 or 0 in x.shape[1:-1]:
        raise ShapeError("upsample_linear", "x of shape (batch, *space, channels)", f"shape {x.shape}")
    factors = per_axis("upsample_linear", x.ndim - 2, "factor", factor)
    matrices = tuple(_matrix(size, f).astype(x.dtype) for size, f in zip(x.shape[1:-1], factors, strict=True))
    for i, matrix in enumerate(matrices):
        x = _along(matrix, x, i + 1)
    return x, matrices


def upsample_linear_backward(dy: Array, matrices: tuple[Array, ...]) -> Array:
    """Return ``dx``, the product of ``dy`` with the transposed matrix of each axis.

    >>> _, matrices = upsample_linear_forward(np.zeros((1, 2, 1)), factor=2)
    >>> upsample_linear_backward(np.array([[[1.0], [0.0], [0.0], [4.0]]]), matrices).ravel().tolist()
    [1.0, 4.0]
    """
    for i, matrix in enumerate(matrices):
        dy = _along(matrix.T, dy, i + 1)
    return dy


def _matrix(size: int, factor: int) -> Array:
    at = ((np.arange(factor * size) + 0.5) / factor - 0.5).clip(0, size - 1)
    matrix: Array = np.maximum(1 - abs(at[:, None] - np.arange(size)), 0)  # a hat over each old cell
    return matrix


def _along(matrix: Array, x: Array, axis: int) -> Array:
    """Multiply by the matrix along one axis."""
    lead, rest = x.shape[:axis], x.shape[axis + 1 :]
    y: Array = matrix @ x.reshape(-1, x.shape[axis], math.prod(rest))
    return y.reshape(*lead, len(matrix), *rest)
