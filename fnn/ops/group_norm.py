"""Group normalization, and its derivative.

The channels are cut into ``groups``; each group of each sample is standardized by itself, over its channels and all
positions, ``M`` entries:

    z[n, p, c] = (x[n, p, c] - m[n, g]) / sqrt(v[n, g] + eps)        y = scale[c] z + bias[c]

where ``g`` is the group of ``c``, and ``m`` and ``v`` are the mean and the biased variance of the group. The scale
belongs to the channel, so that it does not leave the means over the group; with ``dz = scale[c] dy``, as
`fnn.ops.standardize` derives,

    dx = 1 / sqrt(v[n, g] + eps) (dz - 1/M sum dz - z 1/M sum dz z)        the sums over the group
    dscale[c] = sum over n, p of dy z        dbias[c] = sum over n, p of dy

With as many groups as channels this is instance normalization. ``z`` is cached, and one over the deviations.
"""

from __future__ import annotations

import math

from fnn.arrays import Array
from fnn.errors import ShapeError
from fnn.ops.standardize import Standardized, check_channels, check_eps, standardize_backward, standardize_forward
from fnn.validate import positive


def group_norm_forward(
    x: Array, scale: Array, bias: Array, *, groups: int, eps: float = 1e-5
) -> tuple[Array, Standardized]:
    """Return ``x`` with each group standardized and each channel scaled and shifted, and the cache.

    Shapes: x and y (batch, ..., channels), scale and bias (channels,). Raises ShapeError for shapes that do not agree,
    channels that do not divide by ``groups``, and groups of a single entry, which is its own mean; HyperparameterError
    for options that mean nothing.

    Reference: Wu and He (2018), "Group normalization", eqs. 1 to 7.

    >>> import numpy as np
    >>> x = np.array([[1.0, 3.0, 10.0, 50.0]])
    >>> group_norm_forward(x, np.ones(4), np.zeros(4), groups=2)[0].round(3).tolist()
    [[-1.0, 1.0, -1.0, 1.0]]
    """
    positive("group_norm", groups=groups)
    check_channels("group_norm", x, scale=scale, bias=bias)
    check_eps("group_norm", eps)
    if x.shape[-1] % groups:
        raise ShapeError("group_norm", f"channels that divide by groups={groups}", f"shape {x.shape}")
    positions = math.prod(x.shape[1:-1])
    if positions * (x.shape[-1] // groups) < 2:
        expected = "at least two entries in a group, to have a variance"
        raise ShapeError("group_norm", expected, f"shape {x.shape} with groups={groups}")
    y, cache = standardize_forward(x.reshape(-1, positions, x.shape[-1]), scale, bias, groups, eps)
    return y.reshape(x.shape), cache


def group_norm_backward(dy: Array, cache: Standardized) -> tuple[Array, Array, Array]:
    """Return ``(dx, dscale, dbias)``; over each group of each sample, ``dx`` adds up to 0.

    >>> import numpy as np
    >>> _, cache = group_norm_forward(np.array([[0.0, 0.0, 3.0]]), np.ones(3), np.zeros(3), groups=1)
    >>> dx, dscale, dbias = group_norm_backward(np.array([[1.0, -1.0, 0.0]]), cache)
    >>> dx.round(3).tolist(), dscale.round(3).tolist(), dbias.tolist()
    ([[0.707, -0.707, 0.0]], [-0.707, 0.707, 0.0], [1.0, -1.0, 0.0])
    """
    dx, dscale, dbias = standardize_backward(dy.reshape(cache.z.shape), cache)
    return dx.reshape(dy.shape), dscale, dbias
