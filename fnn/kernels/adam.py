"""Adam over all parameters of a model."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any, TypeAlias

import numpy as np

from fnn.arrays import Array, freeze
from fnn.kernels.choice import kernel

Leaves: TypeAlias = Sequence[Array]

_BLOCK = 2**15  # elements of a block, whose six arrays fit into a second-level cache


@kernel
def adam_update(
    grads: Leaves,
    params: Leaves,
    means: Leaves,
    squares: Leaves,
    beta1: float,
    beta2: float,
    rate: float,
    eps: float,
) -> tuple[list[Array], list[Array], list[Array]]:
    """Return new parameters, means and squares, all read-only; ``rate`` and ``eps`` are those without bias correction.

    For each element ``m' = beta1 m + (1 - beta1) g``, ``s' = beta2 s + (1 - beta2) g^2`` and
    ``w' = w - rate m' / (sqrt(s') + eps)``.

    >>> one = [np.array([1.0])]
    >>> moved, means, squares = adam_update([np.array([4.0])], one, one, one, 0.5, 0.75, 0.5, 0.0)
    >>> means, squares, (1 - moved[0]) * np.sqrt(squares[0])
    ([array([2.5])], [array([4.75])], array([1.25]))
    """

    def move(given: list[Array], made: list[Array]) -> None:
        _blocks(given, made, beta1, beta2, rate, eps)

    return in_parts(move, grads, params, means, squares)


def in_parts(
    move: Callable[[list[Array], list[Array]], None], grads: Leaves, params: Leaves, means: Leaves, squares: Leaves
) -> tuple[list[Array], list[Array], list[Array]]:
    """Make new parameters, means and squares, read-only: ``move(given, made)`` fills three flat arrays from four.

    Small leaves of one dtype are moved together, for each call takes its time.

    >>> one = [np.ones(1), np.ones(2)]
    >>> in_parts(lambda given, made: [new.fill(sum(map(len, given))) for new in made], one, one, one, one)[0]
    [array([12.]), array([12., 12.])]
    """
    results: list[list[Array]] = [[*params], [*params], [*params]]
    for part in _parts(params):
        flat = [_flat([leaves[i] for i in part]) for leaves in (grads, params, means, squares)]
        made = [np.empty(flat[1].shape, flat[1].dtype) for _ in results]
        move(flat, made)
        shapes = [params[i].shape for i in part]
        for result, whole in zip(results, made, strict=True):
            for i, leaf in zip(part, _cut(whole, shapes), strict=True):
                result[i] = leaf
    return results[0], results[1], results[2]


def _flat(leaves: Leaves) -> Array:
    """Return the entries of all leaves, one behind the other; those of a single leaf are a view if that can be."""
    return leaves[0].reshape(-1) if len(leaves) == 1 else np.concatenate(leaves, axis=None)


def _cut(whole: Array, shapes: Sequence[tuple[int, ...]]) -> Sequence[Array]:
    """Undo `_flat`, by read-only views."""
    if shapes[0] and shapes.count(shapes[0]) == len(shapes):  # of arrays with no axes it would make scalars
        return list(freeze(whole.reshape(len(shapes), *shapes[0])))  # the fastest way to make many views
    ends = accumulate(map(math.prod, shapes))
    return [freeze(whole[end - math.prod(shape) : end].reshape(shape)) for end, shape in zip(ends, shapes, strict=True)]


@kernel
def adam_overwrite(
    grads: Leaves,
    params: Leaves,
    means: Leaves,
    squares: Leaves,
    beta1: float,
    beta2: float,
    rate: float,
    eps: float,
) -> None:
    """Do what `adam_update` does, bit for bit, over the parameters, means and squares, which must be C-contiguous.

    >>> leaves = [[np.array([4.0])], *([np.array([1.0])] for _ in range(3))]
    >>> adam_overwrite(*leaves, 0.5, 0.75, 0.5, 0.0)
    >>> leaves[2], leaves[3]
    ([array([2.5])], [array([4.75])])
    """
    overwritten = (params, means, squares)
    for part in _parts(params):
        given = [[leaves[i].reshape(-1) for i in part] for leaves in (grads, *overwritten)]
        flat = [rows[0] if len(part) == 1 else np.concatenate(rows) for rows in given]
        _blocks(flat, flat[1:], beta1, beta2, rate, eps)
        if len(part) > 1:
            for rows, whole in zip(given[1:], flat[1:], strict=True):
                start = 0
                for row in rows:
                    row[:] = whole[start : start + row.size]
                    start += row.size


def _parts(params: Leaves) -> list[list[int]]:
    """Divide the leaves into those that are done together."""
    parts: list[list[int]] = []
    room: dict[np.dtype[Any], tuple[list[int], int]] = {}
    for i, w in enumerate(params):
        part, filled = room.get(w.dtype, ([], 0))
        if not part or filled + w.size > _BLOCK:
            part, filled = [], 0
            parts.append(part)
        part.append(i)
        room[w.dtype] = part, filled + w.size
    return parts


def _blocks(given: list[Array], made: list[Array], beta1: float, beta2: float, rate: float, eps: float) -> None:
    """Go through arrays of one length, block by block; what is made may be what was given."""
    work = np.empty(min(len(made[0]), _BLOCK), made[0].dtype)
    for start in range(0, len(made[0]), _BLOCK):
        g, w, m, s, moved, mean, square = [a[start : start + _BLOCK] for a in (*given, *made)]
        _block(g, w, m, s, moved, mean, square, work[: len(w)], beta1, beta2, rate, eps)


def _block(
    g: Array,
    w: Array,
    m: Array,
    s: Array,
    moved: Array,
    mean: Array,
    square: Array,
    work: Array,
    beta1: float,
    beta2: float,
    rate: float,
    eps: float,
) -> None:
    np.multiply(m, beta1, out=mean)
    mean += np.multiply(g, 1 - beta1, out=work)
    np.multiply(g, g, out=work)
    work *= 1 - beta2
    np.multiply(s, beta2, out=square)
    square += work
    np.sqrt(square, out=work)
    work += eps
    np.divide(mean, work, out=work)
    work *= rate
    np.subtract(w, work, out=moved)
