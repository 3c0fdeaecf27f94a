"""A forward and a backward that do not belong together."""

import numpy as np

import fnn
from fnn import Array, Key, Model


@fnn.record
class Scale:
    factor: Array


@fnn.record
class Shift:
    amount: Array


def init(key: Key) -> Scale:
    return Scale(np.ones(3))


def forward(params: Scale, x: Array) -> tuple[Array, tuple[Array, Array]]:
    return params.factor * x, (params.factor, x)


def other_cache(dy: Array, cache: Array) -> tuple[Scale, Array]:
    return Scale(dy * cache), dy


def other_record(dy: Array, cache: tuple[Array, Array]) -> tuple[Shift, Array]:
    return Shift(dy * cache[0]), dy


def no_gradient_of_the_input(dy: Array, cache: tuple[Array, Array]) -> Scale:
    return Scale(dy * cache[1])


fnn.layer(init, forward, other_cache)  # E: Cannot infer ... "Cache" of "layer"
fnn.layer(init, forward, other_record)  # E: Cannot infer ... "P" of "layer"
fnn.layer(init, forward, no_gradient_of_the_input)  # E: Argument 3 to "layer" has incompatible type "Callable


# --- by hand ---


def apply(params: Scale, x: Array) -> Array:
    return params.factor * x


def trains(params: Scale, x: Array, key: Key) -> tuple[Array, Scale, fnn.Backward[Array, Shift, Array]]:
    return params.factor * x, params, lambda dy: (Shift(dy), dy)


def no_key(params: Scale, x: Array) -> tuple[Array, Scale, fnn.Backward[Array, Scale, Array]]:
    return params.factor * x, params, lambda dy: (Scale(dy), dy)


Model(init, apply, trains)  # E: Cannot infer ... "P" of "Model"
Model(init, apply, no_key)  # E: Argument 3 to "Model" has incompatible type "Callable
model: Model[Scale, Array, Array] = Model(init, apply, trains)  # E: Argument 3 to "Model" ... "Callable
