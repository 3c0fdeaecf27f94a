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

Factors: TypeAlias = tuple[float, float, float, float]
"""beta1, beta2, rate and eps, the last two without bias correction."""

_BLOCK = 2**15  # elements of a block, whose six arrays fit into a second-level cache


@kernel
def adam_update(
    grads: Leaves, params: Leaves, means: Leaves, squares: Leaves, factors: Factors
) -> tuple[list[Array], list[Array], list[Array]]:
    """Return new parameters, means and squares, all read-only.

    For each element ``m' = beta1 m + (1 - beta1) g``, ``s' = beta2 s + (1 - beta2) g^2`` and
    ``w' = w - rate m' / (sqrt(s') + eps)``.

    >>> one = [np.array([1.0])]
    >>> moved, means, squares = adam_update([np.array([4.0])], one, one, one, (0.5, 0.75, 0.5, 0.0))
    >>> means, squares, (1 - moved[0]) * np.sqrt(squares[0])
    ([array([2.5])], [array([4.75])], array([1.25]))
    """
    return in_parts(lambda given, made: _blocks(given, made, factors), grads, params, means, squares)


@kernel
def adam_overwrite(grads: Leaves, params: Leaves, means: Leaves, squares: Leaves, factors: Factors) -> None:
    """Do what `adam_update` does, bit for bit, over the parameters, means and squares, which must be C-contiguous.

    >>> leaves = [[np.array([4.0])], *([np.array([1.0])] for _ in range(3))]
    >>> adam_overwrite(*leaves, (0.5, 0.75, 0.5, 0.0))
    >>> leaves[2], leaves[3]
    ([array([2.5])], [array([4.75])])
    """
    for part in _parts(params):
        groups = [[leaves[i] for i in part] for leaves in (grads, params, means, squares)]
        flat = [_flat(group) for group in groups]
        _blocks(flat, flat[1:], factors)
        if len(part) > 1:  # a single leaf was no copy
            for group, whole in zip(groups[1:], flat[1:], strict=True):
                for leaf, new in zip(group, _cut(whole, group), strict=True):
                    leaf[...] = new


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
        like = [params[i] for i in part]
        for result, whole in zip(results, made, strict=True):
            for i, leaf in zip(part, _cut(whole, like), strict=True):
                result[i] = leaf
    return results[0], results[1], results[2]


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


def _flat(leaves: Leaves) -> Array:
    """Return the entries of all leaves, one behind the other; those of a single leaf are a view if that can be."""
    return leaves[0].reshape(-1) if len(leaves) == 1 else np.concatenate(leaves, axis=None)


def _cut(whole: Array, like: Leaves) -> Leaves:
    """Undo `_flat` of leaves of these shapes, by read-only views."""
    shapes = [leaf.shape for leaf in like]
    if shapes[0] and shapes.count(shapes[0]) == len(shapes):  # of arrays with no axes it would make scalars
        return list(freeze(whole.reshape(len(shapes), *shapes[0])))  # the fastest way to make many views
    ends = accumulate(map(math.prod, shapes))
    return [freeze(whole[end - math.prod(shape) : end].reshape(shape)) for end, shape in zip(ends, shapes, strict=True)]


def _blocks(given: list[Array], made: list[Array], factors: Factors) -> None:
    """Go through arrays of one length, block by block; what is made may be what was given."""
    beta1, beta2, rate, eps = factors
    room = np.empty(min(len(made[0]), _BLOCK), made[0].dtype)
    for start in range(0, len(made[0]), _BLOCK):
        g, w, m, s, moved, mean, square = [a[start : start + _BLOCK] for a in (*given, *made)]
        work = room[: len(w)]
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
