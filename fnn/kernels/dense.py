"""A whole training step of a small dense network: forward, loss, backward, Adam; the mathematics stands in `fnn.ops`.

Of the step of a small network most of the time goes into calling one function after the other; compiled, it is one
call. The reference calls the other kernels, and takes the products from the linear algebra library, which is faster for
networks that are not small. Parameters, means and squares lie in the three rows of one array.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from fnn.arrays import Array, IntArray
from fnn.kernels.adam import adam_overwrite
from fnn.kernels.bias import add_bias_relu, relu_bias_gradients
from fnn.kernels.choice import kernel
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
    layers = _layers(state[0], sizes)
    hidden, y = [x], x
    for weight, bias in layers[:-1]:
        y = y @ weight
        add_bias_relu(y, bias)
        hidden.append(y)
    weight, bias = layers[-1]
    y = y @ weight
    y += bias
    if labels.min() < 0 or labels.max() >= y.shape[1]:
        return math.nan, y
    value, dz = cross_entropy(y, labels, 1 / len(x))
    if not math.isfinite(value):
        return value, y
    grads = np.empty_like(state[0])
    slopes = _layers(grads, sizes)
    np.sum(dz, axis=0, out=slopes[-1][1])
    for i in reversed(range(len(layers))):
        np.matmul(hidden[i].T, dz, out=slopes[i][0])
        if i > 0:
            dz, slopes[i - 1][1][:] = relu_bias_gradients(dz @ layers[i][0].T, hidden[i])
    adam_overwrite([grads], [state[0]], [state[1]], [state[2]], *factors)
    return value / len(x), y


def _layers(flat: Array, sizes: IntArray) -> list[tuple[Array, Array]]:
    """View the weights and biases, or their gradients, that lie one behind the other."""
    layers, start = [], 0
    for inputs, outputs in pairwise(sizes.tolist()):
        end = start + inputs * outputs
        layers.append((flat[start:end].reshape(inputs, outputs), flat[end : end + outputs]))
        start = end + outputs
    return layers
