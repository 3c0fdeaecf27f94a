"""Layer normalization, and its derivative.

Each sample, or each step of a sequence, is standardized by itself over its ``M`` features, then scaled and shifted
feature by feature:

    z[n, i] = (x[n, i] - m[n]) / sqrt(v[n] + eps)        y[n, i] = scale[i] z[n, i] + bias[i]

with the mean ``m`` and the biased variance ``v`` over ``i``. With ``dz = scale[i] dy``, as `fnn.ops.standardize`
derives,

    dx = 1 / sqrt(v[n] + eps) (dz - 1/M sum_i dz - z 1/M sum_i dz z)
    dscale[i] = sum_n dy z        dbias[i] = sum_n dy

``z`` is cached, and one over the deviations.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fnn.arrays import Array
from fnn.kernels import normalize_rows, normalize_rows_gradient
from fnn.ops.standardize import check_eps, check_features


class LayerNormCache(NamedTuple):
    """What the backward needs, in rows: ``z`` (rows, features), ``inverse`` (rows,), one over the deviation."""

    z: Array
    inverse: Array
    scale: Array


def layer_norm_forward(
    x: Array, scale: Array, bias: Array | None = None, *, eps: float = 1e-5
) -> tuple[Array, LayerNormCache]:
    """Return ``x`` with each row standardized, then scaled and shifted, and the cache ``(z, inverse, scale)``.

    Shapes: x and y (..., *features), scale and bias (*features); ``bias`` None for none. The axes of ``scale`` are
    those over which is standardized: the last one, or several. Raises ShapeError for shapes that do not agree,
    HyperparameterError for ``eps`` not above 0.

    Reference: Ba, Kiros, Hinton (2016), "Layer normalization", eq. 4.

    >>> layer_norm_forward(np.array([[1.0, 3.0], [10.0, 50.0]]), np.ones(2))[0].round(3).tolist()
    [[-1.0, 1.0], [-1.0, 1.0]]
    """
    check_features("layer_norm", x, scale, bias)
    check_eps("layer_norm", eps)
    rows = x.reshape(-1, scale.size)
    shift = np.zeros_like(scale) if bias is None else bias
    y, z, inverse = normalize_rows(rows, scale.reshape(-1), shift.reshape(-1), eps)
    return y.reshape(x.shape), LayerNormCache(z, inverse, scale)


def layer_norm_backward(dy: Array, cache: LayerNormCache) -> tuple[Array, Array, Array]:
    """Return ``(dx, dscale, dbias)``; each row of ``dx`` adds up to 0.

    >>> _, cache = layer_norm_forward(np.array([[0.0, 0.0, 3.0]]), np.ones(3))
    >>> dx, dscale, dbias = layer_norm_backward(np.array([[1.0, -1.0, 0.0]]), cache)
    >>> dx.round(3).tolist(), dscale.round(3).tolist(), dbias.tolist()
    ([[0.707, -0.707, 0.0]], [-0.707, 0.707, 0.0], [1.0, -1.0, 0.0])
    """
    z, inverse, scale = cache
    dx, dscale, dbias = normalize_rows_gradient(dy.reshape(z.shape), z, inverse, scale.reshape(-1))
    return dx.reshape(dy.shape), dscale.reshape(scale.shape), dbias.reshape(scale.shape)
