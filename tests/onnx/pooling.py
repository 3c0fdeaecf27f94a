"""Pooling: the maxima, with where they stood, and the means."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from fnn import ops
from fnn.arrays import Array, IntArray
from fnn.ops.max_pool import MaxPoolCache
from tests.onnx.layout import channels_first, channels_last, window_options
from tests.onnx.node import AnyArray, Node, Operator


def max_pool(node: Node) -> tuple[AnyArray, IntArray]:
    x = channels_last(node.exact(0))
    options = window_options(node, node["kernel_shape"], x.shape[1:-1])
    y, cache = ops.max_pool_forward(x, size=tuple(node["kernel_shape"]), **options)
    return channels_first(y).astype(node.raw(0).dtype), winners(cache, "F" if node["storage_order"] else "C")


def average_pool(node: Node) -> Array:
    """What ``ceil_mode`` adds behind is never counted, and without other padding there is nothing to count."""
    x = channels_last(node.array(0))
    options = window_options(node, node["kernel_shape"], x.shape[1:-1])
    count = bool(node["count_include_pad"]) and any(node["pads"] or [])
    y, _ = ops.average_pool_forward(x, size=tuple(node["kernel_shape"]), count_padding=count, **options)
    return channels_first(y)


def global_pool(forward: Callable[[Array], tuple[Array, Any]]) -> Operator:
    """The axes of space stay, of size 1."""

    def operator(node: Node) -> Array:
        x = node.array(0)
        return forward(channels_last(x))[0].reshape(*x.shape[:2], *[1] * (x.ndim - 2))

    return operator


def winners(cache: MaxPoolCache, order: Literal["C", "F"]) -> IntArray:
    """Return the places of the maxima in the flat input, channels first, each image in row or in column order."""
    taps = np.unravel_index(cache.winner, [axis.kernel for axis in cache.axes])
    sample, *positions, channel = np.indices(cache.winner.shape)
    space = tuple(
        axis.stride * position + axis.dilation * tap - axis.before
        for axis, position, tap in zip(cache.axes, positions, taps, strict=True)
    )
    sizes = [axis.size for axis in cache.axes]
    image = sample * cache.winner.shape[-1] + channel
    return np.moveaxis(image * math.prod(sizes) + np.ravel_multi_index(space, sizes, order=order), -1, 1)


OPERATORS: dict[str, Operator] = {
    "AveragePool": average_pool,
    "GlobalAveragePool": global_pool(ops.global_average_pool_forward),
    "GlobalMaxPool": global_pool(ops.global_max_pool_forward),
    "MaxPool": max_pool,
}
