"""Data sets as trees of arrays whose first axis is the sample: counting, choosing rows, and refusing what is none."""

from __future__ import annotations

from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from fnn import tree
from fnn.arrays import check_finite, describe
from fnn.errors import DataError, DtypeError, Within

D = TypeVar("D")
X = TypeVar("X")
T = TypeVar("T")

Rows: TypeAlias = slice | NDArray[np.int64]
"""Which samples: a slice, which gives views, or their indices, which gives copies."""


class Samples(NamedTuple, Generic[X, T]):
    """Inputs with their targets; unpacks into functions: ``batches(*samples, batch_size=32)``."""

    inputs: X
    targets: T


def count_samples(place: str, **data: object) -> int:
    """Return how many samples the trees hold; the keywords name them in errors.

    Raises DtypeError for lists and ragged arrays, DataError for no samples, no sample axis, or unequal lengths.

    >>> count_samples("batches", inputs=np.zeros((4, 2)), targets=np.zeros(3))
    Traceback (most recent call last):
    fnn.errors.DataError: batches > targets: expected 4 samples, as in inputs, got 3. One target belongs to each input.
    """
    first, count = "", -1
    for name, node in data.items():
        for path, leaf in _named_leaves(place, name, node):
            at = f"{place} > {path}"
            if leaf.dtype == object:
                hint = "Its rows have unequal lengths or hold objects: make it of numbers, all rows of equal length."
                raise DtypeError(at, "an array of numbers", describe(leaf), hint)
            if leaf.ndim == 0:
                raise DataError(at, "an array whose first axis is the sample", describe(leaf))
            if leaf.size == 0:
                expected = "samples of at least one value" if len(leaf) else "at least one sample"
                hint = "Look where it was cut or chosen from the data."
                raise DataError(at, expected, f"shape {leaf.shape}", hint)
            if count < 0:
                first, count = path, len(leaf)
            if len(leaf) != count:
                hint = "One target belongs to each input." if name == "targets" else "All arrays share the first axis."
                raise DataError(at, f"{count} samples, as in {first}", str(len(leaf)), hint)
    if count < 0:
        raise DataError(place, "at least one array", "none")
    return count


def check_all_finite(place: str, **data: object) -> None:
    """Refuse NaN and infinity anywhere in the trees; good data are read through once and nothing is copied.

    >>> check_all_finite("batches", inputs=np.array([1.0, np.inf]))
    Traceback (most recent call last):
    fnn.errors.DataError: batches > inputs: expected finite values, got inf at index (1,), 1 such value in all. ...
    """
    for name, node in data.items():
        for path, leaf in _named_leaves(place, name, node):
            if leaf.dtype.kind not in "fc":
                continue
            # The extremes are NaN where any value is, and need no mask of the size of the data set. Complex numbers are
            # ordered by their real parts, so that an infinite imaginary part need not be among their extremes.
            parts = [leaf.real, leaf.imag] if leaf.dtype.kind == "c" else [leaf]
            if not all(np.isfinite(part.min()) and np.isfinite(part.max()) for part in parts):
                check_finite(leaf, f"{place} > {path}")


def take(data: D, rows: Rows) -> D:
    """Return the chosen samples of a tree, read-only, so that nothing done to them reaches the data set.

    >>> take((np.arange(4), np.eye(4)), slice(1, 3))[0]
    array([1, 2])
    """
    return tree.map(lambda leaf: _read_only(leaf[rows]), data)


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    array.setflags(write=False)  # a new view or a copy, never the caller's array itself
    return array


def _named_leaves(place: str, name: str, node: object) -> list[tuple[str, NDArray[Any]]]:
    if isinstance(node, list):
        hint = "Make it an array: np.array(rows, np.float32), all rows of equal length."
        raise DtypeError(f"{place} > {name}", "an array, or a tuple, dict or record of arrays", describe(node), hint)
    with Within(f"{place} > {name}"):
        return [(f"{name}.{path}" if path else name, leaf) for path, leaf in tree.leaves_with_paths(node)]
