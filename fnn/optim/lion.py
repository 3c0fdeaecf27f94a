"""Lion: steps of one size, of which the momentum gives only the sign.

    c = beta1 * m + (1 - beta1) * g
    w <- w - learning_rate * (sign(c) + weight_decay * w)
    m <- beta2 * m + (1 - beta2) * g

Every weight moves by the learning rate, except where ``c`` is exactly 0. The steps are therefore longer than Adam's,
which shrink where gradients disagree: take a rate three to ten times smaller, and a decay as many times larger. One
array is kept for each parameter, where Adam keeps two.
"""

from __future__ import annotations

import math

import numpy as np

from fnn.arrays import Array
from fnn.optim.arithmetic import average
from fnn.optim.base import Arrays, Optimizer, Paths
from fnn.optim.schedules import Rate, as_schedule, show
from fnn.optim.state import check_state, zeros
from fnn.optim.weight_decay import decayed
from fnn.tree import Where, record, static
from fnn.validate import in_range


@record
class LionState:
    """Steps taken, the learning rate of the last step (of the first, before any), and the momentum."""

    count: int = static()
    learning_rate: float = static()
    mean: tuple[Array, ...]


def lion(
    learning_rate: Rate,
    *,
    beta1: float = 0.9,
    beta2: float = 0.99,
    weight_decay: float = 0.0,
    where: Where = "*weight",
) -> Optimizer[LionState]:
    """Lion; ``beta1`` in [0, 1) mixes momentum and gradient in a step, ``beta2`` in [0, 1) is the momentum's memory.

    ``weight_decay``, at least 0, is decoupled, as in `adamw`; if it is above 0, ``where`` chooses the parameters that
    decay, no biases by default. Raises HyperparameterError for options outside their ranges, StructureError at the
    first step if ``where`` chooses nothing.

    Reference: Chen et al. (2023), "Symbolic discovery of optimization algorithms", algorithm 2.

    >>> optimizer = lion(0.1)
    >>> params = (np.array([1.0, 1.0, 1.0]),)
    >>> optimizer.update((np.array([2.0, -0.02, 0.0]),), optimizer.start(params), params)[0]
    (array([0.9, 1.1, 1. ]),)
    """
    in_range("lion", 0, 1, high_open=True, beta1=beta1, beta2=beta2)
    in_range("lion", 0, math.inf, high_open=True, weight_decay=weight_decay)
    schedule = as_schedule(learning_rate, "lion")
    name = f"lion({show(learning_rate)}{f', weight_decay={weight_decay:g}' if weight_decay else ''})"

    def init(params: Arrays) -> LionState:
        return LionState(0, schedule(0), zeros(params))

    def step(grads: Arrays, state: LionState, params: Arrays, paths: Paths) -> tuple[Arrays, Arrays, LionState]:
        check_state(state, LionState, params, name)
        rate = schedule(state.count)
        moved: list[Array] = []
        means: list[Array] = []
        for g, w, m in zip(grads, params, state.mean, strict=True):
            work = np.empty_like(w)
            means.append(average(m, g, beta2, work))
            new = np.sign(average(m, g, beta1, work), out=work)
            new *= -rate
            new += w
            moved.append(new)
        if weight_decay > 0:
            moved = decayed(params, moved, rate * weight_decay, where, paths, name)
        return grads, moved, LionState(state.count + 1, rate, tuple(means))

    return Optimizer(init, step, name=name)
