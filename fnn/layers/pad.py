"""Padding as a stage, for other borders than the zeros that a convolution pads by itself."""

from __future__ import annotations

from functools import partial

from fnn.arrays import Array, Shape
from fnn.layers.spatial import space, stage
from fnn.model import Fn, moving
from fnn.ops.pad import PadMode, check_far_enough, pad_backward, pad_forward, pad_sides
from fnn.ops.windows import Padding


def pad1d(padding: Padding, *, mode: PadMode = "constant", value: float = 0.0) -> Fn[Array, Array]:
    """More steps before and behind ``(batch, time, channels)``: a number, or a pair ``(before, after)``. See `pad2d`.

    >>> import numpy as np
    >>> pad1d((2, 0), mode="edge")(np.array([[[1.0], [2.0]]])).ravel()
    array([1., 1., 1., 2.])
    """
    return _pad("pad1d", 1, padding, mode, value)


def pad2d(padding: Padding, *, mode: PadMode = "constant", value: float = 0.0) -> Fn[Array, Array]:
    """More rows and columns around ``(batch, height, width, channels)``.

    ``padding`` is a number for all sides, or for each axis a number or a pair ``(before, after)``. The mode
    ``"constant"`` puts ``value`` there, ``"edge"`` the nearest entry, ``"reflect"`` the mirror image without the entry
    at the edge, ``"wrap"`` the opposite side. Raises HyperparameterError for options that mean nothing; DtypeError for
    input that is not float, ShapeError for images too small to be reflected or wrapped, DataError for an empty batch.
    The mathematics stands in `fnn.ops.pad`.

    >>> import numpy as np
    >>> pad2d((1, (0, 2)))(np.ones((5, 28, 28, 3))).shape
    (5, 30, 30, 3)
    """
    return _pad("pad2d", 2, padding, mode, value)


def _pad(kind: str, rank: int, padding: Padding, mode: PadMode, value: float) -> Fn[Array, Array]:
    name = f"{kind}({padding}{'' if mode == 'constant' else f', mode={mode!r}'})"
    pairs = pad_sides(name, rank, padding, mode)

    def shape(s: Shape) -> Shape:
        sizes = space(s, rank, name)
        check_far_enough(name, sizes, pairs, mode)
        return (*(before + size + after for size, (before, after) in zip(sizes, pairs, strict=True)), s[-1])

    return stage(name, partial(pad_forward, padding=padding, mode=mode, value=value), pad_backward, shape, moving)
