"""A whole training step of a small dense network: forward, loss, backward, Adam; the mathematics stands in `fnn.ops`.

Of a step of a few thousand products most of the time goes into calling one function after the other; here it is one
call. Parameters, means and squares lie in the three rows of one array, so that the call has few arguments.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from fnn.arrays import Array, IntArray
from fnn.kernels.adam import adam_overwrite
from fnn.kernels.choice import kernel, reference
from fnn.kernels.cross_entropy import cross_entropy

Factors: TypeAlias = tuple[float, float, float, float]
"""beta1, beta2, rate and eps, as in `adam_update`."""


@kernel
def dense_adam_step(x: Array, labels: IntArray, state: Array, sizes: IntArray, factors: Factors) -> tuple[float, Array]:
    """Overwrite ``state``; return loss and logits. A loss that is not finite leaves the state as it is.

    Shapes: x (rows, inputs), contiguous; labels (rows,); state (3, parameters), whose rows are the parameters, Adam's
    means and its squares, each weight by weight with its bias behind it; sizes (layers + 1,) are those of the input and
    of the layers' outputs. For labels out of range the loss is NaN.

    The network is ``z = h W + b`` layer by layer, rectified but for the last, with softmax and cross-entropy behind it,
    the mean over the rows.

    >>> state = np.zeros((3, 8))
    >>> loss, _ = dense_adam_step(np.ones((1, 3)), np.array([1]), state, np.array([3, 2]), (0.9, 0.999, 0.1, 1e-7))
    >>> loss, state[1, :2]
    (0.693147..., array([ 0.05, -0.05]))
    """
    layers, start = [], 0
    for inputs, outputs in pairwise(sizes.tolist()):
        end = start + inputs * outputs
        layers.append((state[0, start:end].reshape(inputs, outputs), state[0, end : end + outputs]))
        start = end + outputs
    inputs_of, y = [], x
    for i, (weight, bias) in enumerate(layers):
        inputs_of.append(y)
        y = y @ weight + bias
        if i < len(layers) - 1:
            np.maximum(y, 0, out=y)
    if labels.min() < 0 or labels.max() >= y.shape[1]:
        return math.nan, y
    value, dz = reference(cross_entropy)(y, labels, 1 / len(x))
    if not math.isfinite(value):
        return value, y
    slopes = []
    for (weight, _), h in zip(reversed(layers), reversed(inputs_of), strict=True):
        slopes += [dz.sum(axis=0), (h.T @ dz).ravel()]
        dz = (dz @ weight.T) * (h > 0)
    grads = np.concatenate(slopes[::-1])
    reference(adam_overwrite)([grads], [state[0]], [state[1]], [state[2]], *factors)
    return value / len(x), y
