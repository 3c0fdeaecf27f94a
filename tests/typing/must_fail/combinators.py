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

fnn.residual(fnn.relu)  # E: Argument 1 to "residual" has incompatible type "Fn
fnn.residual(pair)  # E: Argument 1 to "residual" has incompatible type "Composed
fnn.residual(fnn.shared(model))  # E: Argument 1 to "residual" has incompatible type "Model
fnn.residual(one_hot >> model)  # E: Argument 1 to "residual" has incompatible type "Serial
fnn.shared(fnn.relu)  # E: Argument 1 to "shared" has incompatible type "Fn
fnn.parallel(model)  # E: No overload variant of "parallel" matches argument type "Model
fnn.parallel(model, fnn.relu)  # E: No overload variant of "parallel" matches argument types "Model
fnn.parallel(model, one_hot >> model)  # E: Cannot infer ... "X" of "parallel"
fnn.parallel(model, pair, join="add")  # E: No overload variant of "parallel" matches argument types "Model
fnn.parallel(model, model, join="multiply")  # E: No overload variant of "parallel" matches argument types "Model
fnn.as_model(model)  # E: Argument 1 to "as_model" has incompatible type "Model
fnn.summary(model, 3)  # E: Argument 2 to "summary" has incompatible type "int"; expected "tuple
fnn.summary((model, model), (3,))  # E: Argument 1 to "summary" has incompatible type "tuple
fnn.summary(model, (3,), batch_size=8, optimizer=0.1)  # E: Argument "optimizer" to "summary" has incompatible type
