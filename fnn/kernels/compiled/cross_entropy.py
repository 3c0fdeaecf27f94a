"""Softmax and cross-entropy with labels, value and gradient at once."""

from __future__ import annotations

import math

import numpy as np

from fnn.arrays import Array, IntArray
from fnn.kernels.compiled.functions import exp
from fnn.kernels.compiled.options import loop


@loop
def loss_and_slopes(logits: Array, labels: IntArray, factor: float, dy: Array) -> float:
    """Write the gradient into dy, contiguous, and return the sum of the losses."""
    rows, classes = logits.shape
    number, scale, value = logits.dtype.type, logits.dtype.type(factor), float(0)
    for n in range(rows):
        top = logits[n, 0]
        for j in range(1, classes):
            top = top if logits[n, j] <= top else logits[n, j]
        for j in range(classes):
            dy[n, j] = logits[n, j] - top
        value -= dy[n, labels[n]]
    powers = dy.ravel()
    for i in range(powers.size):  # one long loop, for rows are short
        powers[i] = exp(powers[i])
    for n in range(rows):
        total = number(0)
        for j in range(classes):
            total += dy[n, j]
        value += math.log(total)
        for j in range(classes):
            dy[n, j] *= scale / total
        dy[n, labels[n]] -= scale
    return value


def cross_entropy(logits: Array, labels: IntArray, factor: float) -> tuple[float, Array]:
    """Return value and gradient."""
    dy: Array = np.empty(logits.shape, logits.dtype)
    return loss_and_slopes(logits, labels, factor, dy), dy
