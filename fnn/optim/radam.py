"""RAdam: Adam that first waits until its mean square is worth something.

After few steps the mean square ``s`` rests on few gradients, and dividing by its root throws the weights about. At step
``t = 1, 2, ...`` it rests on about as many independent ones as a plain mean over

    n_t = n - 2 t beta2^t / (1 - beta2^t)        n = 2 / (1 - beta2) - 1,  the limit

With ``m`` and ``s`` as in `fnn.optim.adam`, ``M = m / (1 - beta1^t)``, and ``S = s / (1 - beta2^t)``,

    w <- w - learning_rate * M                                                               while n_t <= 5
    w <- w - learning_rate * r * M / sqrt(S)        r^2 = (n_t - 4) (n_t - 2) n / ((n - 4) (n - 2) n_t)        then

``r`` grows from near 0 to 1: it makes the variance of ``r / sqrt(S)`` at each step what it is in the limit, which does
what a warm-up of the learning rate does by hand. The variance is finite from ``n_t = 4`` on; its estimate is good from
about 5, as in the authors' program. ``eps`` is added to ``sqrt(s)``, as in PyTorch.
"""

from __future__ import annotations

import math

import numpy as np

from fnn.arrays import Array
from fnn.optim.adam import AdamState
from fnn.optim.arithmetic import descend, moments
from fnn.optim.base import Arrays, Optimizer, Paths
from fnn.optim.schedules import Rate, as_schedule, show
from fnn.optim.state import check_state, zeros
from fnn.validate import in_range


def radam(learning_rate: Rate, *, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-7) -> Optimizer[AdamState]:
    """Rectified Adam; ``beta1`` and ``beta2`` in [0, 1) are the memories of the two moments, ``eps`` above 0.

    The first steps, five of them with the default ``beta2``, are of the size of the gradient: clip where that may be
    large. The state is of the type of `adam`'s. Raises HyperparameterError for options outside their ranges.

    Reference: Liu et al. (2020), "On the variance of the adaptive learning rate and beyond", algorithm 2.

    >>> optimizer = radam(0.1)
    >>> params = (np.array([1.0]),)
    >>> optimizer.update((np.array([2.0]),), optimizer.start(params), params)[0][0].round(4)
    array([0.8])
    """
    in_range("radam", 0, 1, high_open=True, beta1=beta1, beta2=beta2)
    in_range("radam", 0, math.inf, low_open=True, high_open=True, eps=eps)
    schedule = as_schedule(learning_rate, "radam")
    name = f"radam({show(learning_rate)})"
    limit = 2 / (1 - beta2) - 1

    def rectify(count: int) -> float:
        """Return ``r``, or 0 where the mean square does not count yet."""
        n = limit - 2 * count * beta2**count / (1 - beta2**count)
        return math.sqrt((n - 4) * (n - 2) * limit / ((limit - 4) * (limit - 2) * n)) if n > 5 else 0.0

    def init(params: Arrays) -> AdamState:
        return AdamState(0, schedule(0), zeros(params), zeros(params))

    def step(grads: Arrays, state: AdamState, params: Arrays, paths: Paths) -> tuple[Arrays, Arrays, AdamState]:
        check_state(state, AdamState, params, name)
        rate, count = schedule(state.count), state.count + 1
        corrected, r = rate / (1 - beta1**count), rectify(count)
        root = math.sqrt(1 - beta2**count)
        moved: list[Array] = []
        means: list[Array] = []
        squares: list[Array] = []
        for g, w, m, s in zip(grads, params, state.mean, state.square, strict=True):
            work = np.empty_like(w)
            mean, square = moments(g, m, s, beta1, beta2, work)
            if r > 0:
                moved.append(descend(w, mean, square, corrected * r * root, eps, work))
            else:
                np.multiply(mean, -corrected, out=work)
                work += w
                moved.append(work)
            means.append(mean)
            squares.append(square)
        return grads, moved, AdamState(count, rate, tuple(means), tuple(squares))

    return Optimizer(init, step, name=name)
