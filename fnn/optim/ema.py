"""An exponential moving average of the parameters, which often generalizes better than the last ones.

    a <- decay * a + (1 - decay) * w                    with a = the first parameters at the start

Without the bias of that start, the average of ``w_1 ... w_t`` with the weights ``decay^(t-i)`` is

    a_t = c a_(t-1) + (1 - c) w_t,      c = decay (1 - decay^(t-1)) / (1 - decay^t)

At ``t = 1`` this is ``w_1``; ``c`` grows towards ``decay``.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from fnn import tree
from fnn.arrays import Array, describe, freeze
from fnn.errors import StructureError
from fnn.optim.arithmetic import average
from fnn.optim.base import Arrays, Paths, Transform
from fnn.optim.state import check_state, nodes
from fnn.tree import record, static
from fnn.validate import in_range

P = TypeVar("P")


@record
class EMAState:
    """Steps taken, and the average of each trained parameter, ready for use (see `averaged`)."""

    count: int = static()
    average: tuple[Array, ...]


def ema(decay: float, *, debias: bool = True) -> Transform[EMAState]:
    """Keep a moving average of the parameters, with memory ``decay`` in [0, 1), after the optimizer in a chain.

    Training itself is not changed; `averaged` gives the average. With ``debias`` the average is one of the parameters
    after each step alone; without, it starts at the first parameters, which fade as ``decay**steps``. Raises
    HyperparameterError for a decay outside.

    References: Polyak and Juditsky (1992), "Acceleration of stochastic approximation by averaging"; for the bias Kingma
    and Ba (2015), "Adam: a method for stochastic optimization", sec. 3.

    >>> import fnn
    >>> optimizer = fnn.chain(fnn.sgd(1.0), ema(0.5))
    >>> params, slope = (np.array([8.0]),), (np.array([3.0]),)
    >>> params, state = optimizer.update(slope, optimizer.start(params), params)
    >>> params, state = optimizer.update(slope, state, params)
    >>> params, averaged(state, params)
    ((array([2.]),), (array([3.]),))
    """
    in_range("ema", 0, 1, high_open=True, decay=decay)
    name = f"ema({decay:g})"

    def init(params: Arrays) -> EMAState:
        return EMAState(0, tuple(freeze(np.array(w)) for w in params))

    def step(grads: Arrays, state: EMAState, params: Arrays, paths: Paths) -> tuple[Arrays, Arrays, EMAState]:
        check_state(state, EMAState, params, name)
        count = state.count + 1
        keep = decay * (1 - decay**state.count) / (1 - decay**count) if debias else decay
        new = tuple(average(a, w, keep, np.empty_like(w)) for a, w in zip(state.average, params, strict=True))
        return grads, params, EMAState(count, new)

    return Transform(init, step, name=name, position="after")


def averaged(state: object, params: P) -> P:
    """Return ``params`` with every trained array replaced by its average, from the `ema` in the state of a chain.

    Buffers, such as running statistics, stay those of ``params``. With several averages in a chain, the first. Raises
    StructureError if there is none, or if it belongs to other parameters.

    >>> averaged((None, EMAState(3, (np.array([0.5]),))), {"weight": np.array([1.0])})
    {'weight': array([0.5])}
    """
    for node in nodes(state):
        if isinstance(node, EMAState):
            check_state(node, EMAState, tree.trained_leaves(params), "averaged")
            return tree.with_trained_leaves(params, node.average)
    raise StructureError(
        "averaged",
        "a state with a moving average in it",
        describe(state),
        "Put it after the optimizer: fnn.chain(fnn.adam(1e-3), fnn.ema(0.999)).",
    )
