"""Softmax and cross-entropy with labels, value and gradient at once."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array, IntArray
from fnn.kernels.choice import kernel


@kernel
def cross_entropy(logits: Array, labels: IntArray, factor: float) -> tuple[float, Array]:
    """Return the sum over the rows of ``log sum exp z - z[label]``, and ``factor (softmax(z) - one-hot)``.

    Shapes: logits (rows, classes), labels (rows,) below the number of classes.

    >>> cross_entropy(np.log([[0.75, 0.25]]), np.array([1]), 2.0)
    (1.38629..., array([[ 1.5, -1.5]]))
    """
    own = np.arange(len(labels)), labels
    dy: Array = logits - logits.max(axis=1, keepdims=True)
    target: Array = dy[own]
    np.exp(dy, out=dy)
    total: Array = dy.sum(axis=1, keepdims=True)
    value = float((np.log(total[:, 0]) - target).sum())
    dy /= total
    dy[own] -= 1
    dy *= factor
    return value, dy
