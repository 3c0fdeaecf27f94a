"""The same model at every step of a sequence, with no memory of the steps before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from fnn.arrays import Shape, check_not_empty, describe, format_shape
from fnn.errors import DtypeError, ShapeError, StructureError
from fnn.model import Model, Part, output_shape
from fnn.random import Key
from fnn.recurrent.model import Recurrent, Steps, recurrent
from fnn.sequences import gather, scatter

P = TypeVar("P")
X = TypeVar("X")
Y = TypeVar("Y")


def time_distributed(model: Model[P, X, Y]) -> Recurrent[P, None, X, Y]:
    """Apply one model to every step of a sequence: from (batch, time, ...) to (batch, time, ...).

    The steps of all sequences are one batch for the model, (batch * time, ...), of padded sequences only those that are
    there. The parameters are the model's; their gradients add up over the steps. The result counts as a recurrent
    model whose carry is None, so that it can stand in a `stacked` one. Layers that work along the last axis, such as
    `dense`, take sequences as they are.

    Raises DtypeError for input that is no array, ShapeError for one without batch and time.

    >>> import fnn
    >>> frames = time_distributed(fnn.flatten >> fnn.dense(6, 4))
    >>> frames.apply(frames.init(fnn.Key(0)), np.ones((5, 7, 2, 3), np.float32)).shape
    (5, 7, 4)
    """
    if not isinstance(model, Model):
        raise StructureError("time_distributed", "a model", describe(model), "Wrap a bare stage: fnn.as_model(stage).")
    name = f"time_distributed({model.name})"

    def check(steps: Steps[Any, None]) -> None:
        x = steps.values
        if not isinstance(x, np.ndarray):
            raise DtypeError(name, "input as an array", describe(x), "Pass a NumPy array (batch, time, ...).")
        if x.ndim < 2:
            raise ShapeError(name, "input of shape (batch, time, ...)", f"shape {x.shape}")
        check_not_empty(x, name)

    def apply(params: P, steps: Steps[Any, None]) -> tuple[Any, None]:
        check(steps)
        x, mask = steps.values, steps.mask
        return scatter(model.apply(params, gather(x, mask)), mask, x.shape[:2]), None

    def forward(
        params: P, steps: Steps[Any, None], key: Key
    ) -> tuple[tuple[Any, None], P, Callable[[tuple[Any, None]], tuple[P, Steps[Any, None]]]]:
        check(steps)
        mask, lead = steps.mask, steps.values.shape[:2]
        y, renewed, back = model.forward(params, gather(steps.values, mask), key)

        def backward(dy: tuple[Any, None]) -> tuple[P, Steps[Any, None]]:
            grads, dx = back(gather(dy[0], mask))
            return grads, Steps(scatter(dx, mask, lead), None)

        return (scatter(y, mask, lead), None), renewed, backward

    def shape(s: Shape) -> Shape:
        if not s:
            raise ShapeError(name, "input of shape (batch, time, ...)", format_shape(s))
        return (s[0], *output_shape(model, s[1:]))

    def parts(s: Shape) -> list[Part]:
        return [Part("", model, s[1:], times=s[0])]

    sweep = Model(model.init, apply, forward, name=name, shape=shape, parts=parts)
    return recurrent(sweep, lambda batch_size, dtype: None)
