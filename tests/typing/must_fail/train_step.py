"""Steps put together from parts that do not fit, and fed with a state or a batch of another kind."""

import numpy as np

import fnn
from fnn import Array, IntArray, TrainState

x = np.zeros((4, 3), np.float32)
labels = np.zeros(4, np.int64)
model = fnn.dense(3, 2)
other = fnn.linear(3, 2)
sgd = fnn.sgd(0.1)
adam = fnn.adam(1e-3)
loss = fnn.softmax_cross_entropy
clip = fnn.clip_by_global_norm(1.0)


def integer_loss(y: IntArray, target: IntArray) -> tuple[float, IntArray]:
    return 0.0, y


def value_only(y: Array, target: IntArray) -> float:
    return 0.0


step = fnn.train_step(model, loss, sgd)
state = fnn.start(model, sgd, fnn.Key(0))
batch = fnn.Batch(x, labels)
step(state, batch)

fnn.train_step(fnn.relu, loss, sgd)  # E: Argument 1 to "train_step" has incompatible type "Fn
fnn.train_step(model, integer_loss, sgd)  # E: Argument 2 to "train_step" has incompatible type "Callable
fnn.train_step(model, value_only, sgd)  # E: Argument 2 to "train_step" has incompatible type "Callable
fnn.train_step(model, loss, clip)  # E: Argument 3 to "train_step" has incompatible type "Transform
fnn.train_step(model, loss, sgd, penalty=0.1)  # E: Argument "penalty" ... "float"; expected "Penalty | None"
fnn.train_step(model, loss, sgd, penalty=fnn.l2)  # E: Argument "penalty" ... "Penalty | None"
fnn.train_step(model, loss, sgd, metrics=[fnn.accuracy])  # E: Argument "metrics" to "train_step" ... "list
fnn.train_step(model, loss, sgd, metrics={"confusion": fnn.confusion_matrix})  # E: Dict entry 0 ... "str": "Callable
fnn.start(fnn.relu, sgd, fnn.Key(0))  # E: Argument 1 to "start" has incompatible type "Fn
fnn.start(model, sgd, 0)  # E: Argument 3 to "start" has incompatible type "int"; expected "Key"
fnn.start(model, clip, fnn.Key(0))  # E: Argument 2 to "start" has incompatible type "Transform
fnn.start(model, sgd, fnn.Key(0), params=other.init(fnn.Key(0)))  # E: Cannot infer ... "P" of "start"
step(fnn.start(model, adam, fnn.Key(0)), batch)  # E: Argument 2 to "start" has incompatible type "Optimizer
step(fnn.start(other, sgd, fnn.Key(0)), batch)  # E: Argument 1 to "start" has incompatible type "Model
step(state, (x, labels))  # E: Argument 2 to "__call__" of "TrainStep" has incompatible type "tuple
step(state.params, batch)  # E: Argument 1 ... "Dense"; expected "TrainState
step(state, fnn.Batch(labels, labels))  # E: Argument 1 to "Batch" has incompatible type "ndarray
step(state, fnn.Batch(x, "labels"))  # E: Argument 2 to "Batch" has incompatible type "str"; expected "ndarray
wrong: TrainState[fnn.Linear, object] = state  # E: expression has type "TrainState
