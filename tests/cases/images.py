"""Rows for images and normalization: as ops, and as layers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from fnn import layers, ops
from fnn.arrays import Array
from tests.cases import Case, Draw, normal
from tests.cases.activations import apart

Backward = Callable[[Array, Any], tuple[Array, ...]]


def convolving(x: tuple[int, ...], weight: tuple[int, ...], *, bias: bool = True) -> Draw:
    """Draw an input, a weight and perhaps a bias."""

    def draw(rng: np.random.Generator) -> tuple[Array, ...]:
        arrays = rng.standard_normal(x), rng.standard_normal(weight), rng.standard_normal(weight[-1])
        return arrays if bias else arrays[:2]

    return draw


def normalizing(*x: int, axes: int = 1, bias: bool = True) -> Draw:
    """Draw an input, a scale, and perhaps a bias, of the last ``axes`` axes."""

    def draw(rng: np.random.Generator) -> tuple[Array, ...]:
        arrays = rng.standard_normal(x), 1 + 0.5 * rng.standard_normal(x[-axes:]), rng.standard_normal(x[-axes:])
        return arrays if bias else arrays[:2]

    return draw


def without_bias(backward: Backward) -> Backward:
    return lambda dy, cache: backward(dy, cache)[:2]


def batch_norm_inference(x: Array, scale: Array, bias: Array) -> Any:
    mean, variance = np.array([0.5, -1.0, 2.0], x.dtype), np.array([0.3, 1.0, 4.0], x.dtype)
    return ops.batch_norm_inference_forward(x, scale, bias, mean=mean, variance=variance)


def conv(**options: Any) -> tuple[Any, Any]:
    return partial(ops.conv_forward, **options), ops.conv_backward


def conv_transpose(**options: Any) -> tuple[Any, Any]:
    return partial(ops.conv_transpose_forward, **options), ops.conv_transpose_backward


def max_pool(**options: Any) -> tuple[Any, Any]:
    return partial(ops.max_pool_forward, **options), ops.max_pool_backward


def average_pool(**options: Any) -> tuple[Any, Any]:
    return partial(ops.average_pool_forward, **options), ops.average_pool_backward


def pad(**options: Any) -> tuple[Any, Any]:
    return partial(ops.pad_forward, **options), ops.pad_backward


LAYER_NORM = (ops.layer_norm_forward, ops.layer_norm_backward)
GROUP_NORM = (partial(ops.group_norm_forward, groups=2), ops.group_norm_backward)
BATCH_NORM_INFERENCE = (batch_norm_inference, ops.batch_norm_inference_backward)
UPSAMPLE_LINEAR = (partial(ops.upsample_linear_forward, factor=(2, 3)), ops.upsample_linear_backward)
UPSAMPLE_NEAREST = (partial(ops.upsample_nearest_forward, factor=(2, 3)), ops.upsample_nearest_backward)

OPS: list[Case] = [
    Case("average_pool", average_pool(size=2), normal(2, 4, 5, 3), analytic=True),
    Case(
        "average_pool(overlapping)",
        average_pool(size=(2, 3), stride=(1, 2), padding="same", dilation=(2, 1)),
        normal(2, 4, 5, 2),
        analytic=True,
    ),
    Case(
        "average_pool(count_padding)",
        average_pool(size=3, stride=2, padding=((0, 1), 1), count_padding=True),
        normal(2, 4, 5, 2),
        analytic=True,
    ),
    Case(
        "batch_norm",
        (ops.batch_norm_forward, ops.batch_norm_backward),
        normalizing(5, 3),
        analytic=True,
        batched=False,  # a sample's output depends on all of them
    ),
    Case(
        "batch_norm(images)",
        (ops.batch_norm_forward, ops.batch_norm_backward),
        normalizing(2, 3, 2, 3),
        analytic=True,
        batched=False,
    ),
    Case("conv", conv(), convolving((2, 4, 5, 2), (3, 3, 2, 3)), analytic=True),
    Case(
        "conv(no bias)",
        (ops.conv_forward, without_bias(ops.conv_backward)),
        convolving((2, 5, 2), (3, 2, 3), bias=False),
    ),
    Case(
        "conv(stride, dilation)",
        conv(stride=(2, 1), padding=((1, 2), 1), dilation=(1, 2)),
        convolving((2, 5, 6, 2), (3, 2, 2, 3)),
        analytic=True,
    ),
    Case("conv(to one channel)", conv(padding="valid"), convolving((2, 4, 4, 4), (2, 3, 4, 1)), analytic=True),
    Case("conv(to many channels)", conv(), convolving((2, 4, 4, 1), (3, 2, 1, 4)), analytic=True),
    Case("conv(groups)", conv(groups=2), convolving((2, 4, 5, 4), (3, 3, 2, 6)), analytic=True),
    Case("conv(groups, stride)", conv(groups=2, stride=2), convolving((2, 4, 5, 4), (3, 3, 2, 6)), analytic=True),
    Case("conv(depthwise)", conv(groups=3, stride=(1, 2)), convolving((2, 4, 5, 3), (3, 2, 1, 3)), analytic=True),
    Case("conv(depthwise, multiplied)", conv(groups=3), convolving((2, 4, 5, 3), (3, 2, 1, 6)), analytic=True),
    Case("conv(one axis)", conv(stride=2, padding=(2, 0)), convolving((2, 7, 3), (3, 3, 2)), analytic=True),
    Case("conv(three axes)", conv(stride=(1, 2, 1)), convolving((1, 3, 4, 2, 2), (2, 3, 2, 2, 2)), analytic=True),
    Case("conv_transpose", conv_transpose(), convolving((2, 3, 4, 2), (3, 3, 2, 3)), analytic=True),
    Case(
        "conv_transpose(no bias)",
        (ops.conv_transpose_forward, without_bias(ops.conv_transpose_backward)),
        convolving((2, 4, 2), (3, 2, 3), bias=False),
    ),
    Case(
        "conv_transpose(stride, dilation)",
        conv_transpose(stride=(2, 3), padding=((1, 0), 1), output_padding=(1, 2), dilation=(2, 1)),
        convolving((2, 3, 4, 2), (3, 2, 2, 3)),
        analytic=True,
    ),
    Case("conv_transpose(groups)", conv_transpose(groups=2, stride=2), convolving((2, 3, 2, 4), (3, 3, 2, 6))),
    Case("conv_transpose(depthwise)", conv_transpose(groups=3, stride=2), convolving((2, 3, 2, 3), (3, 3, 1, 3))),
    Case(
        "global_average_pool",
        (ops.global_average_pool_forward, ops.global_average_pool_backward),
        normal(2, 3, 4, 2),
        analytic=True,
    ),
    Case(
        "global_max_pool", (ops.global_max_pool_forward, ops.global_max_pool_backward), apart(2, 3, 4, 2), analytic=True
    ),
    Case("group_norm", GROUP_NORM, normalizing(2, 2, 3, 4), analytic=True),
    Case("group_norm(features)", GROUP_NORM, normalizing(3, 6), analytic=True),
    Case(
        "instance_norm",
        (ops.instance_norm_forward, ops.instance_norm_backward),
        normalizing(2, 2, 3, 3),
        analytic=True,
    ),
    Case("batch_norm_inference", BATCH_NORM_INFERENCE, normalizing(4, 3), analytic=True),
    Case("batch_norm_inference(images)", BATCH_NORM_INFERENCE, normalizing(2, 2, 3, 3), analytic=True),
    Case("layer_norm", LAYER_NORM, normalizing(3, 4), analytic=True),
    Case("layer_norm(sequence)", LAYER_NORM, normalizing(2, 3, 4), analytic=True),
    Case("layer_norm(two axes)", LAYER_NORM, normalizing(2, 3, 4, axes=2), analytic=True),
    Case(
        "layer_norm(no bias)",
        (ops.layer_norm_forward, without_bias(ops.layer_norm_backward)),
        normalizing(3, 4, bias=False),
        analytic=True,
    ),
    Case("max_pool", max_pool(size=2), apart(2, 4, 5, 3), analytic=True),
    Case(
        "max_pool(overlapping)",
        max_pool(size=(2, 3), stride=(1, 2), padding="same", dilation=(2, 1)),
        apart(2, 4, 5, 2),
        analytic=True,
    ),
    Case("max_pool(one axis)", max_pool(size=3, stride=2, padding=(2, 1)), apart(2, 6, 3), analytic=True),
    Case("pad", pad(padding=((1, 2), (0, 1)), value=0.5), normal(2, 3, 4, 2), analytic=True),
    Case("pad(edge)", pad(padding=((3, 1), 2), mode="edge"), normal(2, 3, 2, 2), analytic=True),
    Case("pad(reflect)", pad(padding=((2, 1), 1), mode="reflect"), normal(2, 3, 2, 2), analytic=True),
    Case("pad(wrap)", pad(padding=((3, 1), (0, 2)), mode="wrap"), normal(2, 3, 2, 2), analytic=True),
    Case("rms_norm", (ops.rms_norm_forward, ops.rms_norm_backward), normalizing(3, 4, bias=False), analytic=True),
    Case(
        "rms_norm(two axes)",
        (ops.rms_norm_forward, ops.rms_norm_backward),
        normalizing(2, 3, 4, axes=2, bias=False),
        analytic=True,
    ),
    Case("upsample_linear", UPSAMPLE_LINEAR, normal(2, 3, 2, 2), analytic=True),
    Case("upsample_nearest", UPSAMPLE_NEAREST, normal(2, 3, 2, 2), analytic=True),
]

LAYERS: list[Case] = [
    Case("average_pool1d", layers.average_pool1d(3, stride=2, padding="same"), normal(2, 6, 3)),
    Case("average_pool2d", layers.average_pool2d(2), normal(2, 4, 5, 3)),
    Case("average_pool2d(count_padding)", layers.average_pool2d(3, padding=1, count_padding=True), normal(2, 4, 5, 2)),
    Case("batch_norm", layers.batch_norm(3), normal(5, 3), agrees=False, batched=False),
    Case("batch_norm(images)", layers.batch_norm(3), normal(2, 3, 2, 3), agrees=False, batched=False),
    Case("conv1d", layers.conv1d(3, 2), normal(2, 5, 3)),
    Case("conv1d(causal)", layers.conv1d(3, 2, 2, padding=(2, 0), dilation=2), normal(2, 5, 3)),
    Case("conv2d", layers.conv2d(2, 3), normal(2, 4, 5, 2)),
    Case("conv2d(no bias)", layers.conv2d(2, 3, (1, 3), bias=None), normal(2, 4, 5, 2)),
    Case(
        "conv2d(options)",
        layers.conv2d(4, 6, (2, 3), stride=(1, 2), padding=((0, 1), 2), dilation=(2, 1), groups=2),
        normal(2, 4, 5, 4),
    ),
    Case("conv_transpose1d", layers.conv_transpose1d(3, 2, stride=2), normal(2, 4, 3)),
    Case("conv_transpose2d", layers.conv_transpose2d(2, 3, 4, stride=2), normal(2, 3, 4, 2)),
    Case("conv_transpose2d(no bias)", layers.conv_transpose2d(2, 3, 2, stride=3, bias=None), normal(2, 3, 4, 2)),
    Case(
        "conv_transpose2d(options)",
        layers.conv_transpose2d(
            4, 2, (2, 3), stride=(1, 3), padding=(0, (1, 2)), output_padding=(1, 2), dilation=(2, 1), groups=2
        ),
        normal(2, 3, 4, 4),
    ),
    Case("depthwise_conv2d", layers.depthwise_conv2d(3), normal(2, 4, 5, 3)),
    Case("depthwise_conv2d(multiplier)", layers.depthwise_conv2d(3, 2, multiplier=2, stride=2), normal(2, 4, 5, 3)),
    Case("global_average_pool", layers.global_average_pool, normal(2, 3, 4, 2)),
    Case("global_average_pool(sequence)", layers.global_average_pool, normal(2, 3, 4)),
    Case("global_max_pool", layers.global_max_pool, apart(2, 3, 4, 2)),
    Case("group_norm", layers.group_norm(4, 2), normal(2, 2, 3, 4)),
    Case("group_norm(features)", layers.group_norm(4, 2), normal(3, 4)),
    Case("instance_norm", layers.instance_norm(3), normal(2, 2, 3, 3)),
    Case("layer_norm", layers.layer_norm(4), normal(3, 4)),
    Case("layer_norm(two axes)", layers.layer_norm((3, 4)), normal(2, 3, 4)),
    Case("layer_norm(no bias)", layers.layer_norm(4, bias=None), normal(2, 3, 4)),
    Case("max_pool1d", layers.max_pool1d(2), apart(2, 5, 3)),
    Case("max_pool2d", layers.max_pool2d(2), apart(2, 4, 5, 3)),
    Case("max_pool2d(overlapping)", layers.max_pool2d(3, stride=2, padding="same"), apart(2, 4, 5, 2)),
    Case("pad1d", layers.pad1d((2, 1), mode="reflect"), normal(2, 4, 3)),
    Case("pad2d", layers.pad2d((1, (0, 2)), value=-1), normal(2, 3, 4, 2)),
    Case("rms_norm", layers.rms_norm(4), normal(3, 4)),
    Case("rms_norm(two axes)", layers.rms_norm((3, 4)), normal(2, 3, 4)),
    Case("upsample1d", layers.upsample1d(3, method="linear"), normal(2, 4, 3)),
    Case("upsample2d", layers.upsample2d(2), normal(2, 3, 4, 2)),
    Case("upsample2d(linear)", layers.upsample2d((2, 3), method="linear"), normal(2, 3, 4, 2)),
]
