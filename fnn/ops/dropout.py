"""Inverted dropout and its derivative.

Each entry is dropped with probability ``rate``; what stays is scaled so that the expectation is the input:

    m ~ Bernoulli(1 - rate) / (1 - rate)        y = x m        dx = dy m

``E[m] = 1``, therefore inference needs no change. The scaled mask is cached; it is all the derivative needs.
"""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.random import Key
from fnn.validate import in_range


def dropout_forward(x: Array, key: Key, *, rate: float) -> tuple[Array, Array]:
    """Return ``x`` with each entry dropped or scaled up by ``1 / (1 - rate)``, and the scaled mask.

    Shapes: any. ``rate`` in [0, 1) is the probability of *dropping*. The same key drops the same entries. Raises
    HyperparameterError for a rate outside.

    Reference: Srivastava et al. (2014), "Dropout: a simple way to prevent neural networks from overfitting", sec. 10.

    >>> y, mask = dropout_forward(np.ones(1000), Key(0), rate=0.25)
    >>> sorted({round(float(v), 3) for v in y}), bool(abs(y.mean() - 1) < 0.05)
    ([0.0, 1.333], True)
    """
    in_range("dropout", 0, 1, high_open=True, rate=rate)
    draws = key.rng().random(x.shape, dtype=np.float32)
    mask: Array = (draws >= rate).astype(x.dtype)
    mask *= 1 / (1 - rate)
    y: Array = x * mask
    return y, mask


def dropout_backward(dy: Array, mask: Array) -> Array:
    """Return ``dx = dy * mask``.

    >>> dropout_backward(np.array([1.0, 2.0]), np.array([2.0, 0.0]))
    array([2., 0.])
    """
    dx: Array = dy * mask
    return dx
