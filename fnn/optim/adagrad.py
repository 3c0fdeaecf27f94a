"""AdaGrad: each weight's rate shrinks with the gradients it has seen.

    s <- s + g^2
    w <- w - learning_rate * g / (sqrt(s) + eps)

``s`` only grows, so that the rates only fall: fast where gradients are large, slowly where they are rare. In a long run
they may fall too far; `rmsprop` forgets old gradients instead.
"""

from __future__ import annotations

import math

import numpy as np

from fnn.arrays import Array, freeze
from fnn.optim.arithmetic import descend
from fnn.optim.base import Arrays, Optimizer, Paths
from fnn.optim.schedules import Rate, as_schedule, show
from fnn.optim.state import check_state, zeros
from fnn.tree import record, static
from fnn.validate import in_range


@record
class AdaGradState:
    """Steps taken, the learning rate of the last step (of the first, before any), and the sums of squared gradients."""

    count: int = static()
    learning_rate: float = static()
    square: tuple[Array, ...]


def adagrad(learning_rate: Rate, *, eps: float = 1e-7) -> Optimizer[AdaGradState]:
    """AdaGrad; ``eps`` above 0 keeps the first steps finite where gradients are 0.

    Raises HyperparameterError for options outside their ranges.

    Reference: Duchi, Hazan, Singer (2011), "Adaptive subgradient methods for online learning and stochastic
    optimization", the diagonal update of fig. 1.

    >>> optimizer = adagrad(0.1)
    >>> params = (np.array([1.0, 1.0]),)
    >>> optimizer.update((np.array([2.0, -0.02]),), optimizer.start(params), params)[0][0].round(4)
    array([0.9, 1.1])
    """
    in_range("adagrad", 0, math.inf, low_open=True, high_open=True, eps=eps)
    schedule = as_schedule(learning_rate, "adagrad")
    name = f"adagrad({show(learning_rate)})"

    def init(params: Arrays) -> AdaGradState:
        return AdaGradState(0, schedule(0), zeros(params))

    def step(grads: Arrays, state: AdaGradState, params: Arrays, paths: Paths) -> tuple[Arrays, Arrays, AdaGradState]:
        check_state(state, AdaGradState, params, name)
        rate = schedule(state.count)
        moved: list[Array] = []
        squares: list[Array] = []
        for g, w, s in zip(grads, params, state.square, strict=True):
            square = np.multiply(g, g, out=np.empty_like(w))
            square += s
            moved.append(descend(w, g, square, rate, eps, np.empty_like(w)))
            squares.append(freeze(square))
        return grads, moved, AdaGradState(state.count + 1, rate, tuple(squares))

    return Optimizer(init, step, name=name)
