"""A whole training step of a small dense network: forward, loss, backward, Adam."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array, IntArray
from fnn.kernels.compiled.adam import move
from fnn.kernels.compiled.cross_entropy import loss_and_slopes
from fnn.kernels.compiled.options import loop
from fnn.kernels.dense import Factors, Layers

_NARROW = 8
"""Of fewer outputs a loop over the outputs is too short: it runs over the inputs, along the transposed weight."""


@loop
def _affine(h: Array, weight: Array, bias: Array, z: Array) -> None:
    inputs, outputs = weight.shape
    if outputs < _NARROW:
        turned = weight.T.copy()
        for n in range(z.shape[0]):
            for j in range(outputs):
                total = bias[j]
                for i in range(inputs):
                    total += h[n, i] * turned[j, i]
                z[n, j] = total
    else:
        for n in range(z.shape[0]):
            row = z[n]
            for j in range(outputs):
                row[j] = bias[j]
            for i in range(inputs):
                entry = h[n, i]
                for j in range(outputs):
                    row[j] += entry * weight[i, j]


@loop
def _gradients(h: Array, dz: Array, dweight: Array, dbias: Array) -> None:
    inputs, outputs = dweight.shape
    dbias[:] = 0
    for n in range(dz.shape[0]):
        for j in range(outputs):
            dbias[j] += dz[n, j]
    if outputs < _NARROW:
        turned = np.zeros((outputs, inputs), h.dtype)
        for n in range(dz.shape[0]):
            for j in range(outputs):
                slope = dz[n, j]
                for i in range(inputs):
                    turned[j, i] += slope * h[n, i]
        for i in range(inputs):
            for j in range(outputs):
                dweight[i, j] = turned[j, i]
    else:
        dweight[:] = 0
        for n in range(dz.shape[0]):
            for i in range(inputs):
                entry = h[n, i]
                for j in range(outputs):
                    dweight[i, j] += entry * dz[n, j]


@loop
def _through(dz: Array, weight: Array, h: Array, dh: Array) -> None:
    inputs, outputs = weight.shape
    turned = weight.T.copy()
    for n in range(dz.shape[0]):
        row = dh[n]
        for i in range(inputs):
            row[i] = 0
        for j in range(outputs):
            slope = dz[n, j]
            for i in range(inputs):
                row[i] += slope * turned[j, i]
        for i in range(inputs):
            row[i] = row[i] if h[n, i] > 0 else 0 * row[i]


@loop
def _dense_adam_step(
    x: Array,
    labels: IntArray,
    params: Layers,
    means: Layers,
    squares: Layers,
    new_params: Layers,
    new_means: Layers,
    new_squares: Layers,
    logits: Array,
    factors: Factors,
) -> float:
    weights, biases = params
    mean_weights, mean_biases = means
    square_weights, square_biases = squares
    new_weights, new_biases = new_params
    new_mean_weights, new_mean_biases = new_means
    new_square_weights, new_square_biases = new_squares
    rows, classes, depth = x.shape[0], logits.shape[1], len(weights)
    for n in range(rows):
        if labels[n] < 0 or labels[n] >= classes:
            return -1.0
    width = 0
    for i in range(depth - 1):
        width = max(width, weights[i].shape[1])
    hidden = np.empty((max(depth - 1, 1), rows * width), x.dtype)
    slopes = np.empty((2, rows * max(width, classes)), x.dtype)
    h = x
    for i in range(depth - 1):
        outputs = weights[i].shape[1]
        z = hidden[i, : rows * outputs].reshape(rows, outputs)
        _affine(h, weights[i], biases[i], z)
        for n in range(rows):
            for j in range(outputs):
                z[n, j] = 0 if z[n, j] < 0 else z[n, j]
        h = z
    _affine(h, weights[depth - 1], biases[depth - 1], logits)

    dz = slopes[0, : rows * classes].reshape(rows, classes)
    value = loss_and_slopes(logits, labels, 1 / rows, dz)
    beta1, beta2, rate, eps = factors
    constants = (beta1, 1 - beta1, beta2, 1 - beta2, rate, eps)
    for back in range(depth):
        i = depth - 1 - back
        inputs, outputs = weights[i].shape
        h = x if i == 0 else hidden[i - 1, : rows * inputs].reshape(rows, inputs)
        dweight, dbias = np.empty((inputs, outputs), x.dtype), np.empty(outputs, x.dtype)
        _gradients(h, dz, dweight, dbias)
        if i > 0:
            dh = slopes[(back + 1) % 2, : rows * inputs].reshape(rows, inputs)
            _through(dz, weights[i], h, dh)
            dz = dh
        move(
            dweight,
            weights[i],
            mean_weights[i],
            square_weights[i],
            new_weights[i],
            new_mean_weights[i],
            new_square_weights[i],
            constants,
        )
        move(
            dbias,
            biases[i],
            mean_biases[i],
            square_biases[i],
            new_biases[i],
            new_mean_biases[i],
            new_square_biases[i],
            constants,
        )
    loss: float = value / rows
    return loss


def dense_adam_step(
    x: Array,
    labels: IntArray,
    params: Layers,
    means: Layers,
    squares: Layers,
    factors: Factors,
) -> tuple[float, Array, Layers, Layers, Layers] | None:
    """Return the loss, the logits, and new parameters, means and squares; None for labels out of range."""
    logits: Array = np.empty((len(x), len(params[1][-1])), x.dtype)
    new_params, new_means, new_squares = _like(params), _like(params), _like(params)
    loss = _dense_adam_step(x, labels, params, means, squares, new_params, new_means, new_squares, logits, factors)
    if loss < 0:
        return None
    for weights, biases in (new_params, new_means, new_squares):
        for array in (*weights, *biases):
            array.setflags(write=False)
    return loss, logits, new_params, new_means, new_squares


def _like(layers: Layers) -> Layers:
    """New arrays of these shapes."""
    weights, biases = layers
    return tuple([np.empty(w.shape, w.dtype) for w in weights]), tuple([np.empty(b.shape, b.dtype) for b in biases])
