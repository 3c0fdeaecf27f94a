"""Lookahead: fast weights explore, slow weights follow part of the way.

The optimizer inside moves the fast weights ``w``. Every ``steps`` steps

    slow <- slow + pace * (w - slow)        w <- slow

so that what the last steps had in common is kept, and what they had against each other is averaged away.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

import numpy as np

from fnn import tree
from fnn.arrays import Array, freeze
from fnn.optim.arithmetic import average
from fnn.optim.base import Arrays, Optimizer, Paths
from fnn.optim.state import check_state
from fnn.tree import record, static
from fnn.validate import in_range, positive

S = TypeVar("S")


@record
class LookaheadState(Generic[S]):
    """Steps taken, the slow weights, and the state of the optimizer inside."""

    count: int = static()
    slow: tuple[Array, ...]
    inner: S


def lookahead(optimizer: Optimizer[S], *, steps: int = 5, pace: float = 0.5) -> Optimizer[LookaheadState[S]]:
    """Wrap an optimizer, or a chain; ``pace`` in (0, 1] is how far the slow weights follow, every ``steps`` steps.

    In between, the parameters are the fast weights, with which training goes on; evaluate after a multiple of
    ``steps``. The optimizer inside keeps its momentum. Raises HyperparameterError for options outside their ranges.

    Reference: Zhang, Lucas, Hinton, Ba (2019), "Lookahead optimizer: k steps forward, 1 step back", algorithm 1.

    >>> import fnn
    >>> optimizer = lookahead(fnn.sgd(1.0), steps=2, pace=0.5)
    >>> params, slope = (np.array([8.0]),), (np.array([1.0]),)
    >>> state = optimizer.start(params)
    >>> for _ in range(3):
    ...     params, state = optimizer.update(slope, state, params)
    ...     print(params[0])
    [7.]
    [7.]
    [6.]
    """
    positive("lookahead", steps=steps)
    in_range("lookahead", 0, 1, low_open=True, pace=pace)
    name = f"lookahead({optimizer.name}, steps={steps}, pace={pace:g})"

    def init(params: Arrays) -> LookaheadState[S]:
        return LookaheadState(0, tuple(freeze(np.array(w)) for w in params), optimizer.init(params))

    def step(
        grads: Arrays, state: LookaheadState[S], params: Arrays, paths: Paths
    ) -> tuple[Arrays, Arrays, LookaheadState[S]]:
        check_state(state, LookaheadState, params, name)
        grads, fast, inner = optimizer.step(grads, state.inner, params, paths)
        count = state.count + 1
        if count % steps:
            return grads, fast, LookaheadState(count, state.slow, inner)
        slow = tuple(average(s, w, 1 - pace, np.empty_like(w)) for s, w in zip(state.slow, fast, strict=True))
        return grads, slow, LookaheadState(count, slow, inner)

    def observe(state: LookaheadState[S], metrics: Mapping[str, float]) -> LookaheadState[S]:
        return tree.replace(state, inner=optimizer.observe(state.inner, metrics))

    return Optimizer(init, step, observe=observe, name=name)
