"""Instance normalization, and its derivative.

Each channel of each sample is standardized by itself, over the ``M`` positions of that sample:

    z[n, p, c] = (x[n, p, c] - m[n, c]) / sqrt(v[n, c] + eps)        y = scale[c] z + bias[c]

with the mean ``m`` and the biased variance ``v`` over ``p``. As `fnn.ops.standardize` derives,

    dx = scale[c] / sqrt(v[n, c] + eps) (dy - 1/M sum_p dy - z 1/M sum_p dy z)
    dscale[c] = sum over n, p of dy z        dbias[c] = sum over n, p of dy

The contrast of an image is taken off, channel by channel. ``z`` is cached, and one over the deviations.
"""

from __future__ import annotations

import math

from fnn.arrays import Array
from fnn.errors import ShapeError
from fnn.ops.standardize import Standardized, check_channels, check_eps, standardize_backward, standardize_forward


def instance_norm_forward(x: Array, scale: Array, bias: Array, *, eps: float = 1e-5) -> tuple[Array, Standardized]:
    """Return ``x`` with each channel of each sample at mean ``bias`` and deviation ``scale``, and the cache.

    Shapes: x and y (batch, *space, channels), scale and bias (channels,). Raises ShapeError for shapes that do not
    agree, and for a single position, which is its own mean; HyperparameterError for ``eps`` not above 0.

    Reference: Ulyanov, Vedaldi, Lempitsky (2016), "Instance normalization: the missing ingredient for fast
    stylization", eq. 4.

    >>> import numpy as np
    >>> x = np.array([[[1.0], [3.0]], [[10.0], [50.0]]])
    >>> instance_norm_forward(x, np.array([1.0]), np.array([0.0]))[0].round(3).tolist()
    [[[-1.0], [1.0]], [[-1.0], [1.0]]]
    """
    check_channels("instance_norm", x, 3, scale=scale, bias=bias)
    check_eps("instance_norm", eps)
    positions = math.prod(x.shape[1:-1])
    if positions < 2:
        raise ShapeError("instance_norm", "at least two positions, to have a variance", f"shape {x.shape}")
    y, cache = standardize_forward(x.reshape(-1, positions, x.shape[-1]), scale, bias, x.shape[-1], eps)
    return y.reshape(x.shape), cache


def instance_norm_backward(dy: Array, cache: Standardized) -> tuple[Array, Array, Array]:
    """Return ``(dx, dscale, dbias)``; over each channel of each sample, ``dx`` adds up to 0.

    >>> import numpy as np
    >>> _, cache = instance_norm_forward(np.array([[[0.0], [0.0], [3.0]]]), np.array([1.0]), np.array([0.0]))
    >>> dx, dscale, dbias = instance_norm_backward(np.array([[[1.0], [-1.0], [0.0]]]), cache)
    >>> dx.round(3).ravel().tolist(), dscale.item(), dbias.item()
    ([0.707, -0.707, 0.0], 0.0, 0.0)
    """
    dx, dscale, dbias = standardize_backward(dy.reshape(cache.z.shape), cache)
    return dx.reshape(dy.shape), dscale, dbias
