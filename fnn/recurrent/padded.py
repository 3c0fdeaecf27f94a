"""Padded sequences through models: recurrent ones with the mask, all others on the steps that are there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, overload

from fnn.arrays import Shape, describe
from fnn.errors import StructureError
from fnn.model import Fn, Model, Part, output_shape
from fnn.random import Key
from fnn.recurrent.model import Recurrent, Steps, recurrent
from fnn.recurrent.time_distributed import time_distributed
from fnn.sequences import Padded, check_padded, gather, scatter

P = TypeVar("P")
C = TypeVar("C")
X = TypeVar("X")
Y = TypeVar("Y")


@overload
def padded(stage: Recurrent[P, C, X, Y]) -> Recurrent[P, C, Padded[X], Padded[Y]]: ...
@overload
def padded(stage: Model[P, X, Y]) -> Model[P, Padded[X], Padded[Y]]: ...
@overload
def padded(stage: Fn[X, Y]) -> Fn[Padded[X], Padded[Y]]: ...
def padded(stage: Model[Any, Any, Any] | Fn[Any, Any]) -> Any:
    """View a model or stage as one over padded sequences, ``Padded(values, mask)``; the mask stays.

    A recurrent model keeps its carry where no step is, so that each sequence gives what it would give alone. Any other
    model or stage is applied to the steps that are there, as if they were one batch (steps, ...): a dense layer, an
    embedding, dropout; not one that looks along time. The output in the padding is 0, whatever stood there.

    Raises StructureError for input that is not Padded, and for a mask that does not fit or is false everywhere,
    DtypeError, ShapeError or DataError.

    >>> import fnn, numpy as np
    >>> classify = padded(fnn.embedding(9, 3)) >> padded(fnn.gru(3, 4)) >> fnn.mean_valid_steps >> fnn.dense(4, 2)
    >>> words = fnn.pad_sequences([np.array([1, 8, 8, 3]), np.array([5])])
    >>> classify.apply(classify.init(fnn.Key(0)), words).shape
    (2, 2)
    """
    if isinstance(stage, Recurrent):
        return _padded_recurrent(stage)
    if isinstance(stage, Model):
        return _padded_recurrent(time_distributed(stage))
    if isinstance(stage, Fn):
        return _padded_fn(stage)
    raise StructureError("padded", "a model or a stage", describe(stage), "Call the factory, such as fnn.dropout(0.1).")


def _padded_recurrent(model: Recurrent[P, C, X, Y]) -> Recurrent[P, C, Padded[X], Padded[Y]]:
    name = f"padded({model.name})"

    def inner(steps: Steps[Padded[X], C]) -> Steps[X, C]:
        check_padded(steps.values, name)
        return Steps(steps.values.values, steps.carry, steps.values.mask, steps.reverse)

    def apply(params: P, steps: Steps[Padded[X], C]) -> tuple[Padded[Y], C]:
        y, carry = model.sweep.apply(params, inner(steps))
        return Padded(y, steps.values.mask), carry

    def forward(
        params: P, steps: Steps[Padded[X], C], key: Key
    ) -> tuple[tuple[Padded[Y], C], P, Callable[[tuple[Padded[Y], C]], tuple[P, Steps[Padded[X], C]]]]:
        (y, carry), renewed, back = model.sweep.forward(params, inner(steps), key)
        mask = steps.values.mask

        def backward(dy: tuple[Padded[Y], C]) -> tuple[P, Steps[Padded[X], C]]:
            grads, dsteps = back((dy[0].values, dy[1]))
            return grads, Steps(Padded(dsteps.values, mask), dsteps.carry)

        return (Padded(y, mask), carry), renewed, backward

    return recurrent(
        Model(
            model.init,
            apply,
            forward,
            name=name,
            shape=lambda s: output_shape(model, s),
            parts=lambda s: [Part("", model, s)],
        ),
        model.begin,
    )


def _padded_fn(stage: Fn[Any, Any]) -> Fn[Padded[Any], Padded[Any]]:
    name = f"padded({stage.name})"

    def apply(x: Padded[Any]) -> Padded[Any]:
        check_padded(x, name)
        return Padded(scatter(stage.apply(gather(x.values, x.mask)), x.mask, x.mask.shape), x.mask)

    def forward(x: Padded[Any], key: Key) -> tuple[Padded[Any], Callable[[Padded[Any]], Padded[Any]]]:
        check_padded(x, name)
        y, back = stage.forward(gather(x.values, x.mask), key)

        def backward(dy: Padded[Any]) -> Padded[Any]:
            return Padded(scatter(back(gather(dy.values, x.mask)), x.mask, x.mask.shape), x.mask)

        return Padded(scatter(y, x.mask, x.mask.shape), x.mask), backward

    def shape(s: Shape) -> Shape:
        return (*s[:1], *output_shape(stage, s[1:]))

    return Fn(apply, forward, name=name, shape=shape, parts=lambda s: [Part("", stage, s[1:], times=s[0])])
