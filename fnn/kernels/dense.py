"""A whole training step of a small dense network: forward, loss, backward, Adam; the mathematics stands in `fnn.ops`.

Of a step of a few thousand products most of the time goes into calling one function after the other; here it is one
call.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from fnn.arrays import Array, IntArray
from fnn.kernels.adam import adam_update
from fnn.kernels.choice import kernel, reference
from fnn.kernels.cross_entropy import cross_entropy

Layers: TypeAlias = tuple[tuple[Array, ...], tuple[Array, ...]]
"""Weights (inputs, outputs) and biases (outputs,), or what belongs to them, layer by layer."""

Factors: TypeAlias = tuple[float, float, float, float]
"""beta1, beta2, rate and eps, as in `adam_update`."""


@kernel
def dense_adam_step(
    x: Array,
    labels: IntArray,
    params: Layers,
    means: Layers,
    squares: Layers,
    factors: Factors,
) -> tuple[float, Array, Layers, Layers, Layers] | None:
    """Return the loss, the logits, and new parameters, means and squares; None for labels out of range.

    The network is ``z = h W + b`` layer by layer, rectified but for the last, with softmax and cross-entropy behind it,
    the mean over the rows.

    >>> zeros = (np.zeros((3, 2)),), (np.zeros(2),)
    >>> loss, *_ = dense_adam_step(np.ones((1, 3)), np.array([1]), zeros, zeros, zeros, (0.9, 0.999, 0.1, 1e-7))
    >>> loss
    0.693147...
    """
    weights, biases = params
    if labels.min() < 0 or labels.max() >= len(biases[-1]):
        return None
    inputs, y = [], x
    for i, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        inputs.append(y)
        y = y @ weight + bias
        if i < len(weights) - 1:
            np.maximum(y, 0, out=y)
    value, dz = reference(cross_entropy)(y, labels, 1 / len(x))
    dweights, dbiases = [], []
    for weight, h in zip(reversed(weights), reversed(inputs), strict=True):
        dweights.append(h.T @ dz)
        dbiases.append(dz.sum(axis=0))
        dz = (dz @ weight.T) * (h > 0)
    count = len(weights)
    flat, mean, square = [(*group[0], *group[1]) for group in (params, means, squares)]
    grads = (*reversed(dweights), *reversed(dbiases))
    moved = reference(adam_update)(grads, flat, mean, square, *factors)
    new = [(tuple(group[:count]), tuple(group[count:])) for group in moved]
    return value / len(x), y, new[0], new[1], new[2]
