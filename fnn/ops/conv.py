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

With ``groups``, the channels of input and output are cut into that many groups, and each group of outputs sees its own
group of inputs alone: the sum over ``i`` goes over ``inputs / groups`` channels. As many groups as inputs make a
*depthwise* convolution.
"""

from __future__ import annotations

from typing import NamedTuple

from fnn.arrays import Array
from fnn.errors import ShapeError
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

    >>> import numpy as np
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
    if bias is not None and bias.shape != weight.shape[-1:]:
        raise ShapeError("conv", f"bias of shape {weight.shape[-1:]}", f"shape {bias.shape}")
    options = window("conv", rank, weight.shape[:-2], stride=stride, padding=padding, dilation=dilation)
    axes = options.over(x.shape[1:-1], "conv")
    y = correlate(x, weight, axes, groups)
    if bias is not None:
        y += bias
    return y, ConvCache(x, weight, axes, groups)


def conv_backward(dy: Array, cache: ConvCache) -> tuple[Array, Array, Array]:
    """Return ``(dx, dweight, dbias)``.

    >>> import numpy as np
    >>> x, weight = np.array([[[1.0], [2.0], [4.0]]]), np.array([[[-1.0]], [[1.0]]])
    >>> _, cache = conv_forward(x, weight, padding="valid")
    >>> dx, dweight, dbias = conv_backward(np.array([[[1.0], [10.0]]]), cache)
    >>> dx.ravel().tolist(), dweight.ravel().tolist(), dbias.tolist()
    ([-1.0, -9.0, 10.0], [21.0, 42.0], [11.0])
    """
    x, weight, axes, groups = cache
    return spread(dy, weight, axes, groups), correlate_kernel(x, dy, axes, groups), column_sums(dy)
