"""A stage without parameters, viewed as a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from fnn.arrays import describe
from fnn.errors import StructureError
from fnn.model import Fn, Model, output_shape
from fnn.random import Key

X = TypeVar("X")
Y = TypeVar("Y")


def as_model(stage: Fn[X, Y]) -> Model[None, X, Y]:
    """View a stage without parameters as a model whose parameters are None, for use as a branch.

    Raises StructureError for what is no such stage.

    >>> import fnn, numpy as np
    >>> as_model(fnn.relu).init(fnn.Key(0)) is None
    True
    """
    given: object = stage  # untyped callers hand over anything
    if not isinstance(given, Fn):
        hint = "A model needs no such view." if isinstance(given, Model) else "Make one of your function: fnn.fn."
        raise StructureError("as_model", "a stage without parameters", describe(given), hint)

    def forward(params: None, x: X, key: Key) -> tuple[Y, None, Callable[[Y], tuple[None, X]]]:
        y, backward = stage.forward(x, key)
        return y, None, lambda dy: (None, backward(dy))

    return Model(
        lambda key: None,
        lambda params, x: stage.apply(x),
        forward,
        name=stage.name,
        shape=lambda s: output_shape(stage, s),
        flops=stage.flops,
        parts=stage.parts,
    )
