"""Lowering the learning rate when a figure stops improving.

A schedule is a function of the number of steps and knows nothing of how training goes. What this one has seen stands in
the optimizer's state: `fit` hands the figures of each epoch to the optimizer's ``observe``, which returns the state to
go on with. Like all else it is saved with the run, and a resumed run goes on bit for bit.

The optimizer inside is given as a function of its learning rate, and made anew for each rate: everything in it,
momentum, decoupled decay, averages, sees the rate as it is.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from typing import Generic, Literal, TypeVar

from fnn.arrays import describe
from fnn.errors import HyperparameterError, StructureError
from fnn.optim.base import Arrays, Optimizer, Paths
from fnn.optim.schedules import Rate, as_schedule, times
from fnn.optim.state import check_kind
from fnn.tree import record, static
from fnn.validate import in_range, positive

S = TypeVar("S")


@record
class PlateauState(Generic[S]):
    """The factor on the learning rate, the best figure yet, the epochs without a better one, and the inner state."""

    scale: float = static()
    best: float | None = static()
    waited: int = static()
    inner: S


def plateau(
    make: Callable[[Rate], Optimizer[S]],
    learning_rate: Rate,
    *,
    metric: str = "validation_loss",
    mode: Literal["min", "max"] = "min",
    factor: float = 0.1,
    patience: int = 5,
    minimum_change: float = 0.0,
    minimum_scale: float = 0.0,
) -> Optimizer[PlateauState[S]]:
    """Multiply the learning rate by ``factor`` in (0, 1) when ``metric`` has not improved for ``patience`` epochs.

    ``make`` makes the optimizer from a rate: ``plateau(fnn.adam, 1e-3)``, or, with options or as a chain,
    ``plateau(lambda rate: fnn.chain(fnn.clip_by_global_norm(1.0), fnn.adam(rate)), 1e-3)``. The rate may itself be a
    schedule. ``metric`` is one of the figures of an epoch, ``mode`` says whether less or more is better, and an
    improvement is a change for the better by more than ``minimum_change``, as in `early_stopping`. After a cut the
    count of epochs starts again; the rate falls to ``minimum_scale`` times the first and no further.

    In a loop of your own, call ``state = optimizer.observe(state, {"validation_loss": value})`` once an epoch. Raises
    HyperparameterError for options outside their ranges, and at the end of the first epoch if there is no such metric.

    >>> import fnn, numpy as np
    >>> optimizer = plateau(fnn.sgd, 1.0, factor=0.5, patience=2)
    >>> state = optimizer.start((np.ones(1),))
    >>> for loss in (3.0, 2.0, 2.5, 2.0, 1.5):
    ...     state = optimizer.observe(state, {"validation_loss": loss})
    ...     print(state.scale, state.best, state.waited)
    1.0 3.0 0
    1.0 2.0 0
    1.0 2.0 1
    0.5 2.0 0
    0.5 1.5 0
    """
    in_range("plateau", 0, 1, low_open=True, high_open=True, factor=factor)
    positive("plateau", patience=patience)
    in_range("plateau", 0, math.inf, high_open=True, minimum_change=minimum_change)
    in_range("plateau", 0, 1, minimum_scale=minimum_scale)
    if mode not in ("min", "max"):
        raise HyperparameterError("plateau", 'mode as "min" or "max"', repr(mode))
    as_schedule(learning_rate, "plateau")
    first = make(learning_rate)
    if not isinstance(first, Optimizer):
        raise StructureError("plateau", "a function that makes an optimizer from a rate", describe(first))
    name = f"plateau({first.name}, {metric}, factor={factor:g}, patience={patience})"
    sign = 1.0 if mode == "min" else -1.0

    @functools.cache
    def at(scale: float) -> Optimizer[S]:
        return first if scale == 1 else make(times(learning_rate, scale))

    def init(params: Arrays) -> PlateauState[S]:
        return PlateauState(1.0, None, 0, first.init(params))

    def step(
        grads: Arrays, state: PlateauState[S], params: Arrays, paths: Paths
    ) -> tuple[Arrays, Arrays, PlateauState[S]]:
        check_kind(state, PlateauState, name)
        grads, params, inner = at(state.scale).step(grads, state.inner, params, paths)
        return grads, params, PlateauState(state.scale, state.best, state.waited, inner)

    def observe(state: PlateauState[S], metrics: Mapping[str, float]) -> PlateauState[S]:
        check_kind(state, PlateauState, name)
        if metric not in metrics:
            raise HyperparameterError(name, f"a metric named {metric!r}", ", ".join(metrics), "Give fit validate=.")
        value, inner = float(metrics[metric]), at(state.scale).observe(state.inner, metrics)
        if not math.isnan(value) and (state.best is None or sign * (state.best - value) > minimum_change):
            return PlateauState(state.scale, value, 0, inner)
        if state.waited + 1 < patience:
            return PlateauState(state.scale, state.best, state.waited + 1, inner)
        return PlateauState(max(state.scale * factor, minimum_scale), state.best, 0, inner)

    return Optimizer(init, step, observe=observe, name=name)
