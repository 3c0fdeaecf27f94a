"""The most memory that a training step holds at any moment, foretold from steps on smaller batches.

What lives at a moment of the step grows in proportion to the batch, on top of what does not depend on it: parameters,
gradients, the optimizer's state. Their sum at the *worst* moment does not, for another moment may be the worst in a
larger batch. So each moment of two small steps is compared with the same moment of the other, and followed in a
straight line to the batch that is asked for; the worst is looked for there.

A moment is the time between a call and the next, or a return. It is the same in two steps if it has the same history:
the third call of `g` in the first of `f`, and so on. `sys.setprofile` tells of calls, `tracemalloc` of memory.

The small steps are not too small: work that is done in pieces of a few megabytes grows with the batch only until a
piece is full. The batch is doubled until a step takes `ENOUGH`, or is as large as asked for, and nothing is foretold.
"""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any, TypeAlias

import numpy as np

from fnn import tree
from fnn.data.batches import Batch
from fnn.model import Model
from fnn.optim.base import Optimizer
from fnn.random import Key
from fnn.summary.inputs import Draw
from fnn.train.state import start
from fnn.train.step import train_step

ENOUGH = 2**26
"""Bytes that a step shall take from which a larger one is foretold."""

Moments: TypeAlias = dict[int, int]
"""The most bytes held in each moment, by a number that stands for the moment's history."""


def peak(model: Model[Any, Any, Any], optimizer: Optimizer[Any], draw: Draw, batch_size: int) -> int:
    """Return the most bytes that parameters, optimizer state, batch and all that a step makes take at once.

    >>> import fnn, numpy as np
    >>> wide = peak(fnn.dense(1000, 1000), fnn.sgd(0.1), lambda count: np.ones((count, 1000), np.float32), 1)
    >>> wide > 12_000_000  # the parameters, their gradients, and the new parameters
    True
    """
    step = train_step(model, _no_loss, optimizer)
    with _tracing():
        gc.collect()  # garbage that went during a step would be missing from it
        empty = _held()
        state = start(model, optimizer, Key(0))
        lasting = _held() - empty

        def run(count: int) -> Moments:
            rest = _held() - lasting  # with the notes of the runs before
            batch = Batch(draw(count), None)
            return moments(lambda: step(state, batch), rest)

        run(min(4, batch_size))  # a first step may compile loops, and takes other ways than those behind it
        size, now = min(4, batch_size), run(min(4, batch_size))
        before, small = now, size
        while size < batch_size and (size == small or max(now.values()) < ENOUGH):
            before, small, size = now, size, min(2 * size, batch_size)
            now = run(size)
    if size == batch_size:
        return max(now.values())
    ahead = (batch_size - size) / (size - small)
    return max(round(now[key] + ahead * (now[key] - before[key])) for key in now.keys() & before.keys())


def moments(run: Callable[[], object], rest: int) -> Moments:
    """Run a function and return the most bytes that are held in each of its moments, besides the ``rest``."""
    highest: Moments = {}
    path: list[tuple[int, Counter[CodeType]]] = [(0, Counter())]
    ours = rest

    def observe(frame: FrameType, event: str, argument: object) -> None:
        nonlocal ours
        if event not in ("call", "return"):
            return
        current, most = tracemalloc.get_traced_memory()
        if event == "call":
            history, calls = path[-1]
            calls[frame.f_code] += 1
            path.append((hash((history, id(frame.f_code), calls[frame.f_code])), Counter()))
        moment = hash((path[-1][0], event))
        highest[moment] = max(highest.get(moment, 0), most - ours)
        if event == "return" and len(path) > 1:
            path.pop()
        ours += _held() - current  # what these notes take
        tracemalloc.reset_peak()

    profiler = sys.getprofile()
    tracemalloc.reset_peak()
    sys.setprofile(observe)
    try:
        run()
    finally:
        sys.setprofile(profiler)
    return highest


@contextmanager
def _tracing() -> Iterator[None]:
    """Trace memory, if it is not traced already."""
    began = not tracemalloc.is_tracing()
    if began:
        tracemalloc.start()
    try:
        yield
    finally:
        if began:
            tracemalloc.stop()


def _held() -> int:
    return tracemalloc.get_traced_memory()[0]


def _no_loss(y: Any, target: object) -> tuple[float, Any]:
    """In the place of a loss: a gradient like the output; of ones, for clipping makes new arrays of large ones only."""
    return 0.0, tree.map(lambda leaf: np.ones_like(leaf) if leaf.dtype.kind == "f" else leaf, y)
