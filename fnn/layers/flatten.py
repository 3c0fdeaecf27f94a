"""Flattening as a stage: what stands between images and a dense layer."""

from __future__ import annotations

import math

from fnn.arrays import Array, Shape, check_float, check_not_empty
from fnn.model import Fn, fn, moving
from fnn.ops.flatten import flatten_backward, flatten_forward


def _forward(x: Array) -> tuple[Array, Shape]:
    check_float(x, "flatten")
    check_not_empty(x, "flatten")
    return flatten_forward(x)


flatten: Fn[Array, Array] = fn(
    _forward, flatten_backward, name="flatten", shape=lambda s: (math.prod(s),), flops=moving
)
"""``(batch, height, width, ...)`` to ``(batch, height * width * ...)``."""
