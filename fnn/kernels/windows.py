"""The largest entry, and the mean, of each window that slides over the axes of space."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fnn.arrays import Array
from fnn.kernels.choice import kernel

Span: TypeAlias = tuple[int, int, int, int, int]
"""Windows along one axis: their number, the taps of each, stride, dilation, and the padding in front."""

Winners: TypeAlias = NDArray[np.unsignedinteger[Any]]


@kernel
def window_maxima(x: Array, spans: Sequence[Span]) -> tuple[Array, Winners]:
    """Return the largest entry of each window, channel by channel, and the number of the tap where it stood.

    Shapes: x (batch, *space, channels), results (batch, *windows, channels). Padding never is the largest, the first of
    equals is; NaN stays NaN.

    >>> maxima, winners = window_maxima(np.array([[[1.0], [5.0], [5.0]]]), [(2, 2, 1, 1, 0)])
    >>> maxima.ravel(), winners.ravel()
    (array([5., 5.]), array([1, 0], dtype=uint8))
    """
    y: Array = np.empty((x.shape[0], *(span[0] for span in spans), x.shape[-1]), x.dtype)
    winners: Winners = np.empty(y.shape, winners_dtype(spans))
    taps = enumerate(_taps(x.shape, spans))
    if any(span[-1] for span in spans):  # not each window meets the input with its first tap
        y[...], winners[...] = -np.inf, _first_met(spans)[..., None]
    else:
        _, (_, there) = next(taps)
        y[...], winners[...] = x[there], 0
    for number, (here, there) in taps:
        candidate, best, winner = x[there], y[here], winners[here]
        larger = candidate > best
        np.maximum(best, candidate, out=best)
        np.maximum(winner, larger * winners.dtype.type(number), out=winner)  # later taps have larger numbers
    return y, winners


def _first_met(spans: Sequence[Span]) -> NDArray[np.intp]:
    """Return the number of the first tap of each window that meets the input."""
    first: NDArray[np.intp] = np.zeros((), np.intp)
    for outputs, taps, stride, dilation, before in spans:
        first = first[..., None] * taps - np.minimum(np.arange(outputs) * stride - before, 0) // dilation
    return first


@kernel
def window_maxima_gradient(dy: Array, winners: Winners, shape: tuple[int, ...], spans: Sequence[Span]) -> Array:
    """Return the gradient of ``x``, of ``shape``: for each entry the sum of ``dy`` over the windows that it won.

    >>> winners = np.array([[[1], [0]]], np.uint8)
    >>> window_maxima_gradient(np.array([[[1.0], [10.0]]]), winners, (1, 3, 1), [(2, 2, 1, 1, 0)]).ravel()
    array([ 0., 11.,  0.])
    """
    dx: Array = np.zeros(shape, dy.dtype)
    for number, (here, there) in enumerate(_taps(shape, spans)):
        dx[there] += dy[here] * (winners[here] == number)
    return dx


@kernel
def window_means(x: Array, entries: Array, spans: Sequence[Span]) -> Array:
    """Return the sum of each window, channel by channel, divided by its number of entries.

    Shapes: x (batch, *space, channels), entries (*windows, 1), result (batch, *windows, channels). Padding counts 0.

    >>> window_means(np.array([[[1.0], [5.0], [9.0]]]), np.full((2, 1), 2.0), [(2, 2, 1, 1, 0)]).ravel()
    array([3., 7.])
    """
    y: Array = np.zeros((x.shape[0], *(span[0] for span in spans), x.shape[-1]), x.dtype)
    for here, there in _taps(x.shape, spans):
        y[here] += x[there]
    y /= entries
    return y


@kernel
def window_means_gradient(dy: Array, entries: Array, shape: tuple[int, ...], spans: Sequence[Span]) -> Array:
    """Return the gradient of ``x``, of ``shape``: for each entry the sum of its shares in the windows that met it.

    >>> window_means_gradient(np.array([[[2.0], [4.0]]]), np.full((2, 1), 2.0), (1, 3, 1), [(2, 2, 1, 1, 0)]).ravel()
    array([1., 3., 2.])
    """
    each: Array = dy / entries
    dx: Array = np.zeros(shape, dy.dtype)
    for here, there in _taps(shape, spans):
        dx[there] += each[here]
    return dx


def winners_dtype(spans: Sequence[Span]) -> np.dtype[Any]:
    """The smallest integers that can count the taps."""
    return np.min_scalar_type(math.prod(span[1] for span in spans) - 1)


def _taps(shape: tuple[int, ...], spans: Sequence[Span]) -> list[tuple[tuple[slice, ...], tuple[slice, ...]]]:
    """For each tap the windows that meet the input with it, and what they meet."""
    along = []
    for (outputs, taps, stride, dilation, before), size in zip(spans, shape[1:-1], strict=True):
        pairs = []
        for tap in range(taps):
            offset = dilation * tap - before
            first = max(0, -(offset // stride))
            count = max(min(outputs, (size - 1 - offset) // stride + 1) - first, 0)
            start = stride * first + offset if count else 0
            pairs.append((slice(first, first + count), slice(start, start + stride * count, stride)))
        along.append(pairs)
    everything = (slice(None),)
    return [
        ((*everything, *(here for here, _ in chosen)), (*everything, *(there for _, there in chosen)))
        for chosen in product(*along)
    ]
