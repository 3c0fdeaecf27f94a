"""Batch normalization as a layer, with the running statistics that inference uses."""

from __future__ import annotations

import math
from collections.abc import Callable

from fnn import tree
from fnn.arrays import Array, Shape, describe, format_shape, freeze
from fnn.errors import ShapeError, StructureError
from fnn.initializers import Initializer, ones, zeros
from fnn.layers.spatial import check_input
from fnn.model import Model
from fnn.ops.batch_norm import batch_norm_backward, batch_norm_forward, check_several
from fnn.ops.batch_norm_inference import batch_norm_inference_forward
from fnn.ops.standardize import check_eps
from fnn.random import Key
from fnn.tree import buffer, record, replace
from fnn.validate import in_range, positive


@record
class BatchNorm:
    """Parameters of a batch normalization: scale and bias (features,); the running mean and variance are buffers."""

    scale: Array
    bias: Array
    mean: Array = buffer()
    variance: Array = buffer()


def batch_norm(
    features: int,
    *,
    momentum: float = 0.1,
    eps: float = 1e-5,
    scale: Initializer = ones,
    bias: Initializer = zeros,
) -> Model[BatchNorm, Array, Array]:
    """Each feature, or channel of an image, at mean ``bias`` and deviation ``scale``; for ``(batch, ..., features)``.

    Training takes mean and variance over all axes but the last, and renews the running statistics,

        running = (1 - momentum) running + momentum new

    which start at 0 and 1: ``momentum`` in (0, 1] is the weight of the new, as in PyTorch (Keras and ONNX call the
    other weight so). The batch is normalized by its biased variance, the sum of squares over their number ``M``; what
    is stored is the unbiased ``M / (M - 1)`` times that, an estimate for new data. Inference uses the running ones.

    ``eps`` is added to the variance; ``scale`` and ``bias`` are initializers. Raises DtypeError for input that is not
    float of the parameters' dtype, ShapeError for input of another width, and DataError for an empty batch or, in
    training, for one entry a feature. The mathematics stands in `fnn.ops.batch_norm`.

    >>> import fnn, numpy as np
    >>> model = fnn.batch_norm(1)
    >>> y, params, _ = model.forward(model.init(fnn.Key(0)), np.array([[2.0], [4.0]], np.float32), fnn.Key(1))
    >>> y.ravel().round(2), params.mean, params.variance
    (array([-1.,  1.], dtype=float32), array([0.3], dtype=float32), array([1.1], dtype=float32))
    """
    positive("batch_norm", features=features)
    name = f"batch_norm({features})"
    in_range(name, 0, 1, low_open=True, momentum=momentum)
    check_eps(name, eps)

    def init(key: Key) -> BatchNorm:
        key_scale, key_bias = key.split()
        size = (features,)
        return tree.map(
            freeze, BatchNorm(scale(key_scale, size), bias(key_bias, size), zeros(key, size), ones(key, size))
        )

    def shape(s: Shape) -> Shape:
        if not s or s[-1] != features:
            raise ShapeError(name, f"input of shape (batch, ..., {features})", format_shape(s))
        return s

    def check(params: BatchNorm, x: Array) -> None:
        if not isinstance(params, BatchNorm):
            raise StructureError(name, "parameters BatchNorm", describe(params), "Use this model's init or load.")
        check_input(x, name, shape, params.scale)

    def apply(params: BatchNorm, x: Array) -> Array:
        check(params, x)
        statistics = {"mean": params.mean, "variance": params.variance}
        return batch_norm_inference_forward(x, params.scale, params.bias, **statistics, eps=eps)[0]

    def forward(
        params: BatchNorm, x: Array, key: Key
    ) -> tuple[Array, BatchNorm, Callable[[Array], tuple[BatchNorm, Array]]]:
        check(params, x)
        check_several(x, name)
        y, cache = batch_norm_forward(x, params.scale, params.bias, eps=eps)
        entries = x.size // features
        mean, variance = cache.mean.ravel(), cache.variance.ravel() * (entries / (entries - 1))
        renewed = replace(
            params,
            mean=freeze((1 - momentum) * params.mean + momentum * mean),
            variance=freeze((1 - momentum) * params.variance + momentum * variance),
        )

        def backward(dy: Array) -> tuple[BatchNorm, Array]:
            dx, dscale, dbias = batch_norm_backward(dy, cache)
            return BatchNorm(dscale, dbias, *map(tree.zeros_like, (params.mean, params.variance))), dx

        return y, renewed, backward

    return Model(init, apply, forward, name=name, shape=shape, flops=lambda s: 7 * math.prod(s))
