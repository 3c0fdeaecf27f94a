"""Clipping of gradients by value and by their global norm."""

from __future__ import annotations

import math

import numpy as np

from fnn.optim.arithmetic import scaled
from fnn.optim.base import Arrays, Paths, Transform
from fnn.tree import record, static
from fnn.validate import in_range


@record
class ClipState:
    """The global norm of the last gradient, before clipping (0 before the first step): worth a look when tuning."""

    norm: float = static(default=0.0)


def clip_by_global_norm(maximum: float) -> Transform[ClipState]:
    """Scale all gradients by one factor so that their joint Euclidean norm is at most ``maximum`` (above 0).

    The direction stays. With ``maximum=math.inf`` nothing is clipped and the norm is only recorded. Squares that
    overflow (float32: entries above 1.8e19) do no harm. Gradients with NaN or infinity have no direction that could be
    kept: they are passed on as they are, the recorded norm is NaN or infinity, and so will the parameters be.

    Reference: Pascanu, Mikolov, Bengio (2013), "On the difficulty of training recurrent neural networks", sec. 3.2.

    >>> clip = clip_by_global_norm(1.0)
    >>> grads, _, state = clip.step([np.array([3.0, 4.0])], ClipState(), [np.zeros(2)], lambda: ["w"])
    >>> grads, state.norm
    ([array([0.6, 0.8])], 5.0)
    """
    in_range("clip_by_global_norm", 0, math.inf, low_open=True, maximum=maximum)

    def step(grads: Arrays, state: ClipState, params: Arrays, paths: Paths) -> tuple[Arrays, Arrays, ClipState]:
        norm = global_norm(grads)
        if maximum < norm < math.inf:
            grads = [scaled(g, maximum / norm) for g in grads]
        return grads, params, ClipState(norm)

    return Transform(lambda params: ClipState(), step, name=f"clip_by_global_norm({maximum:g})", position="before")


def clip_by_value(maximum: float) -> Transform[None]:
    """Bring every entry of the gradients into ``[-maximum, maximum]``, ``maximum`` above 0; the direction changes.

    Infinity becomes ``maximum``, NaN stays NaN. The state is None.

    Reference: Mikolov (2012), "Statistical language models based on neural networks", sec. 3.3.

    >>> clip_by_value(1.0).step([np.array([-3.0, 0.5])], None, [np.zeros(2)], lambda: ["w"])[0]
    [array([-1. ,  0.5])]
    """
    in_range("clip_by_value", 0, math.inf, low_open=True, maximum=maximum)

    def step(grads: Arrays, state: None, params: Arrays, paths: Paths) -> tuple[Arrays, Arrays, None]:
        return [np.clip(g, -maximum, maximum, out=np.empty_like(g)) for g in grads], params, None

    return Transform(lambda params: None, step, name=f"clip_by_value({maximum:g})", position="before")


def global_norm(arrays: Arrays) -> float:
    """Return the Euclidean norm of all entries of all arrays together; NaN or infinity if any entry is.

    Squares are summed as they are; only where the sum overflows or all but vanishes are they summed again, of the
    entries divided by the largest.

    >>> global_norm([np.array([3.0]), np.array([[4.0]])])
    5.0
    >>> round(global_norm([np.array([3e30, 4e30], np.float32)]) / 5e30, 6)
    1.0
    """
    total = sum(float(np.vdot(a, a)) for a in arrays)
    if 1e-30 < total < math.inf:
        return math.sqrt(total)
    if math.isnan(total):
        return total
    largest = max((float(np.abs(a).max(initial=0)) for a in arrays), default=0.0)
    if largest == 0 or math.isinf(largest):
        return largest
    return largest * math.sqrt(sum(float(np.vdot(b, b)) for b in (a / largest for a in arrays)))
