"""Code of a user who does not know which model, parameters or optimizer it will be given."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar, assert_type

import numpy as np

import fnn
from fnn import Array, Dense, Fn, IntArray, Key, Model, Optimizer, Serial, TrainState

P = TypeVar("P")
Q = TypeVar("Q")
S = TypeVar("S")
X = TypeVar("X")
Y = TypeVar("Y")
Z = TypeVar("Z")
T = TypeVar("T")


def twice(model: Model[P, X, X]) -> Serial[X, X, P, P]:
    return model >> model


def headed(body: Model[P, X, Array], classes: int) -> Serial[X, Array, P, Dense]:
    return body >> fnn.relu >> fnn.dense(8, classes)


def then(first: Model[P, X, Y], second: Model[Q, Y, Z]) -> Serial[X, Z, P, Q]:
    return first >> second


def named(name: str, stage: Fn[X, Y]) -> Fn[X, Y]:
    return fnn.Fn(stage.apply, stage.forward, name=name, shape=stage.shape)


def train(
    model: Model[P, X, Y],
    loss: Callable[[Y, T], tuple[float, Y]],
    optimizer: Optimizer[S],
    inputs: X,
    targets: T,
    *,
    epochs: int,
) -> tuple[P, dict[str, float]]:
    state = fnn.start(model, optimizer, Key(0))
    assert_type(state, TrainState[P, S])
    data = fnn.batches(inputs, targets, batch_size=16, key=Key(1))
    run = fnn.fit(fnn.train_step(model, loss, optimizer), state, data, epochs=epochs)
    last = fnn.final(fnn.history(run))
    return last.state.params, fnn.evaluate(model, last.state.params, data, loss=loss)


def descend(
    model: Model[P, X, Y], params: P, x: X, target: T, loss: Callable[[Y, T], tuple[float, Y]], rate: float
) -> Iterator[P]:
    while True:
        y, params, backward = model.forward(params, x, Key(0))
        _, dy = loss(y, target)
        grads, _ = backward(dy)
        params = fnn.tree.map(lambda w, g: w - rate * g, params, grads)
        yield params


def with_noise(model: Model[P, Array, Y], std: float) -> Model[P, Array, Y]:
    def forward(params: P, x: Array, key: Key) -> tuple[Y, P, fnn.Backward[Y, P, Array]]:
        own, rest = key.split()
        noise = own.rng().standard_normal(x.shape).astype(x.dtype)
        return model.forward(params, x + std * noise, rest)

    return Model(model.init, model.apply, forward, name=f"with_noise({model.name})", shape=model.shape)


x: Array = np.ones((4, 8), np.float32)
labels: IntArray = np.zeros(4, np.int64)
dense = fnn.dense(8, 8)
assert_type(twice(dense), Serial[Array, Array, Dense, Dense])
assert_type(then(dense, fnn.linear(8, 2)), Serial[Array, Array, Dense, fnn.Linear])
assert_type(with_noise(dense, 0.1), Model[Dense, Array, Array])
assert_type(named("my relu", fnn.relu), Fn[Array, Array])
head = headed(dense, 3)
assert_type(head, Serial[Array, Array, Dense, Dense])
params, figures = train(head, fnn.softmax_cross_entropy, fnn.sgd(0.1), x, labels, epochs=2)
assert_type(params, tuple[Dense, Dense])
assert_type(figures, dict[str, float])
assert_type(next(descend(dense, dense.init(Key(0)), x, labels, fnn.softmax_cross_entropy, 0.1)), Dense)

models: list[Model[Any, Array, Array]] = [dense, head, fnn.residual(dense)]
outputs: list[Array] = [model.apply(model.init(Key(0)), x) for model in models]
