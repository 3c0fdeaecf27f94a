# ruff: noqa: B018  # expressions stand alone: mypy is to refuse them
"""Choices of parameters that are neither a pattern nor a predicate over paths, and penalties that are none."""

import fnn
from fnn import tree


def of_two(path: str, leaf: fnn.Array) -> bool:
    return True


params = fnn.dense(3, 2).init(fnn.Key(0))

fnn.l2(1e-4, where=["*weight"])  # E: Argument "where" to "l2" has incompatible type "list
fnn.l2(1e-4, where=of_two)  # E: Argument "where" to "l2" has incompatible type "Callable
fnn.l2(1e-4, where=len)  # E: Argument "where" to "l2" has incompatible type "Callable
fnn.l2("1e-4")  # E: Argument 1 to "l2" has incompatible type "str"; expected "float"
fnn.l1(1e-4) + 0.1  # E: Unsupported operand types for + ("Penalty" and "float")
fnn.l2(1e-4)(params)[1].weigth  # E: "Dense" has no attribute "weigth"
fnn.weight_decay(1e-4, where=True)  # E: Argument "where" to "weight_decay" ... "bool"; expected "str | Callable
tree.set(params, 0, params.bias)  # E: Argument 2 to "set" has incompatible type "int"; expected "str"
tree.map(params, tree.copy)  # E: Argument 1 to "map" has incompatible type "Dense"; expected "Callable
other: fnn.Linear = tree.zeros_like(params)  # E: expression has type "Dense", variable has type "Linear"
