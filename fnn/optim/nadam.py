"""NAdam: Adam with Nesterov's look ahead, and a momentum that warms up.

The momentum of step ``t = 1, 2, ...`` and the product of all so far are

    b_t = beta1 * (1 - 0.96^(t * momentum_decay) / 2)        B_t = b_1 b_2 ... b_t

With ``m`` and ``s`` as in `fnn.optim.adam`, and ``S = s / (1 - beta2^t)``,

    w <- w - learning_rate * (b_(t+1) m / (1 - B_(t+1)) + (1 - b_t) g / (1 - B_t)) / (sqrt(S) + eps)

Where Adam goes along ``m``, which ends with ``(1 - beta1) g``, this takes the momentum one step further already: ``m``
counts as it will in the next step, and the gradient at hand is added in full.
"""

from __future__ import annotations

import math

import numpy as np

from fnn.arrays import Array
from fnn.optim.arithmetic import descend, moments, scaled
from fnn.optim.base import Arrays, Optimizer, Paths
from fnn.optim.schedules import Rate, as_schedule, show
from fnn.optim.state import check_state, zeros
from fnn.tree import record, static
from fnn.validate import in_range


@record
class NAdamState:
    """As `fnn.optim.adam.AdamState`, and besides the product of the momenta of all steps so far."""

    count: int = static()
    learning_rate: float = static()
    product: float = static()
    mean: tuple[Array, ...]
    square: tuple[Array, ...]


def nadam(
    learning_rate: Rate,
    *,
    beta1: float = 0.9,
    beta2: float = 0.999,
    momentum_decay: float = 0.004,
    eps: float = 1e-7,
) -> Optimizer[NAdamState]:
    """Adam with Nesterov momentum; ``beta1`` and ``beta2`` in [0, 1), ``eps`` above 0.

    ``momentum_decay``, at least 0, is the pace at which the momentum grows from half of ``beta1`` to all of it; with
    the default it has gone four fifths of the way after 10,000 steps. Raises HyperparameterError for options outside
    their ranges.

    Reference: Dozat (2016), "Incorporating Nesterov momentum into Adam", algorithm 2.

    >>> optimizer = nadam(0.1, beta1=0.5)
    >>> params = (np.array([1.0]),)
    >>> optimizer.update((np.array([2.0]),), optimizer.start(params), params)[0][0].round(4)
    array([0.8867])
    """
    in_range("nadam", 0, 1, high_open=True, beta1=beta1, beta2=beta2)
    in_range("nadam", 0, math.inf, high_open=True, momentum_decay=momentum_decay)
    in_range("nadam", 0, math.inf, low_open=True, high_open=True, eps=eps)
    schedule = as_schedule(learning_rate, "nadam")
    name = f"nadam({show(learning_rate)})"

    def momentum(count: int) -> float:
        return float(beta1 * (1 - 0.5 * 0.96 ** (count * momentum_decay)))

    def init(params: Arrays) -> NAdamState:
        return NAdamState(0, schedule(0), 1.0, zeros(params), zeros(params))

    def step(grads: Arrays, state: NAdamState, params: Arrays, paths: Paths) -> tuple[Arrays, Arrays, NAdamState]:
        check_state(state, NAdamState, params, name)
        rate, count = schedule(state.count), state.count + 1
        now, ahead = momentum(count), momentum(count + 1)
        product = state.product * now
        root = math.sqrt(1 - beta2**count)
        moved: list[Array] = []
        means: list[Array] = []
        squares: list[Array] = []
        for g, w, m, s in zip(grads, params, state.mean, state.square, strict=True):
            work = np.empty_like(w)
            mean, square = moments(g, m, s, beta1, beta2, work)
            direction = scaled(mean, ahead / (1 - product * ahead))
            direction += np.multiply(g, (1 - now) / (1 - product), out=work)
            moved.append(descend(w, direction, square, rate * root, eps * root, work))
            means.append(mean)
            squares.append(square)
        return grads, moved, NAdamState(count, rate, product, tuple(means), tuple(squares))

    return Optimizer(init, step, name=name)
