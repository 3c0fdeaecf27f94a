"""Root mean square normalization, and its derivative.

Each sample, or each step of a sequence, is divided by the root mean square of its ``M`` features, and nothing is
subtracted; then each feature is scaled:

    q = 1/M sum_i x_i^2        r = 1 / sqrt(q + eps)        z_i = x_i r        y_i = scale_i z_i

Every ``z_j`` depends on every ``x_i`` of its row, directly and through ``r``:

    dr/dx_i = -1/2 (q + eps)^(-3/2) 2/M x_i = -r^2 z_i / M
    dz_j/dx_i = r delta_ij + x_j dr/dx_i = r (delta_ij - z_i z_j / M)

and by the chain rule, with ``dz = scale dy`` the gradient at ``z``,

    dx = r (dz - z 1/M sum_i dz_i z_i)        dscale_i = sum over rows of dy_i z_i

What is taken off is the part of the gradient along ``z``: to stretch ``x`` changes nothing. ``z`` and ``r`` are cached.
"""

from __future__ import annotations

from typing import NamedTuple

from fnn.arrays import Array
from fnn.kernels import rms_rows, rms_rows_gradient
from fnn.ops.standardize import check_eps, check_features


class RmsNormCache(NamedTuple):
    """What the backward needs, in rows: ``z`` (rows, features), ``inverse`` (rows,), one over the root."""

    z: Array
    inverse: Array
    scale: Array


def rms_norm_forward(x: Array, scale: Array, *, eps: float = 1e-5) -> tuple[Array, RmsNormCache]:
    """Return ``x`` with each row divided by its root mean square, then scaled, and the cache ``(z, inverse, scale)``.

    Shapes: x and y (..., *features), scale (*features), whose axes are those that make up a row. Raises ShapeError for
    shapes that do not agree, HyperparameterError for ``eps`` not above 0.

    Reference: Zhang and Sennrich (2019), "Root mean square layer normalization", eq. 4.

    >>> import numpy as np
    >>> rms_norm_forward(np.array([[1.0, 7.0]]), np.array([1.0, 10.0]))[0].round(3).tolist()
    [[0.2, 14.0]]
    """
    check_features("rms_norm", x, scale)
    check_eps("rms_norm", eps)
    y, z, inverse = rms_rows(x.reshape(-1, scale.size), scale.reshape(-1), eps)
    return y.reshape(x.shape), RmsNormCache(z, inverse, scale)


def rms_norm_backward(dy: Array, cache: RmsNormCache) -> tuple[Array, Array]:
    """Return ``(dx, dscale)``; each row of ``dx`` is orthogonal to that of ``x``.

    >>> import numpy as np
    >>> _, cache = rms_norm_forward(np.array([[1.0, 7.0]]), np.ones(2))
    >>> dx, dscale = rms_norm_backward(np.array([[7.0, -1.0]]), cache)
    >>> dx.round(3).tolist(), dscale.round(3).tolist()
    ([[1.4, -0.2]], [1.4, -1.4])
    """
    z, inverse, scale = cache
    dx, dscale = rms_rows_gradient(dy.reshape(z.shape), z, inverse, scale.reshape(-1))
    return dx.reshape(dy.shape), dscale.reshape(scale.shape)
