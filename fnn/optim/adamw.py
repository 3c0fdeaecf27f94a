"""AdamW: Adam with weight decay beside the gradient, not within it.

    w <- w - learning_rate * M / (sqrt(S) + eps) - learning_rate * weight_decay * w        M, S as in `fnn.optim.adam`

An L2 penalty, or `weight_decay` before `adam`, adds ``weight_decay * w`` to the gradient; Adam then divides it by the
gradient's root mean square, so that weights with large gradients hardly decay. Decoupled, all decay at the same pace.
"""

from __future__ import annotations

import math

from fnn.optim.adam import AdamState, build_adam
from fnn.optim.base import Arrays, Optimizer, Paths
from fnn.optim.schedules import Rate, show
from fnn.optim.weight_decay import decayed
from fnn.tree import Where
from fnn.tree.select import check_where
from fnn.validate import in_range


def adamw(
    learning_rate: Rate,
    *,
    weight_decay: float = 0.01,
    where: Where = "*weight",
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-7,
) -> Optimizer[AdamState]:
    """Adam with decoupled weight decay (at least 0) of the parameters that ``where`` chooses: no biases by default.

    ``where`` is a pattern or predicate over dotted paths; it must choose something. The other options are those of
    `adam`, and the state is of the same type. Raises HyperparameterError for options outside their ranges,
    StructureError at the first step if ``where`` chooses nothing.

    Reference: Loshchilov and Hutter (2019), "Decoupled weight decay regularization", algorithm 2. The decay is in
    units of the learning rate, as in PyTorch.

    >>> import numpy as np
    >>> optimizer = adamw(0.1, weight_decay=0.5)
    >>> params = {"weight": np.array([2.0]), "bias": np.array([2.0])}
    >>> optimizer.update({"weight": np.zeros(1), "bias": np.zeros(1)}, optimizer.start(params), params)[0]
    {'weight': array([1.9]), 'bias': array([2.])}
    """
    in_range("adamw", 0, math.inf, high_open=True, weight_decay=weight_decay)
    check_where(where, "adamw")
    name = f"adamw({show(learning_rate)}, weight_decay={weight_decay:g})"
    inner = build_adam("adamw", name, learning_rate, beta1, beta2, eps)

    def step(grads: Arrays, state: AdamState, params: Arrays, paths: Paths) -> tuple[Arrays, Arrays, AdamState]:
        _, moved, state = inner.step(grads, state, params, paths)
        return grads, decayed(params, moved, state.learning_rate * weight_decay, where, paths, name), state

    return Optimizer(inner.init, step, name=name)
