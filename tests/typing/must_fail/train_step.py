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


def integer_loss(y: IntArray, target: IntArray) -> tuple[float, IntArray]:
    return 0.0, y


def value_only(y: Array, target: IntArray) -> float:
    return 0.0


step = fnn.train_step(model, fnn.softmax_cross_entropy, sgd)
state = fnn.start(model, sgd, fnn.Key(0))
batch = fnn.Batch(x, labels)
step(state, batch)

fnn.train_step(fnn.relu, fnn.softmax_cross_entropy, sgd)
fnn.train_step(model, integer_loss, sgd)
fnn.train_step(model, value_only, sgd)
fnn.train_step(model, fnn.softmax_cross_entropy, fnn.clip_by_global_norm(1.0))
fnn.train_step(model, fnn.softmax_cross_entropy, sgd, penalty=0.1)
fnn.train_step(model, fnn.softmax_cross_entropy, sgd, penalty=fnn.l2)
fnn.train_step(model, fnn.softmax_cross_entropy, sgd, metrics=[fnn.accuracy])
fnn.train_step(model, fnn.softmax_cross_entropy, sgd, metrics={"confusion": fnn.confusion_matrix})
fnn.start(fnn.relu, sgd, fnn.Key(0))
fnn.start(model, sgd, 0)
fnn.start(model, fnn.clip_by_global_norm(1.0), fnn.Key(0))
fnn.start(model, sgd, fnn.Key(0), params=other.init(fnn.Key(0)))
step(fnn.start(model, adam, fnn.Key(0)), batch)
step(fnn.start(other, sgd, fnn.Key(0)), batch)
step(state, (x, labels))
step(state.params, batch)
step(state, fnn.Batch(labels, labels))
step(state, fnn.Batch(x, "labels"))
wrong: TrainState[fnn.Linear, object] = state
