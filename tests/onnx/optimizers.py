"""Optimizers: one step from a state in the middle of training."""

from __future__ import annotations

import math
from typing import TypeAlias, TypeVar

import attrs

from fnn import optim
from fnn.arrays import Array
from fnn.optim import Optimizer
from fnn.optim.adagrad import AdaGradState
from fnn.optim.adam import AdamState
from fnn.optim.momentum import MomentumState
from tests.onnx.node import Node, Operator

S = TypeVar("S")

Arrays: TypeAlias = tuple[Array, ...]


def adagrad(node: Node) -> Arrays:
    """The rate falls as ``R / (1 + decay T)``."""
    step = read(node, 3)
    rate = optim.inverse_time(step.rate, decay=node["decay_factor"])
    state = AdaGradState(step.count, rate(step.count), step.slots[0])
    params, state = step.take(optim.adagrad(rate, eps=node["epsilon"]), state)
    return params + state.square


def adam(node: Node) -> Arrays:
    """Here ``eps`` is added behind the correction of the square, and at ``T = 0`` nothing is corrected.

    The same step is that of fnn with ``eps`` divided by the correction, and, at ``T = 0``, a rate without it.
    """
    step = read(node, 4)
    beta1, beta2, t = node["alpha"], node["beta"], max(step.count, 1)
    root = math.sqrt(1 - beta2**t)
    rate = step.rate if step.count else step.rate * (1 - beta1**t) / root
    optimizer = optim.adam(rate, beta1=beta1, beta2=beta2, eps=node["epsilon"] / root)
    params, state = step.take(optimizer, AdamState(t - 1, rate, *step.slots))
    return params + state.mean + state.square


def momentum(node: Node) -> Arrays:
    """The velocity points uphill, without the learning rate; gradients after the first step are scaled by ``beta``."""
    step = read(node, 3)
    if step.count:
        beta = node["beta"]
        step = attrs.evolve(step, decay=beta * step.decay, grads=tuple(beta * g for g in step.grads))
    make = optim.nesterov if node["mode"] == "nesterov" else optim.momentum
    state = MomentumState(step.count, step.rate, tuple(-step.rate * v for v in step.slots[0]))
    params, state = step.take(make(step.rate, momentum=node["alpha"]), state)
    return params + tuple(v / -step.rate for v in state.velocity)


@attrs.frozen(eq=False)
class Step:
    """The inputs of a step; ``slots`` are the arrays of the state, one for each parameter in each slot."""

    rate: float
    count: int
    decay: float
    params: Arrays
    grads: Arrays
    slots: tuple[Arrays, ...]

    def take(self, optimizer: Optimizer[S], state: S) -> tuple[Arrays, S]:
        """Add ``decay`` times the parameters to the gradients, and go one step on."""
        chain = optim.chain(optim.weight_decay(self.decay, where="*"), optimizer)
        params, (_, state) = chain.update(self.grads, (None, state), self.params)
        return params, state


def read(node: Node, groups: int) -> Step:
    """Read the rate, the count, and then the groups: parameters, gradients, and the slots of the state."""
    count = (len(node.inputs) - 2) // groups
    arrays = [tuple(node.array(2 + group * count + i) for i in range(count)) for group in range(groups)]
    return Step(node.number(0, 0), int(node.raw(1)), node["norm_coefficient"], arrays[0], arrays[1], tuple(arrays[2:]))


OPERATORS: dict[str, Operator] = {"Adagrad": adagrad, "Adam": adam, "Momentum": momentum}
