"""Max pooling as a stage."""

from __future__ import annotations

from fnn.arrays import Array
from fnn.layers.spatial import pooling
from fnn.model import Fn
from fnn.ops.max_pool import max_pool_backward, max_pool_forward
from fnn.ops.windows import Padding, Sizes


def max_pool1d(
    size: Sizes, *, stride: Sizes | None = None, padding: Padding = "valid", dilation: Sizes = 1
) -> Fn[Array, Array]:
    """The maximum of each window over time, from ``(batch, time, channels)``. See `max_pool2d`.

    >>> import numpy as np
    >>> max_pool1d(2)(np.ones((5, 9, 3))).shape
    (5, 4, 3)
    """
    forward, backward = max_pool_forward, max_pool_backward
    return pooling("max_pool1d", 1, forward, backward, size=size, stride=stride, padding=padding, dilation=dilation)


def max_pool2d(
    size: Sizes, *, stride: Sizes | None = None, padding: Padding = "valid", dilation: Sizes = 1
) -> Fn[Array, Array]:
    """The maximum of each window over an image, from ``(batch, height, width, channels)``, channel by channel.

    ``size``, ``stride`` and ``dilation`` are one number, or a pair for height and width; the stride is the size if not
    given. ``padding`` is as in `conv2d`, and never is the maximum. Raises HyperparameterError for options that mean
    nothing; DtypeError for input that is not float, ShapeError for windows that reach further than the padded input or
    lie all in padding, DataError for an empty batch. The mathematics stands in `fnn.ops.max_pool`.

    >>> import numpy as np
    >>> max_pool2d(2)(np.ones((5, 28, 28, 3))).shape
    (5, 14, 14, 3)
    """
    forward, backward = max_pool_forward, max_pool_backward
    return pooling("max_pool2d", 2, forward, backward, size=size, stride=stride, padding=padding, dilation=dilation)
