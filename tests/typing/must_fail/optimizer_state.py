"""States that belong to another optimizer, and chains that were put together wrongly."""

import fnn
from fnn import Optimizer
from fnn.optim import AdamState, SGDState

model = fnn.dense(3, 2)
params = model.init(fnn.Key(0))
adam = fnn.adam(1e-3)
sgd = fnn.sgd(0.1)
clipped = fnn.chain(fnn.clip_by_global_norm(1.0), adam)

adam.update(params, sgd.start(params), params)
clipped.update(params, adam.start(params), params)
adam.update(params, clipped.start(params), params)
adam.update(params, params)
adam.update((params,), adam.start(params), params)
state: AdamState = sgd.start(params)
optimizer: Optimizer[SGDState] = adam
fnn.chain(model, adam)
fnn.chain(fnn.clip_by_global_norm, adam)
fnn.adam("fast")
fnn.adam(lambda: 0.1)
fnn.adam(1e-3, beta=0.9)
fnn.adam(1e-3, 0.9)
