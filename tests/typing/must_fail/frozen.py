"""Nothing is assigned to: parameters, models, keys, states and events are values."""

import numpy as np

import fnn

model = fnn.dense(3, 2)
optimizer = fnn.sgd(0.1)
params = model.init(fnn.Key(0))
state = fnn.start(model, optimizer, fnn.Key(0))

params.weight = np.zeros((3, 2))  # E: Property "weight" defined in "Dense" is read-only
params.bias += 1  # E: Property "bias" defined in "Dense" is read-only
model.name = "other"  # E: Property "name" defined in "Model" is read-only
state.step = 3  # E: Property "step" defined in "TrainState" is read-only
state.params.weight = np.zeros((3, 2))  # E: Property "weight" defined in "Dense" is read-only
fnn.Key(0).state = 1  # E: Property "state" defined in "Key" is read-only
fnn.relu.apply = fnn.tanh.apply  # E: Property "apply" defined in "Fn" is read-only
fnn.EpochEnd(state, {}, 1, 1).epoch = 2  # E: Property "epoch" defined in "EpochEnd" is read-only
