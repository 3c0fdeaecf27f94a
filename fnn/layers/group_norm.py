"""Group normalization as a layer."""

from __future__ import annotations

import math

from fnn.arrays import Array, Shape, format_shape
from fnn.errors import HyperparameterError, ShapeError
from fnn.initializers import Initializer, ones, zeros
from fnn.layers.spatial import check_input
from fnn.model import Model, layer
from fnn.ops.group_norm import group_norm_backward, group_norm_forward
from fnn.ops.standardize import Standardized, check_eps
from fnn.random import Key
from fnn.tree import record
from fnn.validate import positive


@record
class GroupNorm:
    """Parameters of a group normalization: scale and bias (features,)."""

    scale: Array
    bias: Array


def group_norm(
    features: int, groups: int, *, eps: float = 1e-5, scale: Initializer = ones, bias: Initializer = zeros
) -> Model[GroupNorm, Array, Array]:
    """Each group of channels of each sample at mean 0 and variance 1, then each channel scaled and shifted.

    For ``(batch, ..., features)``; the statistics of a group go over its channels and all axes between. ``eps`` is
    added to the variance; ``scale`` and ``bias`` are initializers. Raises HyperparameterError for features that do not
    divide by ``groups``; DtypeError for input that is not float of the parameters' dtype, ShapeError for input of
    another width and groups of a single entry, DataError for an empty batch. The mathematics stands in
    `fnn.ops.group_norm`.

    >>> import fnn, numpy as np
    >>> model = fnn.group_norm(4, 2)
    >>> model.apply(model.init(fnn.Key(0)), np.array([[1.0, 3.0, 10.0, 50.0]], np.float32)).round(2)
    array([[-1.,  1., -1.,  1.]], dtype=float32)
    """
    positive("group_norm", features=features, groups=groups)
    name = f"group_norm({features}, {groups})"
    if features % groups:
        raise HyperparameterError(name, f"features that divide by groups={groups}", str(features))
    check_eps(name, eps)

    def init(key: Key) -> GroupNorm:
        key_scale, key_bias = key.split()
        return GroupNorm(scale(key_scale, (features,)), bias(key_bias, (features,)))

    def shape(s: Shape) -> Shape:
        if not s or s[-1] != features:
            raise ShapeError(name, f"input of shape (batch, ..., {features})", format_shape(s))
        if math.prod(s) <= groups:
            raise ShapeError(name, "at least two entries in a group, to have a variance", format_shape(s))
        return s

    def forward(params: GroupNorm, x: Array) -> tuple[Array, Standardized]:
        check_input(x, name, shape, params.scale)
        return group_norm_forward(x, params.scale, params.bias, groups=groups, eps=eps)

    def backward(dy: Array, cache: Standardized) -> tuple[GroupNorm, Array]:
        dx, dscale, dbias = group_norm_backward(dy, cache)
        return GroupNorm(dscale, dbias), dx

    return layer(init, forward, backward, name=name, shape=shape, flops=lambda s: 7 * math.prod(s), record=GroupNorm)
