"""Stages that do not fit: the output of one is not what the next one takes."""

import numpy as np

import fnn
from fnn import Array, Fn, IntArray


def count_forward(x: IntArray) -> tuple[Array, None]:
    return x.astype(np.float32), None


def count_backward(dy: Array, cache: None) -> IntArray:
    return np.zeros(dy.shape, np.int64)


takes_integers: Fn[IntArray, Array] = fnn.fn(count_forward, count_backward)

fnn.relu >> takes_integers  # E: Unsupported operand types for >> ("Fn ... and "Fn
fnn.dense(3, 2) >> takes_integers  # E: Unsupported operand types for >> ("Model ... and "Fn
(fnn.dense(3, 2) >> fnn.relu) >> takes_integers  # E: Unsupported operand types for >> ("Serial ... and "Fn
fnn.dense(3, 2) >> (takes_integers >> fnn.dense(2, 2))  # E: Unsupported operand types for >> ("Model ... and "Serial
fnn.dense(3, 2) >> fnn.shared(fnn.dense(2, 2))  # E: Unsupported operand types for >> ("Model ... and "Model
fnn.dense(3, 2) >> fnn.dropout  # E: No overload variant of "__rshift__" of "Model" matches argument type "Callable
fnn.dense(3, 2) >> np.tanh  # E: No overload variant of "__rshift__" of "Model" matches argument type "_UFunc_Nin1_Nout1
fnn.parallel(fnn.dense(3, 2), fnn.dense(3, 2)) >> fnn.relu  # E: Unsupported operand types for >> ("Composed ... and "Fn
