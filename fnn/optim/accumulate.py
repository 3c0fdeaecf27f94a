"""Gradient accumulation: several micro-batches in the place of one batch that does not fit into memory.

With ``k`` micro-batches of ``n`` samples each, the gradient of the mean loss over all ``k n`` samples is the mean of
their gradients:

    g = (g_1 + ... + g_k) / k

The parameters stay where they are while it is gathered, and then make one step.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

import numpy as np

from fnn import tree
from fnn.arrays import Array, freeze
from fnn.optim.arithmetic import scaled
from fnn.optim.base import Arrays, Optimizer, Paths
from fnn.optim.state import check_state, zeros
from fnn.tree import record, static
from fnn.validate import positive

S = TypeVar("S")


@record
class AccumulateState(Generic[S]):
    """Micro-batches since the last step, the sums of their gradients, and the state of the optimizer inside."""

    count: int = static()
    total: tuple[Array, ...]
    inner: S


def accumulate(optimizer: Optimizer[S], *, steps: int) -> Optimizer[AccumulateState[S]]:
    """Wrap an optimizer, or a chain, so that it makes one step of the mean gradient of ``steps`` micro-batches.

    For a loss that is a mean, micro-batches of equal size do what one batch of all their samples does, to rounding.
    (A smaller last one counts as much as the others: leave it out with ``drop_last``. Batch normalization sees each
    micro-batch alone.) Put clipping and averages inside, where they see whole steps; schedules inside count these, too.

    A group does not end with the epoch: what an epoch leaves incomplete, the next one goes on with, and what the last
    epoch leaves stays in the state, unused. Where that is not wanted, choose ``steps`` so that it divides the number of
    batches in an epoch. Raises HyperparameterError for steps below 1.

    >>> import fnn
    >>> optimizer = accumulate(fnn.sgd(1.0), steps=2)
    >>> params = (np.array([8.0]),)
    >>> state = optimizer.start(params)
    >>> for slope in (1.0, 3.0, 5.0):
    ...     params, state = optimizer.update((np.array([slope]),), state, params)
    ...     print(params[0], state.count)
    [8.] 1
    [6.] 0
    [6.] 1
    """
    positive("accumulate", steps=steps)
    name = f"accumulate({optimizer.name}, steps={steps})"

    def init(params: Arrays) -> AccumulateState[S]:
        return AccumulateState(0, zeros(params), optimizer.init(params))

    def step(
        grads: Arrays, state: AccumulateState[S], params: Arrays, paths: Paths
    ) -> tuple[Arrays, Arrays, AccumulateState[S]]:
        check_state(state, AccumulateState, params, name)
        count = state.count + 1
        total = [np.add(t, g, out=np.empty_like(t)) for t, g in zip(state.total, grads, strict=True)]
        if count < steps:
            return grads, params, AccumulateState(count, tuple(freeze(t) for t in total), state.inner)
        mean = [scaled(t, 1 / steps) for t in total]
        grads, moved, inner = optimizer.step(mean, state.inner, params, paths)
        return grads, moved, AccumulateState(0, zeros(params), inner)

    def observe(state: AccumulateState[S], metrics: Mapping[str, float]) -> AccumulateState[S]:
        return tree.replace(state, inner=optimizer.observe(state.inner, metrics))

    return Optimizer(init, step, observe=observe, name=name)
