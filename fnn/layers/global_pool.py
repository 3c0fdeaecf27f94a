"""Pooling over all of space as stages: what stands between convolutions and a dense layer for images of any size."""

from __future__ import annotations

from fnn.arrays import Array, Shape, format_shape
from fnn.errors import ShapeError
from fnn.layers.spatial import stage
from fnn.model import Fn, ShapeRule, per_input
from fnn.ops.global_average_pool import global_average_pool_backward, global_average_pool_forward
from fnn.ops.global_max_pool import global_max_pool_backward, global_max_pool_forward


def _channels(name: str) -> ShapeRule:
    """A rule that keeps the channels, and asks for axes of space before them."""

    def shape(s: Shape) -> Shape:
        if len(s) < 2:
            raise ShapeError(name, "input of shape (batch, *space, channels)", format_shape(s))
        return s[-1:]

    return shape


global_average_pool: Fn[Array, Array] = stage(
    "global_average_pool",
    global_average_pool_forward,
    global_average_pool_backward,
    _channels("global_average_pool"),
    per_input,
)
"""``(batch, height, width, channels)`` to ``(batch, channels)``: the mean of each channel; for any axes of space."""

global_max_pool: Fn[Array, Array] = stage(
    "global_max_pool", global_max_pool_forward, global_max_pool_backward, _channels("global_max_pool"), per_input
)
"""``(batch, height, width, channels)`` to ``(batch, channels)``: the maximum of each; for any axes of space."""
