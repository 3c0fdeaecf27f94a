"""Adamax: Adam with the largest recent gradient in the place of the root mean square.

At step ``t = 1, 2, ...``

    m <- beta1 * m + (1 - beta1) * g            M = m / (1 - beta1^t)
    u <- max(beta2 * u, |g| + eps)
    w <- w - learning_rate * M / u

Adam's root mean square is the power mean of order 2 of the gradients; ``u`` is that of infinite order, which as a
maximum is exact from the first step on and needs no correction. ``eps`` keeps it above 0.
"""

from __future__ import annotations

import math

import numpy as np

from fnn.arrays import Array, freeze
from fnn.optim.arithmetic import average, scaled
from fnn.optim.base import Arrays, Optimizer, Paths
from fnn.optim.schedules import Rate, as_schedule, show
from fnn.optim.state import check_state, zeros
from fnn.tree import record, static
from fnn.validate import in_range


@record
class AdamaxState:
    """Steps taken, the learning rate of the last step (of the first, before any), the mean, and the fading maximum."""

    count: int = static()
    learning_rate: float = static()
    mean: tuple[Array, ...]
    largest: tuple[Array, ...]


def adamax(
    learning_rate: Rate, *, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-7
) -> Optimizer[AdamaxState]:
    """Adamax; ``beta1`` and ``beta2`` in [0, 1) are the memories of mean and maximum, ``eps`` above 0.

    Raises HyperparameterError for options outside their ranges.

    Reference: Kingma and Ba (2015), "Adam: a method for stochastic optimization", algorithm 2.

    >>> optimizer = adamax(0.1)
    >>> params = (np.array([1.0, 1.0]),)
    >>> optimizer.update((np.array([2.0, -0.02]),), optimizer.start(params), params)[0][0].round(4)
    array([0.9, 1.1])
    """
    in_range("adamax", 0, 1, high_open=True, beta1=beta1, beta2=beta2)
    in_range("adamax", 0, math.inf, low_open=True, high_open=True, eps=eps)
    schedule = as_schedule(learning_rate, "adamax")
    name = f"adamax({show(learning_rate)})"

    def init(params: Arrays) -> AdamaxState:
        return AdamaxState(0, schedule(0), zeros(params), zeros(params))

    def step(grads: Arrays, state: AdamaxState, params: Arrays, paths: Paths) -> tuple[Arrays, Arrays, AdamaxState]:
        check_state(state, AdamaxState, params, name)
        rate, count = schedule(state.count), state.count + 1
        moved: list[Array] = []
        means: list[Array] = []
        maxima: list[Array] = []
        for g, w, m, u in zip(grads, params, state.mean, state.largest, strict=True):
            work = np.empty_like(w)
            mean, faded = average(m, g, beta1, work), scaled(u, beta2)
            np.abs(g, out=work)
            work += eps
            largest = freeze(np.maximum(faded, work, out=faded))
            new = np.divide(mean, largest, out=work)
            new *= -rate / (1 - beta1**count)
            new += w
            moved.append(new)
            means.append(mean)
            maxima.append(largest)
        return grads, moved, AdamaxState(count, rate, tuple(means), tuple(maxima))

    return Optimizer(init, step, name=name)
