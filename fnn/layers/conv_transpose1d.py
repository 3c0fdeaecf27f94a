"""The transposed convolution over sequences and signals: from a smaller shape to a larger one."""

from __future__ import annotations

from fnn.arrays import Array
from fnn.initializers import Initializer, he_normal, zeros
from fnn.layers.convolution import Kernel, enlarging
from fnn.model import Model
from fnn.ops.windows import Padding, Sizes
from fnn.tree import record


@record
class ConvTranspose1D(Kernel):
    """Parameters of a transposed convolution: weight (kernel, inputs / groups, outputs), bias (outputs,) or None."""


def conv_transpose1d(
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
) -> Model[ConvTranspose1D, Array, Array]:
    """A transposed convolution from ``(batch, time, inputs)`` to ``(batch, time * stride, outputs)``.

    With ``padding="same"`` there are ``stride`` times as many steps; else ``padding``, a number or a pair, is what is
    cut off at the ends, and ``output_padding`` steps are added at the end. See `conv_transpose2d` for the rest.

    >>> import fnn, numpy as np
    >>> model = fnn.conv_transpose1d(8, 3, 5, stride=2)
    >>> model.apply(model.init(fnn.Key(0)), np.ones((2, 50, 8), np.float32)).shape
    (2, 100, 3)
    """
    name = f"conv_transpose1d({inputs}, {outputs}, {kernel}{'' if stride == 1 else f', stride={stride}'})"
    return enlarging(
        ConvTranspose1D,
        name,
        1,
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
