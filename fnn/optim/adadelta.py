"""Adadelta: steps as large as the recent ones, in units of the recent gradients.

    s <- rho * s + (1 - rho) * g^2
    d = g * sqrt(u + eps) / sqrt(s + eps)
    u <- rho * u + (1 - rho) * d^2
    w <- w - learning_rate * d

``s`` is the running mean of the squared gradients, ``u`` that of the squared steps. Their quotient has the units of the
weights over those of the gradient, as the steps of Newton's method have, so that no rate must be found: it is 1. As
``u`` starts at 0, the first steps are about ``sqrt(eps)`` long: ``eps`` sets the pace of the start.
"""

from __future__ import annotations

import math

import numpy as np

from fnn.arrays import Array
from fnn.optim.arithmetic import average, scaled
from fnn.optim.base import Arrays, Optimizer, Paths
from fnn.optim.schedules import Rate, as_schedule, show
from fnn.optim.state import check_state, zeros
from fnn.tree import record, static
from fnn.validate import in_range


@record
class AdadeltaState:
    """Steps taken, the learning rate of the last step (of the first, before any), and the two mean squares."""

    count: int = static()
    learning_rate: float = static()
    square: tuple[Array, ...]
    step_square: tuple[Array, ...]


def adadelta(learning_rate: Rate = 1.0, *, rho: float = 0.9, eps: float = 1e-6) -> Optimizer[AdadeltaState]:
    """Adadelta; ``rho`` in [0, 1) is the memory of both mean squares, ``eps`` above 0.

    Raises HyperparameterError for options outside their ranges.

    Reference: Zeiler (2012), "ADADELTA: an adaptive learning rate method", algorithm 1.

    >>> optimizer = adadelta(rho=0.75, eps=0.01)
    >>> params = (np.array([1.0]),)
    >>> optimizer.update((np.array([4.0]),), optimizer.start(params), params)[0][0].round(4)
    array([0.8002])
    """
    in_range("adadelta", 0, 1, high_open=True, rho=rho)
    in_range("adadelta", 0, math.inf, low_open=True, high_open=True, eps=eps)
    schedule = as_schedule(learning_rate, "adadelta")
    name = f"adadelta({show(learning_rate)})"

    def init(params: Arrays) -> AdadeltaState:
        return AdadeltaState(0, schedule(0), zeros(params), zeros(params))

    def step(grads: Arrays, state: AdadeltaState, params: Arrays, paths: Paths) -> tuple[Arrays, Arrays, AdadeltaState]:
        check_state(state, AdadeltaState, params, name)
        rate = schedule(state.count)
        moved: list[Array] = []
        squares: list[Array] = []
        step_squares: list[Array] = []
        for g, w, s, u in zip(grads, params, state.square, state.step_square, strict=True):
            work = np.empty_like(w)
            square = average(s, np.multiply(g, g, out=work), rho, work)
            step_square = np.add(u, eps, out=np.empty_like(w))
            delta = np.sqrt(step_square, out=step_square)
            delta *= g
            delta /= np.sqrt(np.add(square, eps, out=work), out=work)
            squares.append(square)
            step_squares.append(average(u, np.multiply(delta, delta, out=work), rho, work))
            new = scaled(delta, -rate)
            new += w
            moved.append(new)
        return grads, moved, AdadeltaState(state.count + 1, rate, tuple(squares), tuple(step_squares))

    return Optimizer(init, step, name=name)
