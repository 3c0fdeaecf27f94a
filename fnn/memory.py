"""Freed memory that stays with the process.

A training step makes arrays of megabytes and drops them, the same ones each time. By default the C library hands such
blocks back to the system at once, and the system maps and clears them anew for the next step: a quarter of the time of
a convolutional network, most of that of an optimizer over millions of weights. glibc is told to keep them (mallopt(3));
elsewhere nothing happens.
"""

from __future__ import annotations

from functools import cache

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
