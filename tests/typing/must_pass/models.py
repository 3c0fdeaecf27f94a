"""Models: written by hand, built from explicit pairs, composed, named, and combined."""

from collections.abc import Callable
from typing import NamedTuple, assert_type

import numpy as np

import fnn
from fnn import Array, Backward, Composed, Dense, Fn, Key, Model, Serial, record

# --- by hand, from three annotated functions ---


@record
class Scale:
    factor: Array


def init(key: Key) -> Scale:
    return Scale(np.ones(3, np.float32))


def apply(params: Scale, x: Array) -> Array:
    return params.factor * x


def forward(params: Scale, x: Array, key: Key) -> tuple[Array, Scale, Backward[Array, Scale, Array]]:
    def backward(dy: Array) -> tuple[Scale, Array]:
        dfactor: Array = (dy * x).sum(axis=0)
        return Scale(dfactor), dy * params.factor

    return apply(params, x), params, backward


by_hand = Model(init, apply, forward, name="scale")
assert_type(by_hand, Model[Scale, Array, Array])

# --- from an explicit pair, whose cache is checked and then hidden ---


def pair_forward(params: Scale, x: Array) -> tuple[Array, tuple[Array, Array]]:
    return params.factor * x, (params.factor, x)


def pair_backward(dy: Array, cache: tuple[Array, Array]) -> tuple[Scale, Array]:
    factor, x = cache
    dfactor: Array = (dy * x).sum(axis=0)
    return Scale(dfactor), dy * factor


by_layer = fnn.layer(init, pair_forward, pair_backward, name="scale", record=Scale)
assert_type(by_layer, Model[Scale, Array, Array])


def square_forward(x: Array) -> tuple[Array, Array]:
    return x * x, x


def square_backward(dy: Array, x: Array) -> Array:
    return 2 * x * dy


square = fnn.fn(square_forward, square_backward, name="square", shape=lambda s: s)
assert_type(square, Fn[Array, Array])
assert_type(square(np.ones(3, np.float32)), Array)
y, back = square.forward(np.ones(3, np.float32), Key(0))
assert_type(y, Array)
assert_type(back, Callable[[Array], Array])

# --- inputs and outputs of any type ---


def add_forward(x: tuple[Array, Array]) -> tuple[Array, None]:
    return x[0] + x[1], None


def add_backward(dy: Array, cache: None) -> tuple[Array, Array]:
    return dy, dy


add = fnn.fn(add_forward, add_backward)
assert_type(add, Fn[tuple[Array, Array], Array])

# --- composed ---

composed = by_hand >> fnn.relu >> square >> by_layer >> fnn.dense(3, 3)
assert_type(composed, Serial[Array, Array, Scale, Scale, Dense])
assert_type(fnn.relu >> square, Fn[Array, Array])
assert_type(add >> fnn.relu, Fn[tuple[Array, Array], Array])
assert_type(fnn.relu >> by_hand, Serial[Array, Array, Scale])
assert_type(fnn.relu >> (by_hand >> by_layer), Serial[Array, Array, Scale, Scale])
assert_type(by_hand >> (by_hand >> by_layer), Serial[Array, Array, Scale, tuple[Scale, Scale]])
assert_type(composed.init(Key(0)), tuple[Scale, Scale, Dense])

twelve = composed >> by_hand >> by_layer >> square >> fnn.dense(3, 3) >> by_hand >> by_layer >> fnn.tanh
assert_type(twelve, Serial[Array, Array, Scale, Scale, Dense, Scale, Scale, Dense, Scale, Scale])


@record
class Net:
    first: Scale
    second: Scale
    body: Dense


class NetTuple(NamedTuple):
    first: Scale
    second: Scale
    body: Dense


net = composed.into(Net)
assert_type(net, Model[Net, Array, Array])
assert_type(composed.into(NetTuple), Model[NetTuple, Array, Array])
assert_type(net >> net, Serial[Array, Array, Net, Net])

out, renewed, backward = net.forward(net.init(Key(0)), np.ones((1, 3), np.float32), Key(1))
assert_type(renewed, Net)
assert_type(backward(out), tuple[Net, Array])

# --- combined ---

twin = fnn.shared(fnn.dense(3, 2))
assert_type(twin, Model[Dense, tuple[Array, Array], tuple[Array, Array]])
assert_type(twin >> add, Serial[tuple[Array, Array], Array, Dense])
assert_type(fnn.residual(by_hand), Model[Scale, Array, Array])
assert_type(fnn.residual(by_hand >> by_layer), Model[tuple[Scale, Scale], Array, Array])
assert_type(fnn.as_model(fnn.relu), Model[None, Array, Array])
two = fnn.parallel(by_hand, fnn.dense(3, 2))
assert_type(two, Composed[Array, tuple[Array, Array], Scale, Dense])
assert_type(two >> add, Serial[Array, Array, tuple[Scale, Dense]])
three = fnn.parallel(by_hand, fnn.dense(3, 3), fnn.as_model(fnn.relu), join="add")
assert_type(three, Composed[Array, Array, Scale, Dense, None])


@record
class Branches:
    left: Scale
    right: Dense


assert_type(two.into(Branches), Model[Branches, Array, tuple[Array, Array]])
assert_type(fnn.parallel(two.into(Branches), by_hand).init(Key(0)), tuple[Branches, Scale])

assert_type(fnn.summary(composed, (3,)), fnn.Summary)
assert_type(fnn.summary(composed, (3,), batch_size=8, optimizer=fnn.adam(1e-3)), fnn.Summary)
