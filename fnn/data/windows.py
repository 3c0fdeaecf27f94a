"""Windows on one long sequence, a text, say, for models that predict its next token.

A window of ``length`` inputs has as targets the tokens one step later,

    inputs  s[i], ..., s[i + length - 1]        targets  s[i + 1], ..., s[i + length]

and in order they begin at ``i = 0, stride, 2 stride, ...``. By default the stride is the length, they stand edge to
edge, and each token but the first is a target once; with a smaller one they overlap, so that the last ``stride``
targets of each, looked at alone, all have much to look back at. What is left over at the end is no whole window, and is
left out. With a key each window is moved on by a random part of the stride: its edges are elsewhere in each epoch.
"""

from __future__ import annotations

import numpy as np

from fnn.arrays import IntArray
from fnn.data.batches import Batch, Batches
from fnn.data.samples import Rows
from fnn.errors import DataError, ShapeError
from fnn.random import Key
from fnn.sequences import check_integers
from fnn.validate import positive


def windows(
    sequence: IntArray,
    length: int,
    *,
    stride: int | None = None,
    batch_size: int,
    key: Key | None = None,
    drop_last: bool = False,
) -> Batches[IntArray, IntArray]:
    """Cut a sequence of tokens (n,) into batches of windows, inputs and targets (batch, length) of its dtype.

    There are ``(n - 1 - length) // stride + 1`` windows: in order without ``key``, shuffled and moved at random with
    it, each epoch in another way. The sequence is never copied as a whole, and may be memory-mapped.

    Raises DtypeError for what is no array of integers, ShapeError for more axes than one, DataError for a sequence
    shorter than a window and its last target, HyperparameterError for a length, stride or batch size below 1.

    >>> batch = next(windows(np.arange(8), 3, batch_size=2).epoch(0))
    >>> batch.inputs.tolist(), batch.targets.tolist()
    ([[0, 1, 2], [3, 4, 5]], [[1, 2, 3], [4, 5, 6]])
    """
    stride = length if stride is None else stride
    positive("windows", length=length, stride=stride)
    check_integers(sequence, "windows", "sequence")
    if sequence.ndim != 1:
        raise ShapeError("windows", "one sequence (n,)", f"shape {sequence.shape}", "Join several to one first.")
    if len(sequence) <= length:
        raise DataError("windows", f"at least {length + 1} tokens, one window", str(len(sequence)), "Lower length.")
    last = len(sequence) - 1 - length
    count = last // stride + 1

    def load(rows: Rows, own: Key | None) -> Batch[IntArray, IntArray]:
        starts: IntArray = np.arange(count)[rows] * stride
        if own is not None:
            starts = np.minimum(starts + own.rng().integers(stride, size=len(starts)), last)
        taken = sequence[starts[:, None] + np.arange(length + 1)]
        taken.setflags(write=False)
        return Batch(taken[:, :-1], taken[:, 1:])

    return Batches(load, count, batch_size=batch_size, key=key, drop_last=drop_last)
