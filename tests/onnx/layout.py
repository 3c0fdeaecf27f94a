"""Images have their channels first in ONNX, last in fnn; windows have options under other names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fnn.arrays import Array
from fnn.ops.windows import Padding, window
from tests.onnx.node import Node


def channels_last(x: Array) -> Array:
    return np.moveaxis(x, 1, -1)


def channels_first(y: Array) -> Array:
    return np.moveaxis(y, -1, 1)


def window_options(node: Node, kernel: Sequence[int], sizes: Sequence[int]) -> dict[str, Any]:
    """Return the stride, the dilation and the padding of a window over an image of these sizes."""
    stride, dilation = (tuple(node[name] or [1] * len(kernel)) for name in ("strides", "dilations"))
    padding: Padding
    if node["auto_pad"] == "SAME_UPPER":
        padding = "same"
    elif node["auto_pad"] == "SAME_LOWER":  # where the padding is odd, there is more of it in front
        same = window("onnx", len(kernel), tuple(kernel), stride=stride, dilation=dilation, padding="same")
        padding = tuple((axis.after, axis.before) for axis in same.over(sizes, "onnx"))
    else:
        before, after = np.reshape(node["pads"] or [0] * 2 * len(kernel), (2, -1)).tolist()
        if node["ceil_mode"]:
            after = list(map(after_last, before, after, sizes, kernel, stride, dilation))
        padding = tuple(zip(before, after, strict=True))
    return {"stride": stride, "dilation": dilation, "padding": padding}


def after_last(before: int, after: int, size: int, kernel: int, stride: int, dilation: int) -> int:
    """Return the padding behind that lets a last window in that begins in the image, or before it, and ends outside."""
    room = before + size + after - dilation * (kernel - 1) - 1
    start = -(-room // stride) * stride
    return after + start - room if room < start < before + size else after
