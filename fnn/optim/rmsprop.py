"""RMSProp: gradients divided by a running root mean square of themselves.

    s <- rho * s + (1 - rho) * g^2
    w <- w - learning_rate * g / (sqrt(s) + eps)

As ``s`` starts at 0 and is not corrected for it, the first steps are about ``1 / sqrt(1 - rho)`` times as long as later
ones; `adam` corrects it.
"""

from __future__ import annotations

import math

import numpy as np

from fnn.arrays import Array
from fnn.optim.arithmetic import average, descend
from fnn.optim.base import Arrays, Optimizer, Paths
from fnn.optim.schedules import Rate, as_schedule, show
from fnn.optim.state import check_state, zeros
from fnn.tree import record, static
from fnn.validate import in_range


@record
class RMSPropState:
    """Steps taken, the learning rate of the last step (of the first, before any), and the mean squared gradients."""

    count: int = static()
    learning_rate: float = static()
    square: tuple[Array, ...]


def rmsprop(learning_rate: Rate, *, rho: float = 0.9, eps: float = 1e-7) -> Optimizer[RMSPropState]:
    """RMSProp; ``rho`` in [0, 1) is the memory of the mean square, ``eps`` above 0.

    Raises HyperparameterError for options outside their ranges.

    Reference: Tieleman and Hinton (2012), "Neural networks for machine learning", lecture 6.5.

    >>> optimizer = rmsprop(0.1, rho=0.75)
    >>> params = (np.array([1.0]),)
    >>> optimizer.update((np.array([4.0]),), optimizer.start(params), params)[0][0].round(4)
    array([0.8])
    """
    in_range("rmsprop", 0, 1, high_open=True, rho=rho)
    in_range("rmsprop", 0, math.inf, low_open=True, high_open=True, eps=eps)
    schedule = as_schedule(learning_rate, "rmsprop")
    name = f"rmsprop({show(learning_rate)})"

    def init(params: Arrays) -> RMSPropState:
        return RMSPropState(0, schedule(0), zeros(params))

    def step(grads: Arrays, state: RMSPropState, params: Arrays, paths: Paths) -> tuple[Arrays, Arrays, RMSPropState]:
        check_state(state, RMSPropState, params, name)
        rate = schedule(state.count)
        moved: list[Array] = []
        squares: list[Array] = []
        for g, w, s in zip(grads, params, state.square, strict=True):
            work = np.multiply(g, g, out=np.empty_like(w))
            square = average(s, work, rho, work)
            moved.append(descend(w, g, square, rate, eps, work))
            squares.append(square)
        return grads, moved, RMSPropState(state.count + 1, rate, tuple(squares))

    return Optimizer(init, step, name=name)
