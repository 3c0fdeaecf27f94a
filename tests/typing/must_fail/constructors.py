"""Records and factories called with arguments that they do not take."""

import numpy as np

import fnn
from fnn import Array


@fnn.record
class Norm:
    scale: Array
    mean: Array = fnn.buffer()
    momentum: float = fnn.static(default=0.9)


zeros = np.zeros(2)
norm = Norm(zeros, zeros)
fnn.Dense(zeros)  # E: Missing positional argument "bias" in call to "Dense"
fnn.Dense(zeros, zeros, zeros)  # E: Too many arguments for "Dense"
fnn.Dense(weights=zeros, bias=zeros)  # E: Unexpected keyword argument "weights" for "Dense"
fnn.Dense([[1.0, 2.0]], zeros)  # E: Argument 1 to "Dense" has incompatible type "list
Norm(zeros)  # E: Missing positional argument "mean" in call to "Norm"
Norm(zeros, zeros, "fast")  # E: Argument 3 to "Norm" has incompatible type "str"; expected "float"
Norm(zeros, zeros, momentum=None)  # E: Argument "momentum" to "Norm" has incompatible type "None"; expected "float"
fnn.replace(norm, momemtum=0.5)  # E: Unexpected keyword argument "momemtum" for "evolve" of "Norm"
fnn.replace(norm, momentum="fast")  # E: Argument "momentum" ... "str"; expected "float"
fnn.replace(norm, scale=None)  # E: Argument "scale" ... "None"; expected "ndarray
fnn.dense(3)  # E: Missing positional argument "outputs" in call to "dense"
fnn.dense(3, 2.5)  # E: Argument 2 to "dense" has incompatible type "float"; expected "int"
fnn.dense(3, 2, fnn.initializers.zeros)  # E: Too many positional arguments for "dense"
fnn.dense(3, 2, weight="he_normal")  # E: Argument "weight" to "dense" has incompatible type "str"; expected "Callable
fnn.dense(3, 2, weight=fnn.initializers.normal)  # E: Argument "weight" to "dense" has incompatible type "Callable
fnn.dropout()  # E: Missing positional argument "rate" in call to "dropout"
fnn.dropout("0.5")  # E: Argument 1 to "dropout" has incompatible type "str"; expected "float"
fnn.Key("seed")  # E: Argument 1 to "Key" has incompatible type "str"; expected "SupportsIndex"
fnn.Key(1.5)  # E: Argument 1 to "Key" has incompatible type "float"; expected "SupportsIndex"
