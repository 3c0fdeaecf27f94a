"""Stochastic gradient descent: ``w <- w - rate * g``."""

from __future__ import annotations

from fnn.arrays import Array
from fnn.optim.base import Arrays, Optimizer, Paths
from fnn.optim.schedules import Rate, as_schedule
from fnn.tree import record, static


@record
class SGDState:
    """Steps taken, and the learning rate of the last step (of the first, before any)."""

    count: int = static()
    learning_rate: float = static()


def sgd(learning_rate: Rate) -> Optimizer[SGDState]:
    """Plain gradient descent. ``learning_rate`` is a number or a schedule.

    Reference: Robbins and Monro (1951), "A stochastic approximation method".

    >>> import fnn
    >>> fnn.sgd(fnn.inverse_time(1.0, decay=0.1))
    sgd(schedule)
    """
    schedule = as_schedule(learning_rate, "sgd")

    def init(params: Arrays) -> SGDState:
        return SGDState(0, schedule(0))

    def step(grads: Arrays, state: SGDState, params: Arrays, paths: Paths) -> tuple[Arrays, Arrays, SGDState]:
        rate = schedule(state.count)
        moved: list[Array] = []
        for g, w in zip(grads, params, strict=True):
            new: Array = g * -rate
            new += w
            moved.append(new)
        return grads, moved, SGDState(state.count + 1, rate)

    return Optimizer(init, step, name=f"sgd({learning_rate if not callable(learning_rate) else 'schedule'})")
