"""Activation functions as stages; the mathematics of each stands in its page of `fnn.ops`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from fnn import ops
from fnn.arrays import Array, check_float
from fnn.model import Fn, fn

Cache = TypeVar("Cache")


def activation(
    name: str, forward: Callable[[Array], tuple[Array, Cache]], backward: Callable[[Array, Cache], Array]
) -> Fn[Array, Array]:
    """Make a stage of an elementwise pair, which keeps the shape, and checks that its input is float."""

    def checked(x: Array) -> tuple[Array, Cache]:
        check_float(x, name)
        return forward(x)

    return fn(checked, backward, name=name, shape=lambda s: s)


relu: Fn[Array, Array] = activation("relu", ops.relu_forward, ops.relu_backward)
"""``max(x, 0)``."""
