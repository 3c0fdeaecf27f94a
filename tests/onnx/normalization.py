"""Normalizations."""

from __future__ import annotations

import numpy as np

from fnn import ops
from fnn.arrays import Array
from tests.onnx.layout import channels_first, channels_last
from tests.onnx.node import Node, Operator


def batch(node: Node) -> tuple[Array, ...]:
    """In training, with the running means; ONNX's running variance is the biased one."""
    x, scale, bias, mean, variance = (node.array(i) for i in range(5))
    if not node["training_mode"]:
        given = {"mean": mean, "variance": variance, "eps": node["epsilon"]}
        return (channels_first(ops.batch_norm_inference_forward(channels_last(x), scale, bias, **given)[0]),)
    y, cache = ops.batch_norm_forward(channels_last(x), scale, bias, eps=node["epsilon"])
    keep = node["momentum"]
    means = (keep * old + (1 - keep) * new.ravel() for old, new in [(mean, cache.mean), (variance, cache.variance)])
    return channels_first(y), *means


def mean_variance(node: Node) -> Array:
    """Batch normalization without its parameters, and all but without ``eps``."""
    x = channels_last(node.array(0))
    one = np.ones(x.shape[-1:], x.dtype)
    return channels_first(ops.batch_norm_forward(x, one, 0 * one, eps=1e-12)[0])


def group(node: Node) -> Array:
    x, scale, bias = (node.array(i) for i in range(3))
    options = {"groups": node["num_groups"], "eps": node["epsilon"]}
    return channels_first(ops.group_norm_forward(channels_last(x), scale, bias, **options)[0])


def instance(node: Node) -> Array:
    x, scale, bias = (node.array(i) for i in range(3))
    return channels_first(ops.instance_norm_forward(channels_last(x), scale, bias, eps=node["epsilon"])[0])


def layer(node: Node) -> tuple[Array, Array, Array]:
    """All axes from ``axis`` on make up a row, as those of the scale do; fnn keeps the deviations, not the means."""
    x, scale = node.array(0), node.array(1)
    y, cache = ops.layer_norm_forward(x, scale, node.optional(2), eps=node["epsilon"])
    rows = x.shape[: x.ndim - scale.ndim] + (1,) * scale.ndim
    means: Array = x.reshape(-1, scale.size).mean(axis=1)
    return y, means.reshape(rows), cache.inverse.reshape(rows)


def rms(node: Node) -> Array:
    return ops.rms_norm_forward(node.array(0), node.array(1), eps=node["epsilon"])[0]


OPERATORS: dict[str, Operator] = {
    "BatchNormalization": batch,
    "GroupNormalization": group,
    "InstanceNormalization": instance,
    "LayerNormalization": layer,
    "MeanVarianceNormalization": mean_variance,
    "RMSNormalization": rms,
}
