"""Adam: momentum over gradients scaled by their root mean square, both corrected for starting at 0.

At step ``t = 1, 2, ...``

    m <- beta1 * m + (1 - beta1) * g            M = m / (1 - beta1^t)
    s <- beta2 * s + (1 - beta2) * g^2          S = s / (1 - beta2^t)
    w <- w - learning_rate * M / (sqrt(S) + eps)

As ``m`` starts at 0, it is the sum of ``(1 - beta1) beta1^(t-i) g_i`` over the steps ``i``, with weights that sum to
``1 - beta1^t`` and not to 1; dividing by that makes ``M`` a mean, and likewise ``S``.

With ``r = sqrt(1 - beta2^t)`` the last line is ``w - (learning_rate * r / (1 - beta1^t)) * m / (sqrt(s) + eps * r)``,
which needs no array for ``M`` and ``S``.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import attrs

from fnn.arrays import Array
from fnn.kernels import adam_overwrite, adam_update
from fnn.memory import only_here, writeable
from fnn.optim.base import Arrays, Optimizer, Paths
from fnn.optim.schedules import Rate, Schedule, as_schedule, show
from fnn.optim.state import check_slopes, check_state, zeros
from fnn.tree import record, static
from fnn.validate import in_range


@record
class AdamState:
    """Steps taken, the learning rate of the last step (of the first, before any), and the two moments, uncorrected."""

    count: int = static()
    learning_rate: float = static()
    mean: tuple[Array, ...]
    square: tuple[Array, ...]


@attrs.frozen(eq=False)
class AdamStep:
    """The step of `adam`, which also tells what it computes with, for code that computes it in another place."""

    name: str
    schedule: Schedule
    beta1: float
    beta2: float
    eps: float

    def constants(self, count: int) -> tuple[float, tuple[float, float, float, float]]:
        """Return, for the step after ``count`` steps, the learning rate, and beta1, beta2, rate and eps, corrected."""
        rate, root = self.schedule(count), math.sqrt(1 - self.beta2 ** (count + 1))
        return rate, (self.beta1, self.beta2, rate * root / (1 - self.beta1 ** (count + 1)), self.eps * root)

    def __call__(
        self, grads: Arrays, state: AdamState, params: Arrays, paths: Paths
    ) -> tuple[Arrays, Arrays, AdamState]:
        self._check(grads, state, params)
        rate, factors = self.constants(state.count)
        moved, means, squares = adam_update(grads, params, state.mean, state.square, factors)
        return grads, moved, AdamState(state.count + 1, rate, tuple(means), tuple(squares))

    def overwrite(
        self, grads: Arrays, state: AdamState, params: Arrays, paths: Paths
    ) -> tuple[Arrays, Arrays, AdamState]:
        """Write over means, squares and parameters; make new ones if anything else refers to a parameter."""
        if not only_here(params):
            return self(grads, state, params, paths)
        self._check(grads, state, params)
        rate, factors = self.constants(state.count)
        with writeable(params, state.mean, state.square):
            adam_overwrite(grads, params, state.mean, state.square, factors)
        return grads, params, AdamState(state.count + 1, rate, state.mean, state.square)

    def _check(self, grads: Arrays, state: object, params: Arrays) -> None:
        check_state(state, AdamState, params, self.name)
        check_slopes(grads, params, self.name)


def adam(learning_rate: Rate, *, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-7) -> Optimizer[AdamState]:
    """Adam; ``beta1`` and ``beta2`` in [0, 1) are the memories of the two moments, ``eps`` above 0.

    The default ``eps`` is the book's; the paper and PyTorch have 1e-8. Raises HyperparameterError for options outside
    their ranges.

    Reference: Kingma and Ba (2015), "Adam: a method for stochastic optimization", algorithm 1.

    >>> import numpy as np
    >>> optimizer = adam(0.1)
    >>> params = (np.array([1.0, 1.0]),)
    >>> optimizer.update((np.array([2.0, -0.02]),), optimizer.start(params), params)[0][0].round(4)
    array([0.9, 1.1])
    """
    name = f"adam({show(learning_rate)})"
    return Optimizer(*build_adam("adam", name, learning_rate, beta1, beta2, eps), name=name)


def build_adam(
    place: str, name: str, learning_rate: Rate, beta1: float, beta2: float, eps: float
) -> tuple[Callable[[Arrays], AdamState], AdamStep]:
    """Return ``init`` and ``step`` of Adam under another name, for the optimizers that build on it."""
    in_range(place, 0, 1, high_open=True, beta1=beta1, beta2=beta2)
    in_range(place, 0, math.inf, low_open=True, high_open=True, eps=eps)
    schedule = as_schedule(learning_rate, place)

    def init(params: Arrays) -> AdamState:
        return AdamState(0, schedule(0), zeros(params), zeros(params))

    return init, AdamStep(name, schedule, beta1, beta2, eps)
