"""Sinusoidal positions as a stage: waves that tell the steps of a sequence from each other."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array, BoolArray, IntArray, Shape, check_float, check_not_empty, format_shape
from fnn.errors import ShapeError
from fnn.model import layer, per_input
from fnn.ops.sinusoidal_positions import sinusoidal_positions_backward, sinusoidal_positions_forward
from fnn.ops.steps import cleared, count_steps, step_positions
from fnn.recurrent.model import Recurrent, Steps, recurrent
from fnn.sequences import check_mask

_NAME = "sinusoidal_positions"


def _forward(params: None, steps: Steps[Array, IntArray]) -> tuple[tuple[Array, IntArray], BoolArray | None]:
    x, mask, count = steps.values, steps.mask, steps.carry
    check_float(x, _NAME)
    check_not_empty(x, _NAME)
    if x.ndim != 3:
        hint = "For one sequence write x[None]."
        raise ShapeError(_NAME, "input of shape (batch, time, features)", f"shape {x.shape}", hint)
    if mask is not None:
        check_mask(mask, x.shape[:2], _NAME)
    positions = step_positions(count, x.shape[1], mask, reverse=steps.reverse)
    y, _ = sinusoidal_positions_forward(x, positions=positions)
    return (cleared(y, mask), count_steps(count, x.shape[1], mask)), mask


def _backward(dy: tuple[Array, IntArray], mask: BoolArray | None) -> tuple[None, Steps[Array, IntArray]]:
    return None, Steps(cleared(sinusoidal_positions_backward(dy[0], None), mask), dy[1])


def _shape(s: Shape) -> Shape:
    if len(s) != 2:
        raise ShapeError(_NAME, "input of shape (batch, time, features)", format_shape(s))
    return s


sinusoidal_positions: Recurrent[None, IntArray, Array, Array] = recurrent(
    layer(lambda key: None, _forward, _backward, name=_NAME, shape=_shape, flops=per_input),
    lambda batch_size, dtype: np.zeros(batch_size, np.int64),
)
"""Add fixed waves to each step of ``(batch, time, features)``, by its position; the carry counts the steps before."""
