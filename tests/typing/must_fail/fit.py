"""Runs over data that does not fit the loss or the model, and events read wrongly."""

import numpy as np

import fnn
from fnn import Array, IntArray

x: Array = np.zeros((4, 3), np.float32)
images = np.zeros((4, 3), np.uint8)
labels: IntArray = np.zeros(4, np.int64)
values: Array = np.zeros((4, 2), np.float32)
model = fnn.dense(3, 2)
sgd = fnn.sgd(0.1)
state = fnn.start(model, sgd, fnn.Key(0))
regression = fnn.train_step(model, fnn.mean_squared_error, sgd)
weighted = fnn.train_step(model, fnn.weighted(fnn.softmax_cross_entropy), sgd)

fnn.fit(regression, state, fnn.batches(x, values, batch_size=2), epochs=1)
fnn.fit(regression, state, fnn.batches(x, labels, batch_size=2), epochs=1)
fnn.fit(regression, state, fnn.batches(images, values, batch_size=2), epochs=1)
fnn.fit(weighted, state, fnn.batches(x, labels, batch_size=2), epochs=1)
fnn.fit(regression, state, x, epochs=1)
fnn.fit(regression, state, fnn.batches(x, values, batch_size=2))
fnn.fit(regression, state.params, fnn.batches(x, values, batch_size=2), epochs=1)
fnn.evaluate(model, state.params, fnn.batches(x, labels, batch_size=2), loss=fnn.mean_squared_error)
fnn.evaluate(model, state.params, fnn.batches(images, labels, batch_size=2), loss=fnn.softmax_cross_entropy)
fnn.batches(x, values, batch_size=2, augment=lambda x: x)
for event in fnn.fit(regression, state, fnn.batches(x, values, batch_size=2), epochs=1):
    event.history
    event.metrics["loss"].mean()
    if isinstance(event, fnn.EpochEnd):
        event.state.params.wieght
