"""Clipping of gradients by value and by their global norm."""

from __future__ import annotations

import math

from fnn.arrays import Array
from fnn.optim.base import Arrays, Paths, Transform
from fnn.tree import record, static
from fnn.validate import in_range


@record
class ClipState:
    """The global norm of the last gradient, before clipping (0 before the first step): worth a look when tuning."""

    norm: float = static(default=0.0)


def clip_by_global_norm(maximum: float) -> Transform[ClipState]:
    """Scale all gradients by one factor so that their joint Euclidean norm is at most ``maximum`` (above 0).

    Reference: Pascanu, Mikolov, Bengio (2013), "On the difficulty of training recurrent neural networks", sec. 3.2.

    >>> import numpy as np
    >>> clip = clip_by_global_norm(1.0)
    >>> grads, _, state = clip.step([np.array([3.0, 4.0])], ClipState(), [np.zeros(2)], lambda: ["w"])
    >>> grads, state.norm
    ([array([0.6, 0.8])], 5.0)
    """
    in_range("clip_by_global_norm", 0, math.inf, low_open=True, maximum=maximum)

    def step(grads: Arrays, state: ClipState, params: Arrays, paths: Paths) -> tuple[Arrays, Arrays, ClipState]:
        norm = math.sqrt(sum(float(g.ravel() @ g.ravel()) for g in grads))
        if norm > maximum:
            scaled: list[Array] = [g * (maximum / norm) for g in grads]
            return scaled, params, ClipState(norm)
        return grads, params, ClipState(norm)

    return Transform(lambda params: ClipState(), step, name=f"clip_by_global_norm({maximum:g})")
