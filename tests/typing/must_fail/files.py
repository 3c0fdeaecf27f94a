# ruff: noqa: B018  # expressions stand alone: mypy is to refuse them
"""What is loaded has the type it was asked for, and no other."""

import fnn

params = fnn.dense(3, 2).init(fnn.Key(0))
dense: fnn.Dense = fnn.load("dense.npz", fnn.Linear)  # E: expression has type "Linear", variable has type "Dense"
linear: fnn.Linear = fnn.load("dense.npz", params)  # E: expression has type "Dense", variable has type "Linear"
fnn.load("dense.npz", fnn.Dense).weights  # E: "Dense" has no attribute "weights"
fnn.load("dense.npz")  # E: No overload variant of "load" matches argument type "str"
fnn.save(params, "dense.npz")  # E: Argument 1 to "save" has incompatible type "Dense"; expected "str | PathLike
fnn.linear(3, 2).apply(fnn.load("dense.npz", fnn.Dense), params.weight)  # E: Argument 1 ... "Dense"; expected "Linear"
fnn.resume("run.npz", params)  # E: Argument 2 to "resume" has incompatible type "Dense"; expected "TrainState
