"""Softmax and cross-entropy with labels, value and gradient at once."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array, IntArray
from fnn.kernels.compiled.options import loop


@loop
def _cross_entropy(logits: Array, labels: IntArray, dy: Array, factor: float) -> float:
    value, scale, one = 0.0, dy.dtype.type(factor), dy.dtype.type(1)
    for i in range(logits.shape[0]):
        largest = logits[i, 0]
        for j in range(1, logits.shape[1]):
            if not logits[i, j] <= largest:  # NaN is taken, too
                largest = logits[i, j]
        total = 0 * one
        for j in range(logits.shape[1]):
            share = np.exp(logits[i, j] - largest)
            dy[i, j] = share
            total += share
        value += np.log(total) - (logits[i, labels[i]] - largest)
        for j in range(logits.shape[1]):
            dy[i, j] *= scale / total
        dy[i, labels[i]] -= scale
    return value


def cross_entropy(logits: Array, labels: IntArray, factor: float) -> tuple[float, Array]:
    """Return value and gradient."""
    dy = np.empty_like(logits)
    return _cross_entropy(logits, labels, dy, factor), dy
