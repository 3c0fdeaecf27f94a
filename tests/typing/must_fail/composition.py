"""Stages that do not fit: the output of one is not what the next one takes."""

import numpy as np

import fnn
from fnn import Array, Fn, IntArray, Key, Model


def count_forward(x: IntArray) -> tuple[Array, None]:
    return x.astype(np.float32), None


def count_backward(dy: Array, cache: None) -> IntArray:
    return np.zeros(dy.shape, np.int64)


takes_integers: Fn[IntArray, Array] = fnn.fn(count_forward, count_backward)
embedding: Model[fnn.Dense, IntArray, Array]

fnn.relu >> takes_integers
fnn.dense(3, 2) >> takes_integers
(fnn.dense(3, 2) >> fnn.relu) >> takes_integers
fnn.dense(3, 2) >> fnn.shared(fnn.dense(2, 2))
fnn.dense(3, 2) >> fnn.dropout
fnn.dense(3, 2) >> np.tanh
fnn.parallel(fnn.dense(3, 2), fnn.dense(3, 2)) >> fnn.relu
