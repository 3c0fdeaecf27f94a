# ruff: noqa: B018  # expressions stand alone: mypy is to refuse them
"""Runs over data that does not fit the loss or the model, and events read wrongly."""

import numpy as np

import fnn
from fnn import Array, IntArray


def without_key(x: Array) -> Array:
    return x


x: Array = np.zeros((4, 3), np.float32)
images = np.zeros((4, 3), np.uint8)
labels: IntArray = np.zeros(4, np.int64)
values: Array = np.zeros((4, 2), np.float32)
model = fnn.dense(3, 2)
sgd = fnn.sgd(0.1)
state = fnn.start(model, sgd, fnn.Key(0))
regression = fnn.train_step(model, fnn.mean_squared_error, sgd)
data = fnn.batches(x, values, batch_size=2)
labelled = fnn.batches(x, labels, batch_size=2)
unscaled = fnn.batches(images, values, batch_size=2)
weighted = fnn.train_step(model, fnn.weighted(fnn.softmax_cross_entropy), sgd)

fnn.fit(regression, state, data, epochs=1)
fnn.fit(regression, state, labelled, epochs=1)  # E: Cannot infer ... "T" of "fit"
fnn.fit(regression, state, unscaled, epochs=1)  # E: Cannot infer ... "X" of "fit"
fnn.fit(weighted, state, labelled, epochs=1)  # E: Cannot infer ... "T" of "fit"
fnn.fit(regression, state, x, epochs=1)  # E: Argument 3 to "fit" has incompatible type "ndarray
regression.run(state, labelled.epoch(0))  # E: Argument 2 to "run" of "TrainStep" has incompatible type "Iterator
regression.run(state, fnn.Batch(x, values))  # E: Argument 2 to "run" of "TrainStep" has incompatible type "Batch
fnn.fit(regression, state, data)  # E: Missing named argument "epochs" for "fit"
fnn.fit(regression, state.params, data, epochs=1)  # E: Argument 2 to "fit" ... "Dense"; expected "TrainState
fnn.evaluate(model, state.params, labelled, loss=fnn.mean_squared_error)  # E: Argument "loss" to "evaluate"
fnn.evaluate(model, state.params, unscaled, loss=fnn.mean_squared_error)  # E: Cannot infer ... "X" of "evaluate"
fnn.batches(x, values, batch_size=2, augment=without_key)  # E: Argument "augment" to "batches" ... "Callable
for event in fnn.fit(regression, state, data, epochs=1):
    event.history  # E: Item "StepEnd ... has no attribute "history"
    event.metrics["loss"].mean()  # E: "float" has no attribute "mean"
    if isinstance(event, fnn.EpochEnd):
        event.state.params.wieght  # E: "Dense" has no attribute "wieght"
