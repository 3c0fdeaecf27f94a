"""The transposed convolution over images: from a smaller shape to a larger one."""

from __future__ import annotations

from fnn.arrays import Array
from fnn.initializers import Initializer, he_normal, zeros
from fnn.layers.convolution import Kernel, enlarging
from fnn.model import Model
from fnn.ops.windows import Padding, Sizes
from fnn.tree import record


@record
class ConvTranspose2D(Kernel):
    """Parameters of a transposed convolution: weight (height, width, inputs / groups, outputs), bias or None."""


def conv_transpose2d(
    inputs: int,
    outputs: int,
    kernel: Sizes = 3,
    *,
    stride: Sizes = 1,
    padding: Padding = "same",
    output_padding: Sizes = 0,
    dilation: Sizes = 1,
    groups: int = 1,
    weight: Initializer = he_normal,
    bias: Initializer | None = zeros,
) -> Model[ConvTranspose2D, Array, Array]:
    """A transposed convolution from ``(batch, height, width, inputs)`` to a shape ``stride`` times as large.

    That is the shape with ``padding="same"``. Otherwise ``padding``, as in `conv2d`, is what is cut off around the
    output, and ``output_padding`` rows and columns are added below and to the right. In every output only about one in
    ``stride**2`` of the kernel's taps meet, so that `he_normal`, which counts them all, draws small weights. ``weight``
    and ``bias`` are initializers; ``bias=None`` leaves the bias out. Raises HyperparameterError for options that mean
    nothing and channels that do not divide by ``groups``; DtypeError for input that is not float of the parameters'
    dtype, ShapeError for other channels and padding that leaves nothing, DataError for an empty batch. The mathematics
    stands in `fnn.ops.conv_transpose`.

    >>> import fnn, numpy as np
    >>> model = fnn.conv_transpose2d(8, 1, 4, stride=2)
    >>> model.apply(model.init(fnn.Key(0)), np.ones((2, 14, 14, 8), np.float32)).shape
    (2, 28, 28, 1)
    """
    name = f"conv_transpose2d({inputs}, {outputs}, {kernel}{'' if stride == 1 else f', stride={stride}'})"
    return enlarging(
        ConvTranspose2D,
        name,
        2,
        inputs,
        outputs,
        kernel,
        stride=stride,
        padding=padding,
        output_padding=output_padding,
        dilation=dilation,
        groups=groups,
        weight=weight,
        bias=bias,
    )
