"""Up-sampling as a stage: larger images without parameters."""

from __future__ import annotations

import math
from functools import partial
from typing import Literal, TypeAlias

from fnn.arrays import Array, Shape
from fnn.errors import HyperparameterError
from fnn.layers.spatial import space, stage
from fnn.model import Fn, moving
from fnn.ops.upsample_linear import upsample_linear_backward, upsample_linear_forward
from fnn.ops.upsample_nearest import upsample_nearest_backward, upsample_nearest_forward
from fnn.ops.windows import Sizes, per_axis

Method: TypeAlias = Literal["nearest", "linear"]


def upsample1d(factor: Sizes, *, method: Method = "nearest") -> Fn[Array, Array]:
    """``factor`` times as many steps, from ``(batch, time, channels)``. See `upsample2d`.

    >>> import numpy as np
    >>> upsample1d(2, method="linear")(np.array([[[0.0], [8.0]]])).ravel()
    array([0., 2., 6., 8.])
    """
    return _upsample("upsample1d", 1, factor, method)


def upsample2d(factor: Sizes, *, method: Method = "nearest") -> Fn[Array, Array]:
    """``factor`` times as many rows and columns, from ``(batch, height, width, channels)``.

    ``factor`` is one number, or a pair for height and width. The method ``"nearest"`` repeats each entry, ``"linear"``
    interpolates along both axes (bilinear). Raises HyperparameterError for options that mean nothing; DtypeError for
    input that is not float, ShapeError for input of another rank, DataError for an empty batch. The mathematics stands
    in `fnn.ops.upsample_nearest` and `fnn.ops.upsample_linear`.

    >>> import numpy as np
    >>> upsample2d((2, 3))(np.ones((5, 7, 7, 3))).shape
    (5, 14, 21, 3)
    """
    return _upsample("upsample2d", 2, factor, method)


def _upsample(kind: str, rank: int, factor: Sizes, method: Method) -> Fn[Array, Array]:
    name = f"{kind}({factor}{'' if method == 'nearest' else f', method={method!r}'})"
    factors = per_axis(name, rank, "factor", factor)
    if method not in ("nearest", "linear"):
        raise HyperparameterError(name, "method 'nearest' or 'linear'", repr(method))

    def shape(s: Shape) -> Shape:
        return (*(f * size for f, size in zip(factors, space(s, rank, name), strict=True)), s[-1])

    def flops(s: Shape) -> int:
        """Along each axis the rows are multiplied by a matrix."""
        total = 0
        for i, f in enumerate(factors):
            total += 2 * f * s[i] * math.prod(s)
            s = (*s[:i], f * s[i], *s[i + 1 :])
        return total

    if method == "linear":
        return stage(name, partial(upsample_linear_forward, factor=factors), upsample_linear_backward, shape, flops)
    return stage(name, partial(upsample_nearest_forward, factor=factors), upsample_nearest_backward, shape, moving)
