"""The convolution over images."""

from __future__ import annotations

from fnn.arrays import Array
from fnn.initializers import Initializer, he_normal, zeros
from fnn.layers.convolution import Kernel, windowed
from fnn.model import Model
from fnn.ops.windows import Padding, Sizes
from fnn.tree import record
from fnn.validate import positive


@record
class Conv2D(Kernel):
    """Parameters of a convolution: weight (height, width, inputs / groups, outputs), and bias (outputs,) or None."""


def conv2d(
    inputs: int,
    outputs: int,
    kernel: Sizes = 3,
    *,
    stride: Sizes = 1,
    padding: Padding = "same",
    dilation: Sizes = 1,
    groups: int = 1,
    weight: Initializer = he_normal,
    bias: Initializer | None = zeros,
) -> Model[Conv2D, Array, Array]:
    """A convolution from ``(batch, height, width, inputs)`` to ``(batch, height, width, outputs)``.

    ``kernel``, ``stride`` and ``dilation`` are one number, or a pair for height and width. ``padding`` is ``"same"``,
    ``"valid"``, a number for all sides, or for each axis a number or a pair ``(before, after)``. With ``groups`` each
    group of outputs sees its own group of inputs. ``weight`` and ``bias`` are initializers; ``bias=None`` leaves the
    bias out, as before a normalization. Raises HyperparameterError for options that mean nothing and channels that do
    not divide by ``groups``; DtypeError for input that is not float of the parameters' dtype, ShapeError for other
    channels and a window that reaches further than the padded input, DataError for an empty batch. The mathematics
    stands in `fnn.ops.conv`.

    >>> import fnn, numpy as np
    >>> model = fnn.conv2d(1, 8, 5, stride=2)
    >>> model.apply(model.init(fnn.Key(0)), np.ones((2, 28, 28, 1), np.float32)).shape
    (2, 14, 14, 8)
    """
    name = f"conv2d({inputs}, {outputs}, {kernel}{'' if stride == 1 else f', stride={stride}'})"
    return windowed(
        Conv2D,
        name,
        2,
        inputs,
        outputs,
        kernel,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
        weight=weight,
        bias=bias,
    )


def depthwise_conv2d(
    channels: int,
    kernel: Sizes = 3,
    *,
    multiplier: int = 1,
    stride: Sizes = 1,
    padding: Padding = "same",
    dilation: Sizes = 1,
    weight: Initializer = he_normal,
    bias: Initializer | None = zeros,
) -> Model[Conv2D, Array, Array]:
    """A convolution of each channel by itself, from ``channels`` to ``channels * multiplier``: a group for each.

    With a convolution of kernel 1 behind it, which mixes the channels, it does the work of a full one in a fraction of
    the products. See `conv2d` for the options and errors.

    Reference: Howard et al. (2017), "MobileNets: efficient convolutional neural networks for mobile vision
    applications", sec. 3.1.

    >>> import fnn
    >>> separable = depthwise_conv2d(16) >> fnn.relu >> conv2d(16, 32, 1)
    >>> fnn.tree.size(separable.init(fnn.Key(0))), fnn.tree.size(conv2d(16, 32).init(fnn.Key(0)))
    (704, 4640)
    """
    positive("depthwise_conv2d", channels=channels, multiplier=multiplier)
    return conv2d(
        channels,
        channels * multiplier,
        kernel,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=channels,
        weight=weight,
        bias=bias,
    )
