"""AdamW: Adam with weight decay beside the gradient, not within it.

    w <- w - learning_rate * M / (sqrt(S) + eps) - learning_rate * weight_decay * w        M, S as in `fnn.optim.adam`

An L2 penalty, or `weight_decay` before `adam`, adds ``weight_decay * w`` to the gradient; Adam then divides it by the
gradient's root mean square, so that weights with large gradients hardly decay. Decoupled, all decay at the same pace.
"""

from __future__ import annotations

import math

import attrs

from fnn.memory import only_here, writeable
from fnn.optim.adam import AdamState, AdamStep, build_adam
from fnn.optim.base import Arrays, Optimizer, Paths
from fnn.optim.schedules import Rate, show
from fnn.optim.state import check_state
from fnn.optim.weight_decay import decay, decayed
from fnn.tree import Where
from fnn.tree.select import check_where
from fnn.validate import in_range


@attrs.frozen(eq=False)
class AdamWStep:
    """The step of `adamw`: Adam's, and the decay of the parameters that it was given."""

    adam: AdamStep
    weight_decay: float
    where: Where

    def __call__(
        self, grads: Arrays, state: AdamState, params: Arrays, paths: Paths
    ) -> tuple[Arrays, Arrays, AdamState]:
        _, moved, state = self.adam(grads, state, params, paths)
        rate = state.learning_rate * self.weight_decay
        return grads, decayed(params, moved, rate, self.where, paths, self.adam.name), state

    def overwrite(
        self, grads: Arrays, state: AdamState, params: Arrays, paths: Paths
    ) -> tuple[Arrays, Arrays, AdamState]:
        """Write over means, squares and parameters; make new ones if anything else refers to a parameter."""
        if not only_here(params):
            return self(grads, state, params, paths)
        check_state(state, AdamState, params, self.adam.name)
        rate = self.adam.constants(state.count)[0] * self.weight_decay
        lost = decay(params, rate, self.where, paths, self.adam.name)
        _, _, state = self.adam.overwrite(grads, state, params, paths)
        with writeable(params):
            for w, share in zip(params, lost, strict=True):
                if share is not None:
                    w += share
        return grads, params, state


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
    init, step = build_adam("adamw", name, learning_rate, beta1, beta2, eps)
    return Optimizer(init, AdamWStep(step, weight_decay, where), name=name)
