"""What the stages of a model keep from forward to backward: the arrays that their backward functions hold.

These are found by looking: from the function that ``forward`` returns, through what it closes over, down to arrays.
A view counts as the whole array that it looks into; an array that several hold counts once, at the first; parameters
and what the model itself holds count not at all, and neither does the batch.

Stages inside a composition are tried one after the other, each on what the one before it gave, if that is of the shape
it wants, or else on the composition's input. What a composition keeps beyond what its parts do is its own.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import suppress
from types import FunctionType, ModuleType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fnn.model import Model, Stage
from fnn.random import Key
from fnn.summary.inputs import drawer, fitting
from fnn.summary.outline import Place

Owners: TypeAlias = dict[int, NDArray[Any]]
"""Arrays that own their memory, by identity."""


def caches(place: Place, x: Any, count: int) -> tuple[int, list[int | None]]:
    """Return the bytes that a model keeps of a batch of ``count`` samples, in all, and what each place does itself.

    The latter are in the order of the places; None stands where a stage would not run on its own.

    >>> import fnn
    >>> from fnn.summary.outline import outline
    >>> model = fnn.dense(4, 3) >> fnn.tanh >> fnn.dense(3, 2)
    >>> caches(outline(model, (4,)), np.ones((8, 4), np.float32), 8)
    (96, [0, 0, 96, 0])
    """
    _, kept = _run(place.stage, x)
    seen = owners(x)
    whole = _new(kept, seen)
    return _nbytes(whole), _sizes(place, [x], count, seen)[1]


def owners(*roots: object) -> Owners:
    """Return the arrays that can be reached from some objects, and that own their memory.

    >>> whole = np.zeros((4, 3))
    >>> [array.shape for array in owners(lambda view=whole[:, 1]: view).values()]
    [(4, 3)]
    """
    return {id(node): node for node in _reachable(roots) if isinstance(node, np.ndarray) and node.base is None}


def _reachable(roots: tuple[object, ...]) -> Iterator[object]:
    visited: dict[int, object] = {}  # which holds on to them: an identity is unique among the living only
    waiting = list(roots)
    while waiting:
        node = waiting.pop()
        if id(node) in visited or isinstance(node, type | ModuleType):
            continue
        visited[id(node)] = node
        yield node
        if isinstance(node, np.ndarray):
            waiting.append(node.base)
        elif isinstance(node, FunctionType):  # but not the module that it stands in
            waiting += (node.__closure__, node.__defaults__, node.__kwdefaults__)
        else:
            waiting += gc.get_referents(node)


def _run(stage: Stage, x: Any) -> tuple[Any, Owners]:
    """Return the output of a stage, and the arrays that its backward keeps besides those of model and parameters."""
    if isinstance(stage, Model):
        params = stage.init(Key(0))
        y, renewed, backward = stage.forward(params, x, Key(0))
        return y, _new(owners(backward), owners(stage, params, renewed))
    y, back = stage.forward(x, Key(0))
    return y, _new(owners(back), owners(stage))


def _sizes(place: Place, given: list[Any], count: int, seen: Owners) -> tuple[Any, list[int | None]]:
    """Return the output of a place and what it and those inside keep that is not ``seen`` yet, and add that to it."""
    y, kept = _tried(place, given, count * place.times)
    sizes: list[int | None] = []
    inside = dict(seen)
    before: list[Any] = []
    for part in place.inner:
        y_part, of_part = _sizes(part, [*before, *given], count, inside)
        before = [] if y_part is None else [y_part]
        sizes += of_part
    own = None if kept is None else _nbytes(_new(kept, seen)) - sum(size or 0 for size in sizes)
    seen |= inside | (kept or {})
    return y, [None if own is None else max(0, own), *sizes]


def _tried(place: Place, given: list[Any], number: int) -> tuple[Any, Owners | None]:
    """Run a stage on what it takes of the values that are given, or else on what can be made up."""
    stage = place.stage
    for x in fitting(given, number, place.shape):
        with suppress(Exception):  # of the user's own, and out of its place, it may raise anything
            return _run(stage, x)
    with suppress(Exception):
        params = stage.init(Key(0)) if isinstance(stage, Model) else None
        return _run(stage, drawer(stage, place.shape, params)(number))
    return None, None


def _new(found: Owners, seen: Owners) -> Owners:
    return {key: array for key, array in found.items() if key not in seen}


def _nbytes(found: Owners) -> int:
    return sum(array.nbytes for array in found.values())
