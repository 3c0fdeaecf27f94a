"""Instance normalization as a layer."""

from __future__ import annotations

import math

from fnn.arrays import Array, Shape, format_shape
from fnn.errors import ShapeError
from fnn.initializers import Initializer, ones, zeros
from fnn.layers.spatial import check_input
from fnn.model import Model, layer
from fnn.ops.instance_norm import instance_norm_backward, instance_norm_forward
from fnn.ops.standardize import Standardized, check_eps
from fnn.random import Key
from fnn.tree import record
from fnn.validate import positive


@record
class InstanceNorm:
    """Parameters of an instance normalization: scale and bias (features,)."""

    scale: Array
    bias: Array


def instance_norm(
    features: int, *, eps: float = 1e-5, scale: Initializer = ones, bias: Initializer = zeros
) -> Model[InstanceNorm, Array, Array]:
    """Each channel of each sample at mean 0 and variance 1, then scaled and shifted; for ``(batch, *space, features)``.

    ``eps`` is added to the variance; ``scale`` and ``bias`` are initializers. Raises DtypeError for input that is not
    float of the parameters' dtype, ShapeError for input of another width and for a single position, DataError for an
    empty batch. The mathematics stands in `fnn.ops.instance_norm`.

    >>> import fnn, numpy as np
    >>> model = fnn.instance_norm(1)
    >>> model.apply(model.init(fnn.Key(0)), np.array([[[1.0], [3.0]]], np.float32)).round(2).ravel()
    array([-1.,  1.], dtype=float32)
    """
    positive("instance_norm", features=features)
    name = f"instance_norm({features})"
    check_eps(name, eps)

    def init(key: Key) -> InstanceNorm:
        key_scale, key_bias = key.split()
        return InstanceNorm(scale(key_scale, (features,)), bias(key_bias, (features,)))

    def shape(s: Shape) -> Shape:
        if len(s) < 2 or s[-1] != features:
            raise ShapeError(name, f"input of shape (batch, *space, {features})", format_shape(s))
        if math.prod(s[:-1]) < 2:
            raise ShapeError(name, "at least two positions, to have a variance", format_shape(s))
        return s

    def forward(params: InstanceNorm, x: Array) -> tuple[Array, Standardized]:
        check_input(x, name, shape, params.scale)
        return instance_norm_forward(x, params.scale, params.bias, eps=eps)

    def backward(dy: Array, cache: Standardized) -> tuple[InstanceNorm, Array]:
        dx, dscale, dbias = instance_norm_backward(dy, cache)
        return InstanceNorm(dscale, dbias), dx

    return layer(init, forward, backward, name=name, shape=shape, flops=lambda s: 7 * math.prod(s), record=InstanceNorm)
