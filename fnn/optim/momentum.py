"""Gradient descent with momentum: a velocity that gradients push and friction slows.

    v <- momentum * v - learning_rate * g
    w <- w + v

The learning rate stands inside the velocity, as in the book and in the references. With a constant rate this is the
same path as ``v <- momentum * v + g, w <- w - learning_rate * v`` (PyTorch's). When a schedule lowers the rate, here
the velocity gathered so far runs out at its own pace; there it is cut together with the rate.
"""

from __future__ import annotations

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


def momentum(learning_rate: Rate, momentum: float = 0.9) -> Optimizer[MomentumState]:
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
    in_range("momentum", 0, 1, high_open=True, momentum=momentum)
    schedule = as_schedule(learning_rate, "momentum")
    name = f"momentum({show(learning_rate)}, momentum={momentum:g})"

    def init(params: Arrays) -> MomentumState:
        return MomentumState(0, schedule(0), zeros(params))

    def step(grads: Arrays, state: MomentumState, params: Arrays, paths: Paths) -> tuple[Arrays, Arrays, MomentumState]:
        check_state(state, MomentumState, params, name)
        rate = schedule(state.count)
        moved: list[Array] = []
        velocities: list[Array] = []
        for g, w, v in zip(grads, params, state.velocity, strict=True):
            velocity, new = scaled(v, momentum), scaled(g, -rate)
            velocity += new
            moved.append(np.add(w, velocity, out=new))
            velocities.append(freeze(velocity))
        return grads, moved, MomentumState(state.count + 1, rate, tuple(velocities))

    return Optimizer(init, step, name=name)
