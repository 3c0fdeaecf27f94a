"""Weight decay as part of the gradient."""

from __future__ import annotations

import math

from fnn.arrays import Array
from fnn.optim.arithmetic import scaled
from fnn.optim.base import Arrays, Paths, Transform
from fnn.tree import Where, select
from fnn.tree.select import check_where
from fnn.validate import in_range


def decayed(params: Arrays, moved: Arrays, rate: float, where: Where, paths: Paths, name: str) -> list[Array]:
    """Return ``moved - rate * params`` where ``where`` chooses: decay that stands beside the gradient, not in it."""
    shrunk: list[Array] = []
    for new, lost in zip(moved, decay(params, rate, where, paths, name), strict=True):
        if lost is not None:
            lost += new
        shrunk.append(new if lost is None else lost)
    return shrunk


def decay(params: Arrays, rate: float, where: Where, paths: Paths, name: str) -> list[Array | None]:
    """Return ``-rate * params`` where ``where`` chooses, None elsewhere."""
    chosen = select(where, paths(), name)
    return [scaled(w, -rate) if decays else None for w, decays in zip(params, chosen, strict=True)]


def weight_decay(strength: float, *, where: Where = "*weight") -> Transform[None]:
    """Add ``strength * w`` to the gradients of the parameters that ``where`` chooses: no biases by default.

    This is the gradient of the penalty ``strength / 2 * sum(w^2)``, which is half as strong as that of `fnn.l2`, and is
    left out of the reported loss. It is *coupled*: what the optimizer does to gradients, momentum or Adam's scaling, it
    does to the decay too; so does clipping that comes after it. For decoupled decay use `adamw`.

    ``strength`` is at least 0; ``where`` is a pattern or predicate over dotted paths. The state is None. Raises
    HyperparameterError for a strength outside, StructureError at the first step if ``where`` chooses nothing.

    Reference: Krogh and Hertz (1992), "A simple weight decay can improve generalization", eq. 2.

    >>> import fnn, numpy as np
    >>> optimizer = fnn.chain(weight_decay(0.5), fnn.sgd(0.1))
    >>> params = {"weight": np.array([2.0]), "bias": np.array([2.0])}
    >>> optimizer.update({"weight": np.zeros(1), "bias": np.zeros(1)}, optimizer.start(params), params)[0]
    {'weight': array([1.9]), 'bias': array([2.])}
    """
    in_range("weight_decay", 0, math.inf, high_open=True, strength=strength)
    check_where(where, "weight_decay")
    name = f"weight_decay({strength:g})"

    def step(grads: Arrays, state: None, params: Arrays, paths: Paths) -> tuple[Arrays, Arrays, None]:
        decayed: list[Array] = []
        for g, w, chosen in zip(grads, params, select(where, paths(), name), strict=True):
            if chosen:
                new = scaled(w, strength)
                new += g
                decayed.append(new)
            else:
                decayed.append(g)
        return decayed, params, None

    return Transform(lambda params: None, step, name=name, position="before")
