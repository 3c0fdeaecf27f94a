"""The convolution over sequences and signals."""

from __future__ import annotations

from fnn.arrays import Array
from fnn.initializers import Initializer, he_normal, zeros
from fnn.layers.convolution import Kernel, windowed
from fnn.model import Model
from fnn.ops.windows import Padding, Sizes
from fnn.tree import record


@record
class Conv1D(Kernel):
    """Parameters of a convolution: weight (kernel, inputs / groups, outputs), and bias (outputs,) or None."""


def conv1d(
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
) -> Model[Conv1D, Array, Array]:
    """A convolution from ``(batch, time, inputs)`` to ``(batch, time, outputs)``, with a window that slides over time.

    ``kernel`` is how many steps the window has. ``padding`` is ``"same"``, ``"valid"``, a number for both ends, or a
    pair ``(before, after)``: ``(kernel - 1, 0)`` makes it causal. ``weight`` and ``bias`` are initializers;
    ``bias=None`` leaves the bias out, as before a normalization. Raises HyperparameterError for options that mean
    nothing and channels that do not divide by ``groups``; DtypeError for input that is not float of the parameters'
    dtype, ShapeError for other channels and a window that reaches further than the padded input, DataError for an empty
    batch. The mathematics stands in `fnn.ops.conv`.

    >>> import fnn, numpy as np
    >>> model = fnn.conv1d(3, 8, 5, stride=2)
    >>> model.apply(model.init(fnn.Key(0)), np.ones((2, 100, 3), np.float32)).shape
    (2, 50, 8)
    """
    name = f"conv1d({inputs}, {outputs}, {kernel}{'' if stride == 1 else f', stride={stride}'})"
    return windowed(
        Conv1D,
        name,
        1,
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
