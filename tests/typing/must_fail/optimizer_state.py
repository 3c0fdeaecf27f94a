"""States that belong to another optimizer, and chains that were put together wrongly."""

import fnn
from fnn import Optimizer
from fnn.optim import AdamState, SGDState


def no_schedule() -> float:
    return 0.1


model = fnn.dense(3, 2)
params = model.init(fnn.Key(0))
adam = fnn.adam(1e-3)
sgd = fnn.sgd(0.1)
clipped = fnn.chain(fnn.clip_by_global_norm(1.0), adam)

adam.update(params, sgd.start(params), params)  # E: Argument 2 ... "SGDState"; expected "AdamState"
clipped.update(params, adam.start(params), params)  # E: Argument 2 ... "AdamState"; expected "tuple
adam.update(params, clipped.start(params), params)  # E: Argument 2 ... "tuple
adam.update(params, params)  # E: Missing positional argument "state" in call to "update" of "Optimizer"
state: AdamState = sgd.start(params)  # E: expression has type "SGDState", variable has type "AdamState"
moved, _ = adam.update(params, adam.start(params), params)
other: fnn.Linear = moved  # E: expression has type "Dense", variable has type "Linear"
optimizer: Optimizer[SGDState] = adam  # E: expression has type "Optimizer
fnn.chain(model, adam)  # E: No overload variant of "chain" matches argument types "Model
fnn.chain(fnn.clip_by_global_norm, adam)  # E: No overload variant of "chain" matches argument types "Callable
fnn.adam("fast")  # E: Argument 1 to "adam" has incompatible type "str"; expected "float | Callable
fnn.adam(no_schedule)  # E: Argument 1 to "adam" has incompatible type "Callable
fnn.adam(1e-3, beta=0.9)  # E: Unexpected keyword argument "beta" for "adam"
fnn.adam(1e-3, 0.9)  # E: Too many positional arguments for "adam"
