"""The largest entry, and the mean, of each window that slides over an image or a signal.

With more than two axes of space the references run; they also take the means of a single channel, whose loops would be
of length 1. The maxima of windows of 2 x 2 side by side, the most common ones, have loops of their own, several times
as fast.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fnn.arrays import Array
from fnn.kernels import windows as references
from fnn.kernels.choice import reference
from fnn.kernels.compiled.options import loop
from fnn.kernels.windows import Span, Winners, winners_dtype


@loop
def _quarters(x: Array, y: Array, winners: Winners) -> None:
    """Write the maxima of windows of 2 x 2 side by side, and their taps; NaN, once seen, stays."""
    number = winners.dtype.type
    first, second, third, fourth = number(0), number(1), number(2), number(3)
    for n in range(y.shape[0]):
        for p in range(y.shape[1]):
            upper, lower, best, winner = x[n, 2 * p], x[n, 2 * p + 1], y[n, p], winners[n, p]
            for q in range(y.shape[2]):
                for c in range(y.shape[3]):
                    top, tap = upper[2 * q, c], first
                    entry = upper[2 * q + 1, c]
                    tap = second if entry > top else tap
                    top = top if entry <= top or top != top else entry
                    entry = lower[2 * q, c]
                    tap = third if entry > top else tap
                    top = top if entry <= top or top != top else entry
                    entry = lower[2 * q + 1, c]
                    tap = fourth if entry > top else tap
                    top = top if entry <= top or top != top else entry
                    best[q, c], winner[q, c] = top, tap


@loop
def _quarters_gradient(dy: Array, winners: Winners, dx: Array) -> None:
    """Write to each entry of such windows its gradient; none is left out. One tap at a time makes vector loops."""
    nothing = dy.dtype.type(0)
    for n in range(dy.shape[0]):
        for p in range(dy.shape[1]):
            slope, winner = dy[n, p], winners[n, p]
            for tap in range(4):
                row, number = dx[n, 2 * p + tap // 2], winners.dtype.type(tap)
                for q in range(dy.shape[2]):
                    for c in range(dy.shape[3]):
                        row[2 * q + tap % 2, c] = slope[q, c] if winner[q, c] == number else nothing


@loop
def _window_maxima(x: Array, y: Array, winners: Winners, height: Span, width: Span) -> None:
    outputs_h, kernel_h, stride_h, dilation_h, before_h = height
    outputs_w, kernel_w, stride_w, dilation_w, before_w = width
    for n in range(x.shape[0]):
        for p in range(outputs_h):
            for q in range(outputs_w):
                best, winner = y[n, p, q], winners[n, p, q]
                first = True
                for i in range(kernel_h):
                    h = p * stride_h - before_h + i * dilation_h
                    for j in range(kernel_w):
                        w = q * stride_w - before_w + j * dilation_w
                        if 0 <= h < x.shape[1] and 0 <= w < x.shape[2]:
                            number, entries = winners.dtype.type(i * kernel_w + j), x[n, h, w]
                            if first:
                                for c in range(x.shape[3]):
                                    best[c] = entries[c]
                                    winner[c] = number
                                first = False
                            else:
                                for c in range(x.shape[3]):
                                    entry, before = entries[c], best[c]
                                    winner[c] = number if entry > before else winner[c]
                                    best[c] = before if entry <= before or before != before else entry


def window_maxima(x: Array, spans: Sequence[Span]) -> tuple[Array, Winners]:
    """Return the maxima and their taps."""
    if len(spans) > 2:
        return reference(references.window_maxima)(x, spans)
    y = np.empty((x.shape[0], *(span[0] for span in spans), x.shape[-1]), x.dtype)
    winners: Winners = np.empty(y.shape, winners_dtype(spans))
    if _side_by_side(x.shape, spans):
        _quarters(x, y, winners)
    else:
        _window_maxima(_image(x), _image(y), _image(winners), *_plane(spans))
    return y, winners


def _side_by_side(shape: Sequence[int], spans: Sequence[Span]) -> bool:
    """Whether windows of 2 x 2 cover an image without a gap."""
    return len(spans) == 2 and all(
        span[1:] == (2, 2, 1, 0) and size == 2 * span[0] for size, span in zip(shape[1:-1], spans, strict=True)
    )


@loop
def _window_maxima_gradient(dy: Array, winners: Winners, dx: Array, height: Span, width: Span) -> None:
    outputs_h, kernel_h, stride_h, dilation_h, before_h = height
    outputs_w, kernel_w, stride_w, dilation_w, before_w = width
    for n in range(dx.shape[0]):
        dx[n] = 0
        for p in range(outputs_h):
            for q in range(outputs_w):
                for i in range(kernel_h):
                    h = p * stride_h - before_h + i * dilation_h
                    for j in range(kernel_w):
                        w = q * stride_w - before_w + j * dilation_w
                        if 0 <= h < dx.shape[1] and 0 <= w < dx.shape[2]:
                            number = winners.dtype.type(i * kernel_w + j)
                            for c in range(dx.shape[3]):
                                dx[n, h, w, c] += dy[n, p, q, c] if winners[n, p, q, c] == number else 0


def window_maxima_gradient(dy: Array, winners: Winners, shape: tuple[int, ...], spans: Sequence[Span]) -> Array:
    """Return the gradient of the input."""
    if len(spans) > 2:
        return reference(references.window_maxima_gradient)(dy, winners, shape, spans)
    dx = np.empty(shape, dy.dtype)
    if _side_by_side(shape, spans):
        _quarters_gradient(dy, winners, dx)
    else:
        _window_maxima_gradient(_image(dy), _image(winners), _image(dx), *_plane(spans))
    return dx


@loop
def _met(tap: int, size: int, span: Span) -> tuple[int, int, int]:
    """Return the first window and the end of those whose tap meets the input, and where the first would meet it."""
    outputs, _, stride, dilation, before = span
    offset = tap * dilation - before
    return max(0, -(offset // stride)), min(outputs, (size - 1 - offset) // stride + 1), offset


@loop
def _window_means(x: Array, entries: Array, y: Array, height: Span, width: Span) -> None:
    for n in range(x.shape[0]):
        y[n] = 0
        for i in range(height[1]):
            top, bottom, above = _met(i, x.shape[1], height)
            for j in range(width[1]):
                left, right, beside = _met(j, x.shape[2], width)
                for p in range(top, bottom):
                    for q in range(left, right):
                        for c in range(x.shape[3]):
                            y[n, p, q, c] += x[n, p * height[2] + above, q * width[2] + beside, c]
        for p in range(y.shape[1]):
            for q in range(y.shape[2]):
                for c in range(x.shape[3]):
                    y[n, p, q, c] /= entries[0, p, q, 0]


def window_means(x: Array, entries: Array, spans: Sequence[Span]) -> Array:
    """Return the means."""
    if len(spans) > 2 or x.shape[-1] == 1:
        return reference(references.window_means)(x, entries, spans)
    y = np.empty((x.shape[0], *(span[0] for span in spans), x.shape[-1]), x.dtype)
    _window_means(_image(x), _image(entries[None]), _image(y), *_plane(spans))
    return y


@loop
def _window_means_gradient(dy: Array, entries: Array, dx: Array, height: Span, width: Span) -> None:
    for n in range(dx.shape[0]):
        dx[n] = 0
        for i in range(height[1]):
            top, bottom, above = _met(i, dx.shape[1], height)
            for j in range(width[1]):
                left, right, beside = _met(j, dx.shape[2], width)
                for p in range(top, bottom):
                    for q in range(left, right):
                        share = dx.dtype.type(1) / entries[0, p, q, 0]
                        for c in range(dx.shape[3]):
                            dx[n, p * height[2] + above, q * width[2] + beside, c] += dy[n, p, q, c] * share


def window_means_gradient(dy: Array, entries: Array, shape: tuple[int, ...], spans: Sequence[Span]) -> Array:
    """Return the gradient of the input."""
    if len(spans) > 2 or shape[-1] == 1:
        return reference(references.window_means_gradient)(dy, entries, shape, spans)
    dx = np.empty(shape, dy.dtype)
    _window_means_gradient(_image(dy), _image(entries[None]), _image(dx), *_plane(spans))
    return dx


def _image(x: NDArray[Any]) -> NDArray[Any]:
    """View a signal as an image of height 1; images stay as they are."""
    x = np.ascontiguousarray(x)
    return x[:, None] if x.ndim == 3 else x


def _plane(spans: Sequence[Span]) -> tuple[Span, Span]:
    """Return the spans of an image, or of a signal as an image."""
    height, width = ((1, 1, 1, 1, 0), *spans)[-2:]
    return height, width
