"""A whole training step of a small dense network: forward, loss, backward, Adam; the mathematics stands in `fnn.ops`.

Of the step of a small network most of the time goes into calling one function after the other; compiled, it is one
call. The reference calls the other kernels, and takes the products from the linear algebra library, which is faster for
networks that are not small. The parameters lie in one array, and so do means and squares.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from fnn.arrays import Array, IntArray
from fnn.kernels.adam import Factors, adam_overwrite
from fnn.kernels.bias import add_bias_relu, relu_bias_gradients
from fnn.kernels.choice import kernel
from fnn.kernels.cross_entropy import cross_entropy


@kernel
def dense_adam_step(
    x: Array, labels: IntArray, params: Array, means: Array, squares: Array, sizes: IntArray, factors: Factors
) -> tuple[float, Array]:
    """Overwrite parameters, means and squares; return loss and logits. Without a finite loss they stay as they are.

    Shapes: x (rows, inputs), contiguous; labels (rows,); params, means and squares (parameters,), each weight with its
    bias behind it; sizes (layers + 1,) are those of the input and of the layers' outputs. For labels out of range the
    loss is NaN.

    The network is ``z = h W + b`` layer by layer, rectified but for the last, with softmax and cross-entropy behind it,
    the mean over the rows.

    >>> state, sizes = [np.zeros(8) for _ in range(3)], np.array([3, 2])
    >>> loss, _ = dense_adam_step(np.ones((1, 3)), np.array([1]), *state, sizes, (0.9, 0.999, 0.1, 1e-7))
    >>> loss, state[1][:2]
    (0.693147..., array([ 0.05, -0.05]))
    """
    layers = _layers(params, sizes)
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
    grads = np.empty_like(params)
    slopes = _layers(grads, sizes)
    np.sum(dz, axis=0, out=slopes[-1][1])
    for i in reversed(range(len(layers))):
        np.matmul(hidden[i].T, dz, out=slopes[i][0])
        if i > 0:
            dz, slopes[i - 1][1][:] = relu_bias_gradients(dz @ layers[i][0].T, hidden[i])
    adam_overwrite([grads], [params], [means], [squares], factors)
    return value / len(x), y


def _layers(flat: Array, sizes: IntArray) -> list[tuple[Array, Array]]:
    """View the weights and biases, or their gradients, that lie one behind the other."""
    layers, start = [], 0
    for inputs, outputs in pairwise(sizes.tolist()):
        end = start + inputs * outputs
        layers.append((flat[start:end].reshape(inputs, outputs), flat[end : end + outputs]))
        start = end + outputs
    return layers
