"""Average pooling as a stage."""

from __future__ import annotations

from functools import partial

from fnn.arrays import Array
from fnn.layers.spatial import pooling
from fnn.model import Fn
from fnn.ops.average_pool import average_pool_backward, average_pool_forward
from fnn.ops.windows import Padding, Sizes


def average_pool1d(
    size: Sizes,
    *,
    stride: Sizes | None = None,
    padding: Padding = "valid",
    dilation: Sizes = 1,
    count_padding: bool = False,
) -> Fn[Array, Array]:
    """The mean of each window over time, from ``(batch, time, channels)``. See `average_pool2d`.

    >>> import numpy as np
    >>> average_pool1d(2)(np.ones((5, 9, 3))).shape
    (5, 4, 3)
    """
    forward, backward = partial(average_pool_forward, count_padding=count_padding), average_pool_backward
    return pooling("average_pool1d", 1, forward, backward, size=size, stride=stride, padding=padding, dilation=dilation)


def average_pool2d(
    size: Sizes,
    *,
    stride: Sizes | None = None,
    padding: Padding = "valid",
    dilation: Sizes = 1,
    count_padding: bool = False,
) -> Fn[Array, Array]:
    """The mean of each window over an image, from ``(batch, height, width, channels)``, channel by channel.

    ``size``, ``stride`` and ``dilation`` are one number, or a pair for height and width; the stride is the size if not
    given. ``padding`` is as in `conv2d`; it counts as zeros with ``count_padding`` and not at all without. Raises
    HyperparameterError for options that mean nothing; DtypeError for input that is not float, ShapeError for windows
    that reach further than the padded input or lie all in padding, DataError for an empty batch. The mathematics stands
    in `fnn.ops.average_pool`.

    >>> import numpy as np
    >>> average_pool2d(2)(np.ones((5, 28, 28, 3))).shape
    (5, 14, 14, 3)
    """
    forward, backward = partial(average_pool_forward, count_padding=count_padding), average_pool_backward
    return pooling("average_pool2d", 2, forward, backward, size=size, stride=stride, padding=padding, dilation=dilation)
