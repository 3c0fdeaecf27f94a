"""Memory that is used again: freed memory that stays with the process, and arrays that are written over.

A training step makes arrays of megabytes and drops them, the same ones each time. By default the C library hands such
blocks back to the system at once, and the system maps and clears them anew for the next step: a quarter of the time of
a convolutional network, most of that of an optimizer over millions of weights. glibc is told to keep them (mallopt(3));
elsewhere nothing happens.

Arrays are values in fnn, and read-only. A loop may write over those that it made itself and that nobody else can see
any more; Python counts who can.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # the numbers of these options in malloc.h
_KEPT, _LARGEST = 2**29, 2**25


@cache
def keep_freed_memory() -> None:
    """Let the C library keep up to half a gigabyte of what is freed, in blocks of up to 32 megabytes; once a process.

    >>> keep_freed_memory()
    """
    import ctypes  # which most programs do without

    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # another C library
        return
    mallopt(_MMAP_THRESHOLD, _LARGEST)
    mallopt(_TRIM_THRESHOLD, _KEPT)


def only_here(arrays: Sequence[Array]) -> bool:
    """Whether nothing but this sequence refers to the arrays, no view either, and they can be written over as they lie.

    Who refers to the sequence, or weakly to an array, is not counted.

    >>> arrays = [np.zeros(2), np.zeros(3)]
    >>> only_here(arrays)
    True
    >>> view = arrays[0][:1]
    >>> only_here(arrays)
    False
    """
    return _countable() and _references(arrays) <= {_alone()} and all(map(_plain, arrays))


def _references(arrays: Sequence[Array]) -> set[int]:
    return {sys.getrefcount(array) for array in arrays}


def _plain(array: Array) -> bool:
    """Whether an array has memory of its own, in the usual order."""
    return array.flags.owndata and array.flags.c_contiguous


@cache
def _countable() -> bool:
    return hasattr(sys, "getrefcount")  # not every Python counts


@cache
def _alone() -> int:
    """What is counted for an array that is nowhere but in a sequence."""
    return _references([np.zeros(0)]).pop()


@contextmanager
def writeable(*groups: Sequence[Array]) -> Iterator[None]:
    """Lift the write protection of arrays for a while.

    >>> array = np.zeros(1)
    >>> with writeable([array]):
    ...     array[0] = 1
    >>> array, array.flags.writeable
    (array([1.]), False)
    """
    try:
        for group in groups:
            for array in group:
                array.setflags(write=True)
        yield
    finally:
        for group in groups:
            for array in group:
                array.setflags(write=False)
