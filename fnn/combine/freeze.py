"""A part of a model that is not trained."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from fnn import tree
from fnn.arrays import describe
from fnn.errors import StructureError
from fnn.model import Model, Part, output_shape
from fnn.random import Key
from fnn.tree import buffer, record

P = TypeVar("P")
X = TypeVar("X")
Y = TypeVar("Y")


@record
class Frozen(Generic[P]):
    """Parameters that are saved and carried, and never trained: optimizers, penalties and decay leave them alone."""

    params: P = buffer()


def freeze(model: Model[P, X, Y]) -> Model[Frozen[P], X, Y]:
    """Keep a model's parameters as they are, while what stands before and behind it is trained.

    The parameters are ``Frozen(params)``, a record of buffers, and so no optimizer sees them; their gradient is zeros.
    The gradient passes on to the input: ``dx`` is the model's. In training the model computes as it does in training,
    dropout drops and batch normalization takes the batch's statistics, but its own buffers are not renewed either.

    To go on from a trained model, put its parameters in: ``Frozen(params.body)``.

    >>> import fnn, numpy as np
    >>> body = fnn.dense(4, 3)
    >>> model = freeze(body) >> fnn.relu >> fnn.dense(3, 2)
    >>> frozen, head = model.init(fnn.Key(0))
    >>> fnn.tree.size((frozen, head), trained_only=True), fnn.tree.size((frozen, head))
    (8, 23)
    """
    if not isinstance(model, Model):
        raise StructureError("freeze", "a model", describe(model), "A stage without parameters is frozen as it is.")
    name = f"freeze({model.name})"

    def inner(params: Frozen[P]) -> P:
        if not isinstance(params, Frozen):
            raise StructureError(name, "parameters Frozen(params)", describe(params), "Write fnn.Frozen(params).")
        return params.params

    def forward(params: Frozen[P], x: X, key: Key) -> tuple[Y, Frozen[P], Callable[[Y], tuple[Frozen[P], X]]]:
        y, _, back = model.forward(inner(params), x, key)
        return y, params, lambda dy: (tree.zeros_like(params), back(dy)[1])

    return Model(
        lambda key: Frozen(model.init(key)),
        lambda params, x: model.apply(inner(params), x),
        forward,
        name=name,
        shape=lambda s: output_shape(model, s),
        parts=lambda s: [Part("", model, s)],
    )
