"""A whole training step of a small dense network: forward, loss, backward, Adam.

Values stand with the samples side by side: the batch is the long axis of a small network, along which the compiler
makes vector instructions of each loop.
"""

from __future__ import annotations

import math

import numpy as np

from fnn.arrays import Array, IntArray
from fnn.kernels.adam import Factors
from fnn.kernels.compiled.adam import overwrite
from fnn.kernels.compiled.functions import exp
from fnn.kernels.compiled.options import loop

_MANY = 1e200
"""A product of this size is replaced by its logarithm before it overflows."""


@loop
def _affine(h: Array, weight: Array, bias: Array, z: Array) -> None:
    """Write ``W^T h + b``; up to four inputs at a time, so that z is read and written less often."""
    inputs, samples = h.shape
    first = (inputs - 1) % 4 + 1  # inputs that are done at first, so that the others are groups of four
    for j in range(z.shape[0]):
        row, offset = z[j], bias[j]
        if first == 1:
            a = weight[0, j]
            for n in range(samples):
                row[n] = offset + a * h[0, n]
        elif first == 2:
            a, b = weight[0, j], weight[1, j]
            for n in range(samples):
                row[n] = offset + (a * h[0, n] + b * h[1, n])
        elif first == 3:
            a, b, c = weight[0, j], weight[1, j], weight[2, j]
            for n in range(samples):
                row[n] = offset + (a * h[0, n] + b * h[1, n] + c * h[2, n])
        else:
            a, b, c, d = weight[0, j], weight[1, j], weight[2, j], weight[3, j]
            for n in range(samples):
                row[n] = offset + ((a * h[0, n] + b * h[1, n]) + (c * h[2, n] + d * h[3, n]))
        for i in range(first, inputs, 4):
            a, b, c, d = weight[i, j], weight[i + 1, j], weight[i + 2, j], weight[i + 3, j]
            for n in range(samples):
                row[n] += (a * h[i, n] + b * h[i + 1, n]) + (c * h[i + 2, n] + d * h[i + 3, n])


@loop
def _rectify(z: Array) -> None:
    for j in range(z.shape[0]):
        for n in range(z.shape[1]):
            z[j, n] = 0 if z[j, n] < 0 else z[j, n]


@loop
def _loss_and_slopes(z: Array, labels: IntArray, dz: Array) -> float:
    """Write the gradient of the mean loss into dz, contiguous, and return the sum of the losses."""
    classes, samples = z.shape
    number = z.dtype.type
    row = np.empty(samples, z.dtype)  # the largest logit of each sample, then the sum of its powers
    row[:] = z[0]
    for c in range(1, classes):
        for n in range(samples):
            row[n] = row[n] if z[c, n] <= row[n] else z[c, n]
    value = float(0)
    for c in range(classes):
        for n in range(samples):
            dz[c, n] = z[c, n] - row[n]
    for n in range(samples):
        value -= dz[labels[n], n]
    powers = dz.ravel()
    for i in range(powers.size):
        powers[i] = exp(powers[i])
    row[:] = 0
    for c in range(classes):
        for n in range(samples):
            row[n] += dz[c, n]
    product, scale = float(1), number(1) / number(samples)
    for n in range(samples):
        product *= row[n]  # the sum of logarithms is that of the product
        if product > _MANY:
            value += math.log(product)
            product = float(1)
        row[n] = scale / row[n]
    value += math.log(product)
    for c in range(classes):
        for n in range(samples):
            dz[c, n] *= row[n]
    for n in range(samples):
        dz[labels[n], n] -= scale
    return value


@loop
def _gradients(h: Array, dz: Array, dweight: Array, dbias: Array) -> None:
    for j in range(dz.shape[0]):
        total = dz.dtype.type(0)
        for n in range(dz.shape[1]):
            total += dz[j, n]
        dbias[j] = total
    for i in range(h.shape[0]):
        for j in range(dz.shape[0]):
            total = dz.dtype.type(0)
            for n in range(dz.shape[1]):
                total += h[i, n] * dz[j, n]
            dweight[i, j] = total


@loop
def _through(dz: Array, weight: Array, h: Array, dh: Array) -> None:
    """Write ``W dz`` where h is above 0; up to three outputs at a time."""
    outputs, samples = dz.shape
    first = (outputs - 1) % 3 + 1  # outputs that are done at first, so that the others are groups of three
    for i in range(h.shape[0]):
        row = dh[i]
        if first == 1:
            a = weight[i, 0]
            for n in range(samples):
                row[n] = a * dz[0, n]
        elif first == 2:
            a, b = weight[i, 0], weight[i, 1]
            for n in range(samples):
                row[n] = a * dz[0, n] + b * dz[1, n]
        else:
            a, b, c = weight[i, 0], weight[i, 1], weight[i, 2]
            for n in range(samples):
                row[n] = a * dz[0, n] + b * dz[1, n] + c * dz[2, n]
        for j in range(first, outputs, 3):
            a, b, c = weight[i, j], weight[i, j + 1], weight[i, j + 2]
            for n in range(samples):
                row[n] += a * dz[j, n] + b * dz[j + 1, n] + c * dz[j + 2, n]
        for n in range(samples):
            row[n] = row[n] if h[i, n] > 0 else 0 * row[n]


@loop
def _dense_adam_step(
    x: Array,
    labels: IntArray,
    params: Array,
    means: Array,
    squares: Array,
    sizes: IntArray,
    logits: Array,
    factors: Factors,
) -> float:
    samples, depth = x.shape[0], len(sizes) - 1
    classes, width = sizes[depth], sizes.max()
    for n in range(samples):
        if labels[n] < 0 or labels[n] >= classes:
            return math.nan
    grads = np.empty_like(params)
    values = np.empty((sizes.sum(), samples), x.dtype)
    slopes = np.empty((2, width * samples), x.dtype)

    for n in range(samples):
        for i in range(sizes[0]):
            values[i, n] = x[n, i]
    start = row = 0  # where the layer's parameters begin, and the values that go into it
    for k in range(depth):
        inputs, outputs = sizes[k], sizes[k + 1]
        end = start + inputs * outputs
        z = values[row + inputs : row + inputs + outputs]
        _affine(
            values[row : row + inputs],
            params[start:end].reshape(inputs, outputs),
            params[end : end + outputs],
            z,
        )
        if k < depth - 1:
            _rectify(z)
        start, row = end + outputs, row + inputs

    z = values[row:]
    for n in range(samples):
        for c in range(classes):
            logits[n, c] = z[c, n]
    dz = slopes[0, : classes * samples].reshape(classes, samples)
    loss: float = _loss_and_slopes(z, labels, dz) / samples
    if not math.isfinite(loss):
        return loss

    for back in range(depth):
        k = depth - 1 - back
        inputs, outputs = sizes[k], sizes[k + 1]
        end, row = start - outputs, row - inputs
        start = end - inputs * outputs
        h = values[row : row + inputs]
        _gradients(h, dz, grads[start:end].reshape(inputs, outputs), grads[end : end + outputs])
        if k > 0:
            dh = slopes[(back + 1) % 2, : inputs * samples].reshape(inputs, samples)
            _through(dz, params[start:end].reshape(inputs, outputs), h, dh)
            dz = dh
    overwrite(grads, params, means, squares, factors)
    return loss


def dense_adam_step(
    x: Array, labels: IntArray, params: Array, means: Array, squares: Array, sizes: IntArray, factors: Factors
) -> tuple[float, Array]:
    """Overwrite parameters, means and squares; return loss and logits."""
    logits: Array = np.empty((len(x), sizes[-1]), x.dtype)
    return _dense_adam_step(x, labels, params, means, squares, sizes, logits, factors), logits
