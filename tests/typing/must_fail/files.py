"""What is loaded has the type it was asked for, and no other."""

import fnn

params = fnn.dense(3, 2).init(fnn.Key(0))
dense: fnn.Dense = fnn.load("dense.npz", fnn.Linear)
linear: fnn.Linear = fnn.load("dense.npz", params)
fnn.load("dense.npz", fnn.Dense).weights
fnn.load("dense.npz")
fnn.save(params, "dense.npz")
fnn.linear(3, 2).apply(fnn.load("dense.npz", fnn.Dense), fnn.load("dense.npz", params).weight)
fnn.resume("run.npz", params)
