"""Nesterov's accelerated gradient: momentum that looks ahead.

The gradient is wanted at the point ``w + momentum * v`` to which the velocity is about to carry the weights:

    v <- momentum * v - learning_rate * g(w + momentum * v)
    w <- w + v

Training has the gradient only where the parameters are. Therefore the parameters kept are the points looked ahead to,
``u = w + momentum * v``; put into the second line this gives

    v <- momentum * v - learning_rate * g(u)
    u <- u + momentum * v - learning_rate * g(u)        with the new v

which is what is computed, as in PyTorch; the two sets of parameters meet where the velocity dies down.
"""

from __future__ import annotations

from fnn.arrays import Array
from fnn.optim.arithmetic import scaled
from fnn.optim.base import Optimizer
from fnn.optim.momentum import MomentumState, build_momentum
from fnn.optim.schedules import Rate


def nesterov(learning_rate: Rate, *, momentum: float = 0.9) -> Optimizer[MomentumState]:
    """Accelerated gradient descent with momentum in [0, 1); the equations stand at the head of its page.

    The velocity holds the learning rate, as in `fnn.optim.momentum`, and the state is of the same type. Raises
    HyperparameterError for options outside their ranges.

    References: Nesterov (1983), "A method of solving a convex programming problem with convergence rate O(1/k^2)";
    Sutskever et al. (2013), "On the importance of initialization and momentum in deep learning", eqs. 3 and 4.

    >>> import numpy as np
    >>> optimizer = nesterov(1.0, momentum=0.5)
    >>> params = (np.array([1.0]),)
    >>> optimizer.update((np.array([0.1]),), optimizer.start(params), params)[0]
    (array([0.85]),)
    """

    def move(w: Array, velocity: Array, push: Array) -> Array:
        new = scaled(velocity, momentum)
        new += push
        new += w
        return new

    return build_momentum("nesterov", learning_rate, momentum, move)
