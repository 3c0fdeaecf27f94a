"""The form behind convolutions, linear in each of three arrays, and its three derivatives.

For inputs ``x``, a kernel ``W`` and a field ``z`` over the output positions let

    F(x, W, z) = sum over n, p, t, i, o of  x[n, s p + d t - a, i]  W[t, i, o]  z[n, p, o]

with samples ``n``, positions ``p``, taps ``t``, channels in ``i`` and out ``o``, and with stride ``s``, dilation ``d``
and padding ``a`` as in `fnn.ops.windows`; positions and taps have a number for each axis of space, and ``x`` is 0
outside. ``F`` is linear in each of the three, so its derivative by one is a product of the other two:

    correlate         dF/dz[n, p, o] = sum over t, i of  x[n, s p + d t - a, i] W[t, i, o]
    correlate_kernel  dF/dW[t, i, o] = sum over n, p of  x[n, s p + d t - a, i] z[n, p, o]
    spread            dF/dx[n, q, i] = sum over o and the t, p with s p + d t - a = q of  W[t, i, o] z[n, p, o]

A convolution is the first, a transposed convolution the third, and the gradients of either are the other two.

**As matrix products.** The entries that a window meets are copied into a row; the rows times the kernel, as a matrix
(taps inputs, outputs), are the outputs. The rows are ``taps`` times as large as ``x``: they are made for a few samples
at a time, so that they stay in the processor's cache (faster by a third than all at once), and made anew in the
backward rather than kept. Channels in groups are a batch of such products, one a group. (Compiled loops multiply
windows of few numbers where they lie, in `fnn.kernels.convolution`.)
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import attrs
import numpy as np

from fnn.arrays import Array
from fnn.kernels import window_products
from fnn.ops.sums import column_products
from fnn.ops.windows import Axis, taps, views

_BLOCK = 2**22  # bytes that a block of rows may take, about what fits into a second-level cache


def correlate(x: Array, weight: Array, axes: Sequence[Axis], groups: int) -> Array:
    """Return ``dF/dz``. Shapes: x (batch, *space, inputs), weight (*kernel, inputs / groups, outputs)."""
    y: Array = np.empty((x.shape[0], *(axis.outputs for axis in axes), weight.shape[-1]), x.dtype)
    if _depthwise(weight, groups):
        y[...] = 0
        for t, here, there in taps(axes):
            y[here] += x[there] * weight[t][0]
        return y
    for block in _blocks(y, math.prod(weight.shape[:-1]) * groups):
        if groups == 1:
            window_products(views(x[block], axes), weight, y[block])
        else:
            np.matmul(_rows(x[block], axes, groups), _by_group(weight, groups), out=_by_group(y[block], groups))
    return y


def correlate_kernel(x: Array, z: Array, axes: Sequence[Axis], groups: int) -> Array:
    """Return ``dF/dW``. Shapes: x (batch, *space, inputs), z (batch, *positions, outputs)."""
    kernel = [axis.kernel for axis in axes]
    shape = (*kernel, x.shape[-1] // groups, z.shape[-1])
    dweight: Array = np.zeros(shape, x.dtype)
    if _depthwise(dweight, groups):
        for t, here, there in taps(axes):
            dweight[t][0] = column_products(x[there], z[here])
        return dweight
    matrix = _by_group(dweight, groups)
    for block in _blocks(z, math.prod(kernel) * x.shape[-1]):
        matrix += _rows(x[block], axes, groups).swapaxes(1, 2) @ _by_group(z[block], groups)
    return dweight


def spread(z: Array, weight: Array, axes: Sequence[Axis], groups: int) -> Array:
    """Return ``dF/dx``. Shapes: z (batch, *positions, outputs), weight (*kernel, inputs / groups, outputs)."""
    inputs, depthwise = weight.shape[-2] * groups, _depthwise(weight, groups)
    # Two ways were measured. With stride 1, dx is itself a correlation, of z with the kernel turned round: every entry
    # is gathered in one product. The other way multiplies z by the kernel of one tap and adds the product to where the
    # tap stood. The first was faster by a tenth for 32 -> 64 channels, twice as fast for 64 -> 16, half as fast for
    # 1 -> 32: its rows hold the outputs, and the second's sums the inputs. With a stride it would multiply by zeros.
    near = all(axis.stride == 1 and axis.before < axis.extent for axis in axes)
    if near and 2 * inputs >= z.shape[-1] and not depthwise:
        turned = exchanged(weight[(slice(None, None, -1),) * len(axes)], groups)
        return correlate(z, turned, [_back(axis) for axis in axes], groups)
    x: Array = np.zeros((z.shape[0], *(axis.size for axis in axes), inputs), z.dtype)
    if depthwise:
        for t, here, there in taps(axes):
            x[there] += z[here] * weight[t][0]
        return x
    transposed = weight.swapaxes(-1, -2)
    for block in _blocks(z, max(inputs, z.shape[-1])):
        rows, into = _by_group(z[block], groups), x[block]
        share: Array = np.empty((*z[block].shape[:-1], inputs), z.dtype)
        for t, here, there in taps(axes):
            matrix = transposed[t].reshape(groups, -1, weight.shape[-2])
            np.matmul(rows, matrix, out=_by_group(share, groups))
            into[there] += share[here]
    return x


def exchanged(weight: Array, groups: int) -> Array:
    """Return (*kernel, inputs / groups, outputs) as (*kernel, outputs / groups, inputs); twice is nothing done.

    >>> exchanged(np.array([[1.0, 2.0, 3.0, 4.0]]), groups=2)
    array([[1., 3.],
           [2., 4.]])
    """
    *kernel, inputs, outputs = weight.shape
    blocks = weight.reshape(*kernel, inputs, groups, outputs // groups)
    return np.moveaxis(blocks, -1, -3).swapaxes(-1, -2).reshape(*kernel, outputs // groups, groups * inputs)


def _rows(x: Array, axes: Sequence[Axis], groups: int) -> Array:
    """Return what each window meets, one window a row: (groups, positions, taps * inputs of a group)."""
    windows = views(x, axes)
    windows = windows.reshape(*windows.shape[:-1], groups, -1)
    return np.moveaxis(windows, -2, 0).reshape(groups, math.prod(windows.shape[: len(axes) + 1]), -1)


def _by_group(a: Array, groups: int) -> Array:
    """View (..., outputs) as (groups, rows, outputs of a group)."""
    return a.reshape(-1, groups, a.shape[-1] // groups).swapaxes(0, 1)


def _back(axis: Axis) -> Axis:
    """Return the windows over the output, of stride 1, whose taps in reverse meet what each input went into."""
    before = axis.extent - 1 - axis.before
    return attrs.evolve(axis, size=axis.outputs, outputs=axis.size, before=before)


def _blocks(z: Array, entries: int) -> Iterator[slice]:
    """Divide the batch, so that ``entries`` for each position of each sample of a part fit into a block."""
    samples = max(1, _BLOCK // max(1, math.prod(z.shape[1:-1]) * entries * z.itemsize))
    for start in range(0, len(z), samples):
        yield slice(start, start + samples)


def _depthwise(weight: Array, groups: int) -> bool:
    """Whether each channel is on its own: no matrix product is left then, and tap by tap is five times as fast."""
    return groups > 1 and weight.shape[-2] == 1 and weight.shape[-1] == groups
