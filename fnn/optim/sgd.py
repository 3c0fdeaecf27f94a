"""Stochastic gradient descent.

    w <- w - learning_rate * g

The gradient of a batch points where the loss of this batch grows fastest; each step goes the other way. It is
stochastic, for the batch is a random sample: its gradient is that of the whole data set on average only.
"""

from __future__ import annotations

from fnn.arrays import Array
from fnn.optim.arithmetic import scaled
from fnn.optim.base import Arrays, Optimizer, Paths
from fnn.optim.schedules import Rate, as_schedule, show
from fnn.optim.state import check_state
from fnn.tree import record, static


@record
class SGDState:
    """Steps taken, and the learning rate of the last step (of the first, before any)."""

    count: int = static()
    learning_rate: float = static()


def sgd(learning_rate: Rate) -> Optimizer[SGDState]:
    """Plain gradient descent. ``learning_rate`` (at least 0) is a number or a schedule.

    Raises HyperparameterError for a rate below 0 or not finite.

    Reference: Robbins and Monro (1951), "A stochastic approximation method".

    >>> import numpy as np
    >>> optimizer = sgd(0.1)
    >>> params = (np.array([1.0]),)
    >>> optimizer.update((np.array([2.0]),), optimizer.start(params), params)
    ((array([0.8]),), SGDState(count=1, learning_rate=0.1))
    """
    schedule = as_schedule(learning_rate, "sgd")
    name = f"sgd({show(learning_rate)})"

    def init(params: Arrays) -> SGDState:
        return SGDState(0, schedule(0))

    def step(grads: Arrays, state: SGDState, params: Arrays, paths: Paths) -> tuple[Arrays, Arrays, SGDState]:
        check_state(state, SGDState, params, name)
        rate = schedule(state.count)
        moved: list[Array] = []
        for g, w in zip(grads, params, strict=True):
            new = scaled(g, -rate)
            new += w
            moved.append(new)
        return grads, moved, SGDState(state.count + 1, rate)

    return Optimizer(init, step, name=name)
