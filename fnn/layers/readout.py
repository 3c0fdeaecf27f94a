"""From a sequence to one vector: its last step, or the mean over its steps; the mathematics stands in `fnn.ops`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from fnn.arrays import Array, BoolArray, Shape, check_float, check_not_empty, format_shape
from fnn.errors import ShapeError
from fnn.model import FlopsRule, Fn, ShapeRule, fn, moving, per_input
from fnn.ops.last_step import last_step_backward, last_step_forward
from fnn.ops.mean_steps import mean_steps_backward, mean_steps_forward
from fnn.sequences import Padded, check_padded

Cache = TypeVar("Cache")


def _rule(name: str) -> ShapeRule:
    def shape(s: Shape) -> Shape:
        if not s:
            raise ShapeError(name, "input of shape (batch, time, ...)", format_shape(s))
        return s[1:]

    return shape


def _of_all(
    name: str,
    forward: Callable[[Array], tuple[Array, Cache]],
    backward: Callable[[Array, Cache], Array],
    flops: FlopsRule,
) -> Fn[Array, Array]:
    shape = _rule(name)

    def checked(x: Array) -> tuple[Array, Cache]:
        check_float(x, name)
        check_not_empty(x, name)
        shape(x.shape[1:])
        return forward(x)

    return fn(checked, backward, name=name, shape=shape, flops=flops)


def _of_padded(
    name: str,
    forward: Callable[[Array, BoolArray], tuple[Array, Cache]],
    backward: Callable[[Array, Cache], Array],
    flops: FlopsRule,
) -> Fn[Padded[Array], Array]:
    def checked(x: Padded[Array]) -> tuple[Array, tuple[Cache, BoolArray]]:
        check_padded(x, name)
        check_float(x.values, name)
        y, cache = forward(x.values, x.mask)
        return y, (cache, x.mask)

    def back(dy: Array, cache: tuple[Cache, BoolArray]) -> Padded[Array]:
        inner, mask = cache
        return Padded(backward(dy, inner), mask)

    return fn(checked, back, name=name, shape=_rule(name), flops=flops)


last_step: Fn[Array, Array] = _of_all("last_step", last_step_forward, last_step_backward, moving)
"""The last step of each sequence: from ``(batch, time, ...)`` to ``(batch, ...)``."""

mean_steps: Fn[Array, Array] = _of_all("mean_steps", mean_steps_forward, mean_steps_backward, per_input)
"""The mean over the steps of each sequence: from ``(batch, time, ...)`` to ``(batch, ...)``."""

last_valid_step: Fn[Padded[Array], Array] = _of_padded(
    "last_valid_step", lambda x, mask: last_step_forward(x, mask=mask), last_step_backward, moving
)
"""The last step that is there of each padded sequence; a sequence without any is refused."""

mean_valid_steps: Fn[Padded[Array], Array] = _of_padded(
    "mean_valid_steps", lambda x, mask: mean_steps_forward(x, mask=mask), mean_steps_backward, per_input
)
"""The mean over the steps that are there of each padded sequence; a sequence without any is refused."""
