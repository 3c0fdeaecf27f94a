"""Combinators given what they cannot combine."""

import numpy as np

import fnn
from fnn import Array, Fn, IntArray


def one_hot_forward(x: IntArray) -> tuple[Array, None]:
    return np.eye(3)[x], None


def one_hot_backward(dy: Array, cache: None) -> IntArray:
    return np.zeros(dy.shape, np.int64)


one_hot: Fn[IntArray, Array] = fnn.fn(one_hot_forward, one_hot_backward)
model = fnn.dense(3, 3)
pair = fnn.parallel(model, model)

fnn.residual(fnn.relu)
fnn.residual(pair)
fnn.residual(fnn.shared(model))
fnn.residual(one_hot >> model)
fnn.shared(fnn.relu)
fnn.parallel(model)
fnn.parallel(model, fnn.relu)
fnn.parallel(model, one_hot >> model)
fnn.parallel(model, pair, join="add")
fnn.parallel(model, model, join="multiply")
fnn.as_model(model)
fnn.summary(model, 3)
fnn.summary((model, model), (3,))
