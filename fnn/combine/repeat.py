"""The same block several times, each with parameters of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from fnn.arrays import Shape, describe, format_shape
from fnn.errors import ShapeError, StructureError, Within
from fnn.model import Model, Part, check_tuple, output_shape
from fnn.random import Key
from fnn.validate import positive

P = TypeVar("P")
X = TypeVar("X")


def repeat(model: Model[P, X, X], count: int) -> Model[tuple[P, ...], X, X]:
    """Put ``count`` models of one kind one after the other: ``y = f(w[n], ... f(w[1], f(w[0], x)))``.

    Each has parameters of its own, drawn by itself; they stand in a tuple, in this order. By the chain rule the
    gradient passes through all of them, from the last to the first. Raises HyperparameterError for a count below 1,
    ShapeError where the shape rule of the model says that it changes the shape.

    >>> import fnn, numpy as np
    >>> tower = repeat(fnn.residual(fnn.dense(4, 4) >> fnn.relu), 3)
    >>> params = tower.init(fnn.Key(0))
    >>> len(params), tower.apply(params, np.ones((2, 4), np.float32)).shape
    (3, (2, 4))
    """
    if not isinstance(model, Model):
        raise StructureError("repeat", "a model", describe(model), "Wrap a bare stage: fnn.as_model(stage).")
    positive("repeat", count=count)
    name = f"repeat({model.name}, {count})"

    def init(key: Key) -> tuple[P, ...]:
        return tuple(model.init(key.fold(i)) for i in range(count))

    def apply(params: tuple[P, ...], x: X) -> X:
        for i, own in enumerate(check_tuple(params, count, name)):
            with Within(f"block {i}"):
                x = model.apply(own, x)
        return x

    def forward(
        params: tuple[P, ...], x: X, key: Key
    ) -> tuple[X, tuple[P, ...], Callable[[X], tuple[tuple[P, ...], X]]]:
        renewed: list[P] = []
        backs: list[Callable[[X], tuple[P, X]]] = []
        for i, own in enumerate(check_tuple(params, count, name)):
            with Within(f"block {i}"):
                x, new, back = model.forward(own, x, key.fold(i))
            renewed.append(new)
            backs.append(back)

        def backward(dy: X) -> tuple[tuple[P, ...], X]:
            grads: list[P] = []
            for back in reversed(backs):
                own, dy = back(dy)
                grads.append(own)
            return tuple(reversed(grads)), dy

        return x, tuple(renewed), backward

    def shape(s: Shape) -> Shape:
        out = output_shape(model, s)
        if count > 1 and out != s:
            raise ShapeError(name, f"output of the input's shape {format_shape(s)}", format_shape(out))
        return out

    def parts(s: Shape) -> list[Part]:
        return [Part(str(i), model, s) for i in range(count)]

    return Model(init, apply, forward, name=name, shape=shape, parts=parts)
