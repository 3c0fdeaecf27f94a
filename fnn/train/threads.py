"""A batch cut into parts that go through the model side by side, one thread each.

By the chain rule the gradient of the parameters is the sum over the samples, so that each thread can go forward and
back with a part of the batch, as long as no sample sees the others. The outputs are put together before the loss, which
sees the whole batch, and its gradient is cut again; the gradients of the parts are added in a fixed order, so that the
same number of threads gives the same bits. NumPy's products and compiled loops let go of the interpreter's lock.

Meanwhile the linear algebra library is kept to one thread for each part, which concerns the whole process: runs in
several threads take turns.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from contextvars import copy_context
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from fnn import tree
from fnn.errors import FnnError, HyperparameterError
from fnn.extras import require
from fnn.model import Learn
from fnn.random import Key

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

P = TypeVar("P")
X = TypeVar("X")
Y = TypeVar("Y")
R = TypeVar("R")


def in_threads(learn: Learn[P, X, Y], threads: int, place: str) -> Learn[P, X, Y]:
    """Return a ``learn`` that cuts its batch into ``threads`` parts; a batch of fewer samples stays in one piece.

    Raises MissingExtraError without threadpoolctl, and, when it runs, HyperparameterError for a model that renews
    buffers: its samples see each other.

    >>> import fnn
    >>> model = fnn.dense(3, 2)
    >>> y, _, backward = in_threads(fnn.model.learn_of(model), 2, "example")(
    ...     model.init(fnn.Key(0)), np.ones((5, 3), np.float32), fnn.Key(1)
    ... )
    >>> y.shape, backward(y).weight.shape
    ((5, 2), (3, 2))
    """
    blas = _blas(place)

    def run(params: P, x: X, key: Key) -> tuple[Y, P, Callable[[Y], P]]:
        count = _count(x)
        if count < threads:
            return learn(params, x, key)
        ends = [count * i // threads for i in range(threads + 1)]
        parts = [slice(*pair) for pair in pairwise(ends)]

        def forward(i: int) -> tuple[Y, P, Callable[[Y], P]]:
            return learn(params, tree.map(lambda leaf: leaf[parts[i]], x), key.fold(i))

        try:
            with _one_at_a_time, blas.limit(limits=1):
                done = _side_by_side(forward, threads)
        except FnnError:
            return learn(params, x, key)  # which finds the same fault, and can say where it is in the whole batch
        for _, renewed, _ in done:
            if any(new is not old for new, old in zip(tree.leaves(renewed), tree.leaves(params), strict=True)):
                hint = "Batch normalization, for one, takes the statistics of the whole batch: train with threads=1."
                raise HyperparameterError(place, "a model without buffers that it renews", "one that does", hint)

        def backward(dy: Y) -> P:
            def part(i: int) -> P:
                return done[i][2](tree.map(lambda leaf: leaf[parts[i]], dy))

            with _one_at_a_time, blas.limit(limits=1):
                first, *others = _side_by_side(part, threads)
            for grads in others:
                first = tree.add(first, grads)
            return first

        return tree.map(lambda *leaves: np.concatenate(leaves), *(y for y, _, _ in done)), params, backward

    return run


def _count(x: object) -> int:
    """How many samples there are; of what is no batch, none."""
    try:
        lengths = {len(leaf) for leaf in tree.leaves(x)}
    except (FnnError, TypeError):
        return 0
    return lengths.pop() if len(lengths) == 1 else 0


def _side_by_side(work: Callable[[int], R], count: int) -> Sequence[R]:
    """Return ``[work(0), work(1), ...]``, the first computed here and the others in threads of their own."""
    others = [_pool(count - 1).submit(copy_context().run, work, i) for i in range(1, count)]
    try:
        first = work(0)
    finally:
        for other in others:
            other.exception()  # waits for it
    return [first, *(other.result() for other in others)]


_one_at_a_time = threading.RLock()  # for the number of threads of the linear algebra library is that of the process


@cache
def _pool(count: int) -> ThreadPoolExecutor:
    from concurrent.futures import ThreadPoolExecutor  # which takes 10 ms to import

    return ThreadPoolExecutor(count, thread_name_prefix="fnn")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)  # a forked process has none of these threads


@cache
def _blas(place: str) -> Any:
    """What sets the number of threads of the linear algebra library."""
    return require("threadpoolctl", "fast", "threads", place).ThreadpoolController().select(user_api="blas")
