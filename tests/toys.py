"""Small models that the tests of models and combinators share, written as a user would write them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fnn.arrays import Array
from fnn.model import Backward, Fn, Model
from fnn.random import Key
from fnn.tree import buffer, record, replace, static


@record
class Scale:
    factor: Array


def scale(features: int) -> Model[Scale, Array, Array]:
    """``factor * x``, by hand: no checks, no shape rule, a random start."""

    def init(key: Key) -> Scale:
        return Scale(key.rng().standard_normal(features))

    def apply(params: Scale, x: Array) -> Array:
        return params.factor * x

    def forward(params: Scale, x: Array, key: Key) -> tuple[Array, Scale, Backward[Array, Scale, Array]]:
        def backward(dy: Array) -> tuple[Scale, Array]:
            dfactor: Array = (dy * x).sum(axis=0)
            return Scale(dfactor), dy * params.factor

        return params.factor * x, params, backward

    return Model(init, apply, forward, name=f"scale({features})")


@record
class Centre:
    shift: Array
    mean: Array = buffer()
    count: int = static(default=0)


def centre(features: int) -> Model[Centre, Array, Array]:
    """``x + shift`` less the running sum of all inputs seen before, which training adds to."""

    def init(key: Key) -> Centre:
        return Centre(np.ones(features), np.zeros(features))

    def apply(params: Centre, x: Array) -> Array:
        return x + params.shift - params.mean

    def forward(params: Centre, x: Array, key: Key) -> tuple[Array, Centre, Backward[Array, Centre, Array]]:
        def backward(dy: Array) -> tuple[Centre, Array]:
            dshift: Array = dy.sum(axis=0)
            return replace(params, shift=dshift), dy

        renewed = replace(params, mean=params.mean + x.sum(axis=0), count=params.count + 1)
        return apply(params, x), renewed, backward

    return Model(init, apply, forward, name=f"centre({features})", shape=lambda s: s)


def noise(seen: list[Key] | None = None) -> Fn[Array, Array]:
    """Normal noise in training; notes the keys that it was given."""

    def forward(x: Array, key: Key) -> tuple[Array, Callable[[Array], Array]]:
        if seen is not None:
            seen.append(key)
        return x + key.rng().standard_normal(x.shape).astype(x.dtype), lambda dy: dy

    return Fn(lambda x: x, forward, name="noise", shape=lambda s: s)
