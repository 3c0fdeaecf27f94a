"""The transposed convolution over any number of axes of space, and its derivative.

It is the derivative of a convolution by its input, used as a layer: every entry of ``x`` stamps the kernel, scaled by
itself, onto the output, ``stride`` places further for each; where stamps overlap they add up.

    y[n, s p + d t - a, o] += x[n, p, i] W[t, i, o]        for all p, t, i; then  + b[o]

with the names of `fnn.ops.conv`: ``p`` runs over the positions of the *input* here, and ``a`` entries in front of the
output are cut off. A convolution with a stride makes images smaller; this one, with the same options, takes the smaller
shape back to the larger. With ``C`` the matrix of that convolution, it is ``y = C^T x``; so

    dx = C dy                                                          a convolution of dy
    dL/dW[t, i, o] = sum_n sum_p x[n, p, i] dy[n, s p + d t - a, o]    that convolution's kernel gradient
    dL/db[o]       = sum of dy[n, q, o] over n and q

with input and output exchanged throughout; they are computed in `fnn.ops.correlation`. ``x`` and ``W`` are cached.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fnn.arrays import Array
from fnn.errors import HyperparameterError, ShapeError
from fnn.ops.correlation import correlate, correlate_kernel, exchanged, spread
from fnn.ops.sums import column_sums
from fnn.ops.windows import Axis, Padding, Sizes, Window, axis_names, per_axis, window
from fnn.validate import positive


class ConvTransposeCache(NamedTuple):
    """What the backward needs; ``weight`` as that of the convolution which it transposes."""

    x: Array
    weight: Array
    axes: tuple[Axis, ...]
    groups: int


def conv_transpose_forward(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    *,
    stride: Sizes = 1,
    padding: Padding = "same",
    output_padding: Sizes = 0,
    dilation: Sizes = 1,
    groups: int = 1,
) -> tuple[Array, ConvTransposeCache]:
    """Return the transposed convolution of ``x`` with the kernel ``weight``, and the cache.

    Shapes: x (batch, *space, inputs), weight (*kernel, inputs / groups, outputs), bias (outputs,) or None for no bias;
    y (batch, *sizes, outputs). Along each axis of ``size`` entries the output has

        (size - 1) stride + extent - before - after + output_padding

    of them, where ``extent = dilation (kernel - 1) + 1``, and padding is what is *cut off*. ``"same"`` makes it
    ``size * stride``. Convolutions of several sizes give one shape; ``output_padding``, below stride or dilation, tells
    how much larger than the least of these the output shall be; what is added may lie beyond all stamps, and is 0 then.

    Raises ShapeError for shapes that do not agree, channels that do not divide by ``groups``, and padding that leaves
    nothing; HyperparameterError for options that mean nothing.

    References: Zeiler et al. (2010), "Deconvolutional networks"; Dumoulin and Visin (2016), "A guide to convolution
    arithmetic for deep learning", sec. 4.

    >>> import numpy as np
    >>> x, stamp = np.array([[[1.0], [10.0]]]), np.array([[[1.0]], [[2.0]], [[3.0]]])
    >>> conv_transpose_forward(x, stamp, padding="valid")[0].ravel().tolist()
    [1.0, 12.0, 23.0, 30.0]
    >>> conv_transpose_forward(x, stamp, stride=2, padding="valid")[0].ravel().tolist()
    [1.0, 2.0, 13.0, 20.0, 30.0]
    """
    place = "conv_transpose"
    rank = weight.ndim - 2
    positive(place, groups=groups)
    if rank < 1 or x.ndim != weight.ndim or x.shape[-1] != weight.shape[-2] * groups or weight.shape[-1] % groups:
        expected = "x (batch, *space, inputs) and weight (*kernel, inputs / groups, outputs), outputs divided by groups"
        raise ShapeError(place, expected, f"{x.shape} and {weight.shape} with groups={groups}")
    if bias is not None and bias.shape != weight.shape[-1:]:
        raise ShapeError(place, f"bias of shape {weight.shape[-1:]}", f"shape {bias.shape}")
    options = window(place, rank, weight.shape[:-2], stride=stride, padding=padding, dilation=dilation)
    axes = enlarged(options, extra_rows(options, output_padding, place), x.shape[1:-1], place)
    transposed = exchanged(weight, groups)
    y = spread(x, transposed, axes, groups)
    if bias is not None:
        y += bias
    return y, ConvTransposeCache(x, transposed, axes, groups)


def conv_transpose_backward(dy: Array, cache: ConvTransposeCache) -> tuple[Array, Array, Array]:
    """Return ``(dx, dweight, dbias)``.

    >>> import numpy as np
    >>> x, weight = np.array([[[1.0], [10.0]]]), np.array([[[1.0]], [[2.0]]])
    >>> _, cache = conv_transpose_forward(x, weight, padding="valid")
    >>> dx, dweight, dbias = conv_transpose_backward(np.array([[[1.0], [0.0], [1.0]]]), cache)
    >>> dx.ravel().tolist(), dweight.ravel().tolist(), dbias.tolist()
    ([1.0, 2.0], [1.0, 10.0], [2.0])
    """
    x, weight, axes, groups = cache
    dweight = exchanged(correlate_kernel(dy, x, axes, groups), groups)
    return correlate(dy, weight, axes, groups), dweight, column_sums(dy)


def extra_rows(options: Window, output_padding: Sizes, place: str) -> tuple[int, ...]:
    """Return the output padding of each axis; refuse one that would be as well another position of the input."""
    extra = per_axis(place, len(options.kernel), "output_padding", output_padding, least=0)
    for more, stride, dilation in zip(extra, options.stride, options.dilation, strict=True):
        if more >= max(stride, dilation):
            expected = f"output_padding below the stride or the dilation, {max(stride, dilation)}"
            raise HyperparameterError(place, expected, str(more))
    if options.padding == "same" and any(extra):
        hint = 'With "same" the output is stride times as large as the input.'
        raise HyperparameterError(place, 'output_padding 0 with padding="same"', repr(output_padding), hint)
    return extra


def enlarged(options: Window, extra: Sequence[int], sizes: Sequence[int], place: str) -> tuple[Axis, ...]:
    """Return the windows of the convolution that is transposed: they lie over the output, at the input's positions."""
    axes = []
    for i, outputs in enumerate(sizes):
        kernel, stride, dilation = options.kernel[i], options.stride[i], options.dilation[i]
        extent = dilation * (kernel - 1) + 1
        if options.padding == "same":
            axes.append(Axis(outputs * stride, outputs, kernel, stride, dilation, max(extent - stride, 0) // 2))
            continue
        before, after = options.padding[i]
        size = (outputs - 1) * stride + extent - before - after + extra[i]
        if size < 1:
            name = axis_names(len(sizes))[i]
            expected = f"padding that leaves a {name} of at least 1"
            raise ShapeError(place, expected, f"{before} + {after} of {size + before + after}")
        axes.append(Axis(size, outputs, kernel, stride, dilation, before))
    return tuple(axes)
