"""AMSGrad: Adam whose mean square never shrinks, so that no weight's rate ever grows.

At step ``t = 1, 2, ...``, with ``m`` and ``s`` as in `fnn.optim.adam`,

    l <- max(l, s)
    w <- w - learning_rate * M / (sqrt(L) + eps)        M = m / (1 - beta1^t),   L = l / (1 - beta2^t)

Where rare large gradients point the right way, Adam forgets them between two of them and follows the many small wrong
ones; the maximum remembers. As in `adam`, the two corrections are drawn into the rate and ``eps``.
"""

from __future__ import annotations

import math

import numpy as np

from fnn.arrays import Array, freeze
from fnn.optim.arithmetic import descend, moments
from fnn.optim.base import Arrays, Optimizer, Paths
from fnn.optim.schedules import Rate, as_schedule, show
from fnn.optim.state import check_state, zeros
from fnn.tree import record, static
from fnn.validate import in_range


@record
class AMSGradState:
    """As `fnn.optim.adam.AdamState`, and besides the largest mean squares so far, uncorrected."""

    count: int = static()
    learning_rate: float = static()
    mean: tuple[Array, ...]
    square: tuple[Array, ...]
    largest: tuple[Array, ...]


def amsgrad(
    learning_rate: Rate, *, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-7
) -> Optimizer[AMSGradState]:
    """Adam with the maximum of all mean squares; ``beta1`` and ``beta2`` in [0, 1), ``eps`` above 0.

    The moments are corrected for their start at 0 as in `adam`, and as in PyTorch; the paper leaves that out. Raises
    HyperparameterError for options outside their ranges.

    Reference: Reddi, Kale, Kumar (2018), "On the convergence of Adam and beyond", algorithm 2.

    >>> optimizer = amsgrad(0.1)
    >>> params = (np.array([1.0, 1.0]),)
    >>> optimizer.update((np.array([2.0, -0.02]),), optimizer.start(params), params)[0][0].round(4)
    array([0.9, 1.1])
    """
    in_range("amsgrad", 0, 1, high_open=True, beta1=beta1, beta2=beta2)
    in_range("amsgrad", 0, math.inf, low_open=True, high_open=True, eps=eps)
    schedule = as_schedule(learning_rate, "amsgrad")
    name = f"amsgrad({show(learning_rate)})"

    def init(params: Arrays) -> AMSGradState:
        return AMSGradState(0, schedule(0), zeros(params), zeros(params), zeros(params))

    def step(grads: Arrays, state: AMSGradState, params: Arrays, paths: Paths) -> tuple[Arrays, Arrays, AMSGradState]:
        check_state(state, AMSGradState, params, name)
        rate, count = schedule(state.count), state.count + 1
        root = math.sqrt(1 - beta2**count)
        corrected = rate * root / (1 - beta1**count)
        moved: list[Array] = []
        means: list[Array] = []
        squares: list[Array] = []
        maxima: list[Array] = []
        for g, w, m, s, before in zip(grads, params, state.mean, state.square, state.largest, strict=True):
            work = np.empty_like(w)
            mean, square = moments(g, m, s, beta1, beta2, work)
            largest = freeze(np.maximum(before, square, out=np.empty_like(w)))
            moved.append(descend(w, mean, largest, corrected, eps * root, work))
            means.append(mean)
            squares.append(square)
            maxima.append(largest)
        return grads, moved, AMSGradState(count, rate, tuple(means), tuple(squares), tuple(maxima))

    return Optimizer(init, step, name=name)
