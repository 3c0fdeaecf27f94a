"""Padding around the axes of space, and its derivative.

Each entry of the output is 0 (or another constant), or a copy of one entry of the input:

    y[q] = x[source(q)]        so  dx[p] = sum of dy[q] over all q with source(q) = p

With ``a`` entries in front of an axis of ``size`` entries, and ``r = q - a``, the source of ``q`` is

    constant    r, or nothing if r is outside
    edge        0, r or size - 1, whichever is nearest to r
    reflect     |r|, or 2 (size - 1) - r if r is behind the last entry: the entries at the ends are not repeated
    wrap        r mod size, as if the input went on periodically

Axes are independent: they are padded one after the other, and their gradients gathered in reverse. What has no source
has no gradient. The padding of each axis is cached, and its sources.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from fnn.arrays import Array
from fnn.errors import HyperparameterError, ShapeError
from fnn.ops.windows import Padding, axis_names, sides

PadMode: TypeAlias = Literal["constant", "edge", "reflect", "wrap"]


class PadCache(NamedTuple):
    """What the backward needs: for each axis where the input stands, and the sources of what stands around it."""

    inner: tuple[slice, ...]
    sources: tuple[NDArray[np.intp], ...] | None  # None for a constant


def pad_forward(
    x: Array, *, padding: Padding, mode: PadMode = "constant", value: float = 0.0
) -> tuple[Array, PadCache]:
    """Return ``x`` with more entries around its axes of space, and the cache ``(inner, sources)``.

    Shapes: x (batch, *space, channels), y (batch, *sizes, channels). ``padding`` is one number for all sides, or for
    each axis a number or a pair ``(before, after)``. The mode ``"constant"`` puts ``value`` there, ``"edge"`` the
    nearest entry, ``"reflect"`` the mirror image, ``"wrap"`` the opposite side. Raises ShapeError where an axis is too
    short to be reflected or wrapped that far, HyperparameterError for options that mean nothing.

    >>> x = np.array([[[1.0], [2.0], [3.0]]])
    >>> modes = "constant", "edge", "reflect", "wrap"
    >>> for mode in modes:
    ...     pad_forward(x, padding=((2, 1),), mode=mode)[0].ravel().tolist()
    [0.0, 0.0, 1.0, 2.0, 3.0, 0.0]
    [1.0, 1.0, 1.0, 2.0, 3.0, 3.0]
    [3.0, 2.0, 1.0, 2.0, 3.0, 2.0]
    [2.0, 3.0, 1.0, 2.0, 3.0, 1.0]
    """
    if x.ndim < 3:
        raise ShapeError("pad", "x of shape (batch, *space, channels)", f"shape {x.shape}")
    sizes = x.shape[1:-1]
    pairs = pad_sides("pad", len(sizes), padding, mode)
    check_far_enough("pad", sizes, pairs, mode)
    inner = tuple(slice(before, before + size) for (before, _), size in zip(pairs, sizes, strict=True))
    if mode == "constant":
        wider = (before + size + after for (before, after), size in zip(pairs, sizes, strict=True))
        y: Array = np.full((x.shape[0], *wider, x.shape[-1]), value, x.dtype)
        y[:, *inner] = x
        return y, PadCache(inner, None)
    sources = tuple(_sources(size, *pair, mode) for size, pair in zip(sizes, pairs, strict=True))
    for i, source in enumerate(sources):
        x = x.take(source, axis=i + 1)
    return x, PadCache(inner, sources)


def pad_backward(dy: Array, cache: PadCache) -> Array:
    """Return ``dx``: for each entry the sum of ``dy`` over all its copies.

    >>> _, cache = pad_forward(np.zeros((1, 3, 1)), padding=((2, 1),), mode="edge")
    >>> pad_backward(np.array([[[1.0], [10.0], [100.0], [1.0], [2.0], [3.0]]]), cache).ravel().tolist()
    [111.0, 1.0, 5.0]
    """
    inner, sources = cache
    if sources is None:
        return dy[:, *inner].copy()
    for i in reversed(range(len(inner))):
        dx: Array = dy[(slice(None),) * (i + 1) + (inner[i],)].copy()
        gathered, given = dx.swapaxes(0, i + 1), dy.swapaxes(0, i + 1)
        for q, p in enumerate(sources[i]):
            if not inner[i].start <= q < inner[i].stop:
                gathered[p] += given[q]
        dy = dx
    return dy


def pad_sides(place: str, rank: int, padding: Padding, mode: PadMode) -> tuple[tuple[int, int], ...]:
    """Return the padding before and after along each axis; refuse options that mean nothing."""
    if mode not in get_args(PadMode):
        raise HyperparameterError(place, f"mode as one of {', '.join(map(repr, get_args(PadMode)))}", repr(mode))
    if isinstance(padding, str):
        raise HyperparameterError(place, "padding in numbers", repr(padding))
    return sides(place, rank, padding)


def check_far_enough(place: str, sizes: tuple[int, ...], pairs: tuple[tuple[int, int], ...], mode: PadMode) -> None:
    """Refuse to reflect or wrap further than the input goes."""
    for size, pair, name in zip(sizes, pairs, axis_names(len(sizes)), strict=True):
        most = {"reflect": size - 1, "wrap": size}.get(mode, max(pair))
        if max(pair) > most:
            raise ShapeError(place, f"a {name} of at least {size + max(pair) - most} to {mode} {max(pair)}", f"{size}")


def _sources(size: int, before: int, after: int, mode: PadMode) -> NDArray[np.intp]:
    r = np.arange(-before, size + after)
    if mode == "edge":
        return r.clip(0, size - 1)
    if mode == "wrap":
        return r % size
    return size - 1 - abs(size - 1 - abs(r))
