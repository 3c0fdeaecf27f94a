"""One set of parameters, used twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from fnn import tree
from fnn.arrays import Shape, describe
from fnn.combine.branches import check_model
from fnn.errors import ShapeError
from fnn.model import Model, Part, output_shape
from fnn.random import Key, check_key

P = TypeVar("P")
X = TypeVar("X")
Y = TypeVar("Y")


def shared(model: Model[P, X, Y]) -> Model[P, tuple[X, X], tuple[Y, Y]]:
    """Apply one model, with one set of parameters, to both members of a pair; the gradients of the two uses add up.

    By the chain rule over ``L(f(w, a), f(w, b))``, ``dL/dw`` is the sum of the two gradients. Buffers are renewed by
    the first member, then by the second. Reference: Bromley et al. (1993), "Signature verification using a siamese
    time delay neural network".

    >>> import fnn, numpy as np
    >>> twin = shared(fnn.dense(4, 2))
    >>> pair = np.ones((3, 4), np.float32), np.zeros((3, 4), np.float32)
    >>> [y.shape for y in twin.apply(twin.init(fnn.Key(0)), pair)]
    [(3, 2), (3, 2)]
    """
    check_model(model, "shared")
    name = f"shared({model.name})"

    def members(x: Any) -> tuple[X, X]:
        if not isinstance(x, tuple) or len(x) != 2:
            raise ShapeError(name, "a pair of inputs", describe(x), "Pass the tuple (first, second).")
        return x

    def apply(params: P, x: tuple[X, X]) -> tuple[Y, Y]:
        a, b = members(x)
        return model.apply(params, a), model.apply(params, b)

    def forward(
        params: P, x: tuple[X, X], key: Key
    ) -> tuple[tuple[Y, Y], P, Callable[[tuple[Y, Y]], tuple[P, tuple[X, X]]]]:
        check_key(key, name)
        a, b = members(x)
        y_a, renewed, back_a = model.forward(params, a, key.fold(0))
        y_b, renewed, back_b = model.forward(renewed, b, key.fold(1))

        def backward(dy: tuple[Y, Y]) -> tuple[P, tuple[X, X]]:
            grads_a, dx_a = back_a(dy[0])
            grads_b, dx_b = back_b(dy[1])
            return tree.add(grads_a, grads_b), (dx_a, dx_b)

        return (y_a, y_b), renewed, backward

    def shape(s: Shape) -> Shape:
        if len(s) != 2 or not all(isinstance(part, tuple) for part in s):
            raise ShapeError(name, "a pair of input shapes", str(s))
        return tuple(output_shape(model, part) for part in s)

    return Model(model.init, apply, forward, name=name, shape=shape, parts=lambda s: [Part("", model, s[0], times=2)])
