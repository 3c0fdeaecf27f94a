"""Convolution, padding and up-sampling."""

from __future__ import annotations

import numpy as np

from fnn import ops
from fnn.arrays import Array
from tests.onnx.layout import channels_first, channels_last, window_options
from tests.onnx.node import AnyArray, Node, Operator


def conv(node: Node) -> Array:
    x, weight = channels_last(node.array(0)), np.moveaxis(node.array(1), (1, 0), (-2, -1))
    options = window_options(node, weight.shape[:-2], x.shape[1:-1])
    return channels_first(ops.conv_forward(x, weight, node.optional(2), groups=node["group"], **options)[0])


def causal_conv(node: Node) -> tuple[Array, Array]:
    """Depthwise, over the past and the present; the end of these is the past of the next call."""
    x, weight = node.array(0), np.moveaxis(node.array(1), (1, 0), (-2, -1))
    before = len(weight) - 1
    past = node.array(3) if node.has(3) else np.zeros((*x.shape[:2], before), x.dtype)
    x = np.concatenate([past, x], axis=2)
    y, _ = ops.conv_forward(channels_last(x), weight, node.optional(2), padding="valid", groups=x.shape[1])
    if node["activation"] in ("silu", "swish"):
        y, _ = ops.silu_forward(y)
    return channels_first(y), x[:, :, x.shape[2] - before :]


def conv_transpose(node: Node) -> Array:
    """The kernel has all inputs and the outputs of one group; in fnn, the inputs of one group and all outputs.

    Where the output's shape is given, what is too much is cut off at both sides, and what is missing added behind.
    """
    x, groups = channels_last(node.array(0)), node["group"]
    inputs, outputs, *kernel = node.array(1).shape
    blocks = node.array(1).reshape(groups, inputs // groups, outputs, *kernel)
    weight = np.moveaxis(blocks, (1, 0, 2), (-3, -2, -1)).reshape(*kernel, inputs // groups, groups * outputs)
    options = window_options(node, kernel, x.shape[1:-1])
    extra = node["output_padding"] or [0] * len(kernel)
    if node["output_shape"]:
        axes = zip(x.shape[1:-1], options["stride"], options["dilation"], kernel, strict=True)
        whole = [(size - 1) * stride + dilation * (taps - 1) + 1 for size, stride, dilation, taps in axes]
        more = np.array(whole) + extra - node["output_shape"]
        options["padding"] = tuple((n - n // 2, n // 2) for n in np.maximum(more, 0).tolist())
        extra = (extra - np.minimum(more, 0)).tolist()
    options |= {"output_padding": tuple(extra), "groups": groups}
    return channels_first(ops.conv_transpose_forward(x, weight, node.optional(2), **options)[0])


def pad(node: Node) -> AnyArray:
    """Any axes: with one in front for the batch and one behind for the channels they are all axes of space."""
    x = node.exact(0)
    pads = np.zeros((x.ndim, 2), np.int64)
    pads[node.integers(3) if node.has(3) else slice(None)] = node.integers(1).reshape(2, -1).T
    padding = tuple((before, after) for before, after in pads.tolist())
    y, _ = ops.pad_forward(x[None, ..., None], padding=padding, mode=node["mode"], value=node.number(2, 0))
    return y[0, ..., 0].astype(node.raw(0).dtype)


def upsample(node: Node) -> Array:
    factors = tuple(int(scale) for scale in node.array(1)[2:])
    return channels_first(ops.upsample_nearest_forward(channels_last(node.array(0)), factor=factors)[0])


OPERATORS: dict[str, Operator] = {
    "CausalConvWithState": causal_conv,
    "Conv": conv,
    "ConvTranspose": conv_transpose,
    "Pad": pad,
    "Upsample": upsample,
}
