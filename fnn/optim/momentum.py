"""Gradient descent with momentum: a velocity that gradients push and friction slows.

    v <- momentum * v - learning_rate * g
    w <- w + v

Under a steady gradient the velocity tends to ``-learning_rate * g / (1 - momentum)``: with momentum 0.9, steps become
ten times as long.

The learning rate stands inside the velocity, as in the book and in the references. With a constant rate this is the
same path as ``v <- momentum * v + g, w <- w - learning_rate * v`` (PyTorch's). When a schedule lowers the rate, here
the velocity gathered so far runs out at its own pace; there it is cut together with the rate.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fnn.arrays import Array, freeze
from fnn.optim.arithmetic import scaled
from fnn.optim.base import Arrays, Optimizer, Paths
from fnn.optim.schedules import Rate, as_schedule, show
from fnn.optim.state import check_state, zeros
from fnn.tree import record, static
from fnn.validate import in_range


@record
class MomentumState:
    """Steps taken, the learning rate of the last step (of the first, before any), and the velocities."""

    count: int = static()
    learning_rate: float = static()
    velocity: tuple[Array, ...]


def momentum(learning_rate: Rate, *, momentum: float = 0.9) -> Optimizer[MomentumState]:
    """Gradient descent with momentum in [0, 1): ``v <- momentum * v - learning_rate * g``, ``w <- w + v``.

    Raises HyperparameterError for options outside their ranges.

    References: Polyak (1964), "Some methods of speeding up the convergence of iteration methods"; Sutskever et al.
    (2013), "On the importance of initialization and momentum in deep learning", eqs. 1 and 2.

    >>> optimizer = momentum(1.0, momentum=0.5)
    >>> params, slope = (np.array([1.0]),), (np.array([0.1]),)
    >>> params, state = optimizer.update(slope, optimizer.start(params), params)
    >>> params, state = optimizer.update(slope, state, params)
    >>> params, state.velocity
    ((array([0.75]),), (array([-0.15]),))
    """

    def move(w: Array, velocity: Array, push: Array) -> Array:
        return np.add(w, velocity, out=push)

    return build_momentum("momentum", learning_rate, momentum, move)


def build_momentum(
    place: str, learning_rate: Rate, momentum: float, move: Callable[[Array, Array, Array], Array]
) -> Optimizer[MomentumState]:
    """Return an optimizer with a velocity; ``move(w, velocity, push)`` gives the new parameter and may overwrite push.

    ``velocity`` is the new one, and ``push`` the part of it that the gradient adds, ``-learning_rate * g``.
    """
    in_range(place, 0, 1, high_open=True, momentum=momentum)
    schedule = as_schedule(learning_rate, place)
    name = f"{place}({show(learning_rate)}, momentum={momentum:g})"

    def init(params: Arrays) -> MomentumState:
        return MomentumState(0, schedule(0), zeros(params))

    def step(grads: Arrays, state: MomentumState, params: Arrays, paths: Paths) -> tuple[Arrays, Arrays, MomentumState]:
        check_state(state, MomentumState, params, name)
        rate = schedule(state.count)
        moved: list[Array] = []
        velocities: list[Array] = []
        for g, w, v in zip(grads, params, state.velocity, strict=True):
            velocity, push = scaled(v, momentum), scaled(g, -rate)
            velocity += push
            moved.append(move(w, velocity, push))
            velocities.append(freeze(velocity))
        return grads, moved, MomentumState(state.count + 1, rate, tuple(velocities))

    return Optimizer(init, step, name=name)
