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
fnn.Dense(zeros)
fnn.Dense(zeros, zeros, zeros)
fnn.Dense(weights=zeros, bias=zeros)
fnn.Dense([[1.0, 2.0]], zeros)
Norm(zeros)
Norm(zeros, zeros, "fast")
Norm(zeros, zeros, momentum=None)
fnn.replace(norm, momemtum=0.5)
fnn.replace(norm, momentum="fast")
fnn.replace(norm, scale=None)
fnn.dense(3)
fnn.dense(3, 2.5)
fnn.dense(3, 2, fnn.initializers.zeros)
fnn.dense(3, 2, weight="he_normal")
fnn.dense(3, 2, weight=fnn.initializers.normal)
fnn.dropout()
fnn.dropout("0.5")
fnn.Key("seed")
fnn.Key(1.5)
