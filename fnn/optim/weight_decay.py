"""Weight decay as part of the gradient."""

from __future__ import annotations

import math

from fnn.arrays import Array
from fnn.optim.arithmetic import scaled
from fnn.optim.base import Arrays, Paths, Transform
from fnn.tree import Where, select
from fnn.validate import in_range


def weight_decay(rate: float, *, where: Where = "*weight") -> Transform[None]:
    """Add ``rate * w`` to the gradients of the parameters that ``where`` chooses: no biases by default.

    Placed before the optimizer, this is the gradient of an L2 penalty ``rate / 2 * sum(w^2)`` (that the penalty is not
    in the reported loss is the only difference; the book's L2 of strength ``lambda`` is ``rate = 2 * lambda``). It is
    *coupled*: what the optimizer does to gradients, clipping, momentum, Adam's scaling, it does to the decay too. For
    decoupled decay use `adamw`.

    ``rate`` is at least 0; ``where`` is a pattern or predicate over dotted paths. The state is None. Raises
    HyperparameterError for a rate outside, StructureError at the first step if ``where`` chooses nothing.

    Reference: Krogh and Hertz (1992), "A simple weight decay can improve generalization", eq. 2.

    >>> import fnn, numpy as np
    >>> optimizer = fnn.chain(weight_decay(0.5), fnn.sgd(0.1))
    >>> params = {"weight": np.array([2.0]), "bias": np.array([2.0])}
    >>> optimizer.update({"weight": np.zeros(1), "bias": np.zeros(1)}, optimizer.start(params), params)[0]
    {'weight': array([1.9]), 'bias': array([2.])}
    """
    in_range("weight_decay", 0, math.inf, high_open=True, rate=rate)
    name = f"weight_decay({rate:g})"

    def step(grads: Arrays, state: None, params: Arrays, paths: Paths) -> tuple[Arrays, Arrays, None]:
        decayed: list[Array] = []
        for g, w, chosen in zip(grads, params, select(where, paths(), name), strict=True):
            if chosen:
                new = scaled(w, rate)
                new += g
                decayed.append(new)
            else:
                decayed.append(g)
        return decayed, params, None

    return Transform(lambda params: None, step, name=name, position="before")
