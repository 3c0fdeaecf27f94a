"""Rotary position embedding and its derivative.

The features of a query or key at position ``t`` are taken in pairs ``(a_i, b_i)``, and each pair is turned by an angle
that grows with the position, ``t w_i``, with the frequency ``w_i = base^(-2i / size)``:

    a'_i = a_i cos(t w_i) - b_i sin(t w_i)
    b'_i = a_i sin(t w_i) + b_i cos(t w_i)                 y = R_t x

A rotation keeps lengths, and ``R_s^T R_t = R_(t - s)``. The score of a query at ``t`` and a key at ``s`` is therefore

    <R_t q, R_s k> = q^T R_t^T R_s k = q^T R_(s - t) k

It depends on where the two stand to each other, not on where they stand. The map is linear and orthogonal, so the
derivative is the rotation back:

    dx = R_t^T dy = R_(-t) dy            the same, with -sin for sin

Cosines and sines are cached. They are computed in float64 and then rounded to the dtype of the input.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from fnn.arrays import Array, IntArray
from fnn.errors import ShapeError
from fnn.ops.angles import angles

RotaryCache: TypeAlias = tuple[Array, Array, bool]


def rotary_forward(x: Array, cos: Array, sin: Array, *, interleaved: bool = False) -> tuple[Array, RotaryCache]:
    """Return ``x`` with its pairs of features turned by the angles whose cosines and sines are given, and the cache.

    Shapes: x and y (..., time, size); cos and sin (time, pairs), see `rotary_table`, or (..., time, pairs) with axes of
    the sizes of those of ``x`` or 1; there are at most size / 2 pairs, and features beyond them stay. Feature ``i`` is
    paired with ``i + pairs``, or, if ``interleaved``, feature ``2i`` with ``2i + 1``. Raises ShapeError for shapes that
    do not fit.

    Reference: Su et al. (2021), "RoFormer: enhanced transformer with rotary position embedding", eq. 34.

    >>> y, _ = rotary_forward(np.array([[1.0, 0.0]]), np.array([[0.6]]), np.array([[0.8]]))
    >>> y.tolist()
    [[0.6, 0.8]]
    """
    pairs = cos.shape[-1] if cos.ndim else 0
    fit = (
        cos.shape == sin.shape
        and x.ndim >= cos.ndim >= 2
        and x.shape[-1] >= 2 * pairs
        and all(a in (1, b) for a, b in zip(cos.shape[-2::-1], x.shape[-2::-1], strict=False))
    )
    if not fit:
        got = f"{x.shape}, {cos.shape} and {sin.shape}"
        raise ShapeError("rotary", "x (..., time, size), cos and sin (time, pairs), 2 pairs <= size", got)
    cos, sin = cos.astype(x.dtype, copy=False), sin.astype(x.dtype, copy=False)
    return _rotate(x, cos, sin, interleaved), (cos, sin, interleaved)


def rotary_backward(dy: Array, cache: RotaryCache) -> Array:
    """Return ``dx``, which is ``dy`` turned back.

    >>> _, cache = rotary_forward(np.ones((1, 2)), np.array([[0.6]]), np.array([[0.8]]))
    >>> rotary_backward(np.array([[0.6, 0.8]]), cache).tolist()
    [[1.0, 0.0]]
    """
    cos, sin, interleaved = cache
    return _rotate(dy, cos, -sin, interleaved)


def rotary_table(positions: IntArray, size: int, *, base: float = 10000.0) -> tuple[Array, Array]:
    """Return the cosines and sines for positions (...): each (..., size / 2), float64; ``size`` is even.

    >>> cos, sin = rotary_table(np.arange(3), 4)
    >>> cos.shape, cos[0].tolist(), sin[2].round(4).tolist()
    ((3, 2), [1.0, 1.0], [0.9093, 0.02])
    """
    turns = angles(positions, size, base=base)
    return np.cos(turns), np.sin(turns)


def _rotate(x: Array, cos: Array, sin: Array, interleaved: bool) -> Array:
    pairs = cos.shape[-1]
    first, second = (
        (slice(0, 2 * pairs, 2), slice(1, 2 * pairs, 2)) if interleaved else (slice(pairs), slice(pairs, 2 * pairs))
    )
    a, b = x[..., first], x[..., second]
    y = np.empty_like(x)
    y[..., first] = a * cos - b * sin
    y[..., second] = a * sin + b * cos
    y[..., 2 * pairs :] = x[..., 2 * pairs :]
    return y
