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
from fnn.kernels import adam_update
from fnn.optim.base import Arrays, Optimizer, Paths, Step
from fnn.optim.schedules import Rate, as_schedule, show
from fnn.optim.state import check_state, zeros
from fnn.tree import record, static
from fnn.validate import in_range


@record
class AdamState:
    """Steps taken, the learning rate of the last step (of the first, before any), and the two moments, uncorrected."""

    count: int = static()
    learning_rate: float = static()
    mean: tuple[Array, ...]
    square: tuple[Array, ...]


@attrs.frozen(eq=False, repr=False)
class Adam(Optimizer[AdamState]):
    """Adam, which tells what its next step would compute with, for code that computes it in another place.

    ``constants(state)`` returns the count and the learning rate of the step, and ``(beta1, beta2, rate, eps)`` with the
    corrections in them. They belong to ``known_step``, which is ``step`` unless that was exchanged.
    """

    known_step: Step[AdamState] = attrs.field(kw_only=True)
    constants: Callable[[AdamState], tuple[int, float, tuple[float, float, float, float]]] = attrs.field(kw_only=True)


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
    return build_adam("adam", f"adam({show(learning_rate)})", learning_rate, beta1, beta2, eps)


def build_adam(
    place: str, name: str, learning_rate: Rate, beta1: float, beta2: float, eps: float
) -> Optimizer[AdamState]:
    """Return Adam under another name, for the optimizers that build on it."""
    in_range(place, 0, 1, high_open=True, beta1=beta1, beta2=beta2)
    in_range(place, 0, math.inf, low_open=True, high_open=True, eps=eps)
    schedule = as_schedule(learning_rate, place)

    def init(params: Arrays) -> AdamState:
        return AdamState(0, schedule(0), zeros(params), zeros(params))

    def constants(state: AdamState) -> tuple[int, float, tuple[float, float, float, float]]:
        rate, count = schedule(state.count), state.count + 1
        root = math.sqrt(1 - beta2**count)
        return count, rate, (beta1, beta2, rate * root / (1 - beta1**count), eps * root)

    def step(grads: Arrays, state: AdamState, params: Arrays, paths: Paths) -> tuple[Arrays, Arrays, AdamState]:
        check_state(state, AdamState, params, name)
        count, rate, factors = constants(state)
        moved, means, squares = adam_update(grads, params, state.mean, state.square, *factors)
        return grads, moved, AdamState(count, rate, tuple(means), tuple(squares))

    return Adam(init, step, name=name, constants=constants, known_step=step)
