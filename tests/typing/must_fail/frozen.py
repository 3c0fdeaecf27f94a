"""Nothing is assigned to: parameters, models, keys, states and events are values."""

import numpy as np

import fnn

model = fnn.dense(3, 2)
optimizer = fnn.sgd(0.1)
params = model.init(fnn.Key(0))
state = fnn.start(model, optimizer, fnn.Key(0))

params.weight = np.zeros((3, 2))
params.bias += 1
del params.bias
model.name = "other"
state.step = 3
state.params.weight = np.zeros((3, 2))
fnn.Key(0).state = 1
fnn.relu.apply = fnn.tanh.apply
fnn.EpochEnd(state, {}, 1, 1).epoch = 2
