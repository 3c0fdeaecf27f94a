"""Choices of parameters that are neither a pattern nor a predicate over paths, and penalties that are none."""

import fnn
from fnn import tree

params = fnn.dense(3, 2).init(fnn.Key(0))

fnn.l2(1e-4, where=["*weight"])
fnn.l2(1e-4, where=lambda path, leaf: True)
fnn.l2(1e-4, where=len)
fnn.l2("1e-4")
fnn.l1(1e-4) + 0.1
fnn.l2(1e-4)(params)[1].weigth
fnn.weight_decay(1e-4, where=True)
tree.set(params, 0, params.bias)
tree.map(params, lambda leaf: leaf)
other: fnn.Linear = tree.zeros_like(params)
