"""A recurrent model in both directions of time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import numpy as np

from fnn import tree
from fnn.arrays import Array, Shape, describe
from fnn.errors import StructureError
from fnn.model import Model, Part, output_shape
from fnn.random import Key
from fnn.recurrent.model import Recurrent, Steps, backwards, recurrent
from fnn.tree import record

P = TypeVar("P")
C = TypeVar("C")
X = TypeVar("X")


@record
class Bidirectional(Generic[P]):
    """Parameters of a recurrent model for each direction of time."""

    forward: P
    backward: P


def bidirectional(model: Recurrent[P, C, X, Array]) -> Recurrent[Bidirectional[P], tuple[C, C], X, Array]:
    """Run a recurrent model forward in time, and one of its kind with parameters of its own backward, side by side.

    The output at each step is the concatenation of both directions' along the last axis: (batch, time, 2 units). Of
    padded sequences, ``padded(bidirectional(...))``, each is reversed within its own length. At the last step the
    backward half has seen that step alone: to sum up a sequence take the mean over the steps, not the last. The carry
    is the pair ``(forward, backward)``; the second is what is left after the first step, so that a sequence cannot come
    in pieces.

    Reference: Schuster and Paliwal (1997), "Bidirectional recurrent neural networks".

    >>> import fnn
    >>> model = bidirectional(fnn.gru(3, 4))
    >>> model.apply(model.init(fnn.Key(0)), np.ones((2, 5, 3), np.float32)).shape
    (2, 5, 8)
    """
    if not isinstance(model, Recurrent):
        raise StructureError("bidirectional", "a recurrent model", describe(model), "Such as fnn.gru(3, 4).")
    name = f"bidirectional({model.name})"
    ahead, back = model.sweep, backwards(model).sweep

    def both(steps: Steps[X, tuple[C, C]]) -> tuple[Steps[X, C], Steps[X, C]]:
        x, (first, second), mask, reverse = steps.values, steps.carry, steps.mask, steps.reverse
        return Steps(x, first, mask, reverse), Steps(x, second, mask, reverse)

    def init(key: Key) -> Bidirectional[P]:
        return Bidirectional(model.init(key.fold(0)), model.init(key.fold(1)))

    def check(params: Bidirectional[P]) -> None:
        if not isinstance(params, Bidirectional):
            raise StructureError(name, "parameters Bidirectional", describe(params), "Use this model's init or load.")

    def apply(params: Bidirectional[P], steps: Steps[X, tuple[C, C]]) -> tuple[Array, tuple[C, C]]:
        check(params)
        first, second = both(steps)
        y, carry = ahead.apply(params.forward, first)
        y_back, carry_back = back.apply(params.backward, second)
        return np.concatenate([y, y_back], axis=-1), (carry, carry_back)

    def forward(
        params: Bidirectional[P], steps: Steps[X, tuple[C, C]], key: Key
    ) -> tuple[
        tuple[Array, tuple[C, C]],
        Bidirectional[P],
        Callable[[tuple[Array, tuple[C, C]]], tuple[Bidirectional[P], Steps[X, tuple[C, C]]]],
    ]:
        check(params)
        first, second = both(steps)
        (y, carry), renewed, of_ahead = ahead.forward(params.forward, first, key.fold(0))
        (y_back, carry_back), renewed_back, of_back = back.forward(params.backward, second, key.fold(1))
        width = y.shape[-1]

        def backward(
            dy: tuple[Array, tuple[C, C]],
        ) -> tuple[Bidirectional[P], Steps[X, tuple[C, C]]]:
            values, (dcarry, dcarry_back) = dy
            grads, dsteps = of_ahead((values[..., :width], dcarry))
            grads_back, dsteps_back = of_back((values[..., width:], dcarry_back))
            dx = tree.add(dsteps.values, dsteps_back.values)
            return Bidirectional(grads, grads_back), Steps(dx, (dsteps.carry, dsteps_back.carry))

        y_both: Array = np.concatenate([y, y_back], axis=-1)
        return (y_both, (carry, carry_back)), Bidirectional(renewed, renewed_back), backward

    def shape(s: Shape) -> Shape:
        out = output_shape(model, s)
        return (*out[:-1], 2 * out[-1])

    def parts(s: Shape) -> list[Part]:
        return [Part("forward", model, s), Part("backward", model, s)]

    sweep = Model(init, apply, forward, name=name, shape=shape, parts=parts)
    return recurrent(sweep, lambda batch_size, dtype: (model.begin(batch_size, dtype), model.begin(batch_size, dtype)))
