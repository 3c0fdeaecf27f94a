"""The convolution over any number of axes of space, and its derivative.

    y[n, p, o] = b[o] + sum_t sum_i x[n, s p + d t - a, i] W[t, i, o]

with samples ``n``, channels ``i`` in and ``o`` out. Positions ``p`` and taps ``t`` have one number for each axis of
space, as have the stride ``s``, the dilation ``d`` and the padding ``a`` in front; ``x`` is 0 outside. (Mathematicians
call this a correlation; with the kernel turned round it is their convolution. What is learned is the same.)

Every ``y`` is linear in ``x``, in ``W`` and in ``b``. With ``L`` the loss and ``dy = dL/dy``, the chain rule gives

    dL/dx[n, q, i] = sum of dy[n, p, o] W[t, i, o] over o and all t, p with s p + d t - a = q
    dL/dW[t, i, o] = sum_n sum_p x[n, s p + d t - a, i] dy[n, p, o]
    dL/db[o]       = sum_n sum_p dy[n, p, o]

These are two more derivatives of the one form that stands in `fnn.ops.correlation`, where they are computed. ``x`` and
``W`` are cached: each is the other's derivative.

Where a rectifier follows, ``y = max(conv(x, W) + b, 0)``, its derivative stands in front of the others:

    dz = dy where y > 0, else 0        dx, dW and db as above with dz in the place of dy

The two are one op for speed alone: bias and rectifier are applied to the convolution where it lies, and one pass over
``dy`` gives both ``dz`` and ``db``. Its cache is that of the convolution, and the output.

With ``groups``, the channels of input and output are cut into that many groups, and each group of outputs sees its own
group of inputs alone: the sum over ``i`` goes over ``inputs / groups`` channels. As many groups as inputs make a
*depthwise* convolution.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np

from fnn.arrays import Array, check_dy
from fnn.errors import ShapeError
from fnn.kernels import add_bias_relu, relu_bias_gradients
from fnn.ops.correlation import correlate, correlate_kernel, spread
from fnn.ops.sums import column_sums
from fnn.ops.windows import Axis, Padding, Sizes, window
from fnn.validate import positive


class ConvCache(NamedTuple):
    """What the backward needs."""

    x: Array
    weight: Array
    axes: tuple[Axis, ...]
    groups: int


def conv_forward(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    *,
    stride: Sizes = 1,
    padding: Padding = "same",
    dilation: Sizes = 1,
    groups: int = 1,
) -> tuple[Array, ConvCache]:
    """Return the convolution of ``x`` with the kernel ``weight``, and the cache ``(x, weight, axes, groups)``.

    Shapes: x (batch, *space, inputs), weight (*kernel, inputs / groups, outputs), bias (outputs,) or None for no bias;
    y (batch, *positions, outputs). Options have one number for all axes of space, or a tuple of one for each; see
    `fnn.ops.windows` for the padding and the number of positions.

    Raises ShapeError for shapes that do not agree, channels that do not divide by ``groups``, and a window that reaches
    further than the padded input; HyperparameterError for options that mean nothing.

    References: LeCun et al. (1998), "Gradient-based learning applied to document recognition", sec. II; Dumoulin and
    Visin (2016), "A guide to convolution arithmetic for deep learning".

    >>> x = np.array([[[1.0], [2.0], [4.0], [8.0]]])
    >>> difference = np.array([[[-1.0]], [[1.0]]])
    >>> conv_forward(x, difference, padding="valid")[0].ravel().tolist()
    [1.0, 2.0, 4.0]
    >>> conv_forward(x, difference, stride=2)[0].ravel().tolist()
    [1.0, 4.0]
    """
    rank = weight.ndim - 2
    positive("conv", groups=groups)
    if rank < 1 or x.ndim != weight.ndim or x.shape[-1] != weight.shape[-2] * groups or weight.shape[-1] % groups:
        expected = "x (batch, *space, inputs) and weight (*kernel, inputs / groups, outputs), outputs divided by groups"
        raise ShapeError("conv", expected, f"{x.shape} and {weight.shape} with groups={groups}")
    _check_bias(bias, weight)
    options = window("conv", rank, weight.shape[:-2], stride=stride, padding=padding, dilation=dilation)
    axes = options.over(x.shape[1:-1], "conv")
    y = correlate(x, weight, axes, groups)
    if bias is not None:
        y += bias
    return y, ConvCache(x, weight, axes, groups)


def conv_backward(dy: Array, cache: ConvCache) -> tuple[Array, Array, Array]:
    """Return ``(dx, dweight, dbias)``.

    >>> x, weight = np.array([[[1.0], [2.0], [4.0]]]), np.array([[[-1.0]], [[1.0]]])
    >>> _, cache = conv_forward(x, weight, padding="valid")
    >>> dx, dweight, dbias = conv_backward(np.array([[[1.0], [10.0]]]), cache)
    >>> dx.ravel().tolist(), dweight.ravel().tolist(), dbias.tolist()
    ([-1.0, -9.0, 10.0], [21.0, 42.0], [11.0])
    """
    return spread(dy, cache.weight, cache.axes, cache.groups), *conv_backward_params(dy, cache)


def conv_backward_params(dy: Array, cache: ConvCache) -> tuple[Array, Array]:
    """Return ``(dweight, dbias)`` alone, for input that needs no gradient."""
    return correlate_kernel(cache.x, dy, cache.axes, cache.groups), column_sums(dy)


ConvReluCache: TypeAlias = tuple[ConvCache, Array]


def conv_relu_forward(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    *,
    stride: Sizes = 1,
    padding: Padding = "same",
    dilation: Sizes = 1,
    groups: int = 1,
) -> tuple[Array, ConvReluCache]:
    """Return what `conv_forward` returns, with 0 in place of what is negative; and the cache.

    Shapes, options and errors are those of `conv_forward`.

    >>> x = np.array([[[1.0], [2.0], [4.0], [1.0]]])
    >>> conv_relu_forward(x, np.array([[[-1.0]], [[1.0]]]), padding="valid")[0].ravel().tolist()
    [1.0, 2.0, 0.0]
    """
    _check_bias(bias, weight)
    y, cache = conv_forward(x, weight, None, stride=stride, padding=padding, dilation=dilation, groups=groups)
    add_bias_relu(y.reshape(-1, y.shape[-1]), np.zeros(y.shape[-1], y.dtype) if bias is None else bias)
    return y, (cache, y)


def conv_relu_backward(dy: Array, cache: ConvReluCache) -> tuple[Array, Array, Array]:
    """Return ``(dx, dweight, dbias)``.

    >>> x, weight = np.array([[[1.0], [2.0], [0.0]]]), np.array([[[-1.0]], [[1.0]]])
    >>> _, cache = conv_relu_forward(x, weight, padding="valid")
    >>> dx, dweight, dbias = conv_relu_backward(np.array([[[1.0], [10.0]]]), cache)
    >>> dx.ravel().tolist(), dweight.ravel().tolist(), dbias.tolist()
    ([-1.0, 1.0, 0.0], [1.0, 2.0], [1.0])
    """
    (x, weight, axes, groups), _ = cache
    dz, dbias = _before_relu(dy, cache)
    return spread(dz, weight, axes, groups), correlate_kernel(x, dz, axes, groups), dbias


def conv_relu_backward_params(dy: Array, cache: ConvReluCache) -> tuple[Array, Array]:
    """Return ``(dweight, dbias)`` alone, for input that needs no gradient."""
    (x, _, axes, groups), _ = cache
    dz, dbias = _before_relu(dy, cache)
    return correlate_kernel(x, dz, axes, groups), dbias


def _before_relu(dy: Array, cache: ConvReluCache) -> tuple[Array, Array]:
    """Return ``dz`` and ``dbias``."""
    _, y = cache
    check_dy(dy, y, "conv_relu")
    dz, dbias = relu_bias_gradients(dy.reshape(-1, dy.shape[-1]), y.reshape(-1, y.shape[-1]))
    return dz.reshape(dy.shape), dbias


def _check_bias(bias: Array | None, weight: Array) -> None:
    if bias is not None and bias.shape != weight.shape[-1:]:
        raise ShapeError("conv", f"bias of shape {weight.shape[-1:]}", f"shape {bias.shape}")
