"""Records, and random trees of them, that the tests of saving and loading share."""

from __future__ import annotations

from enum import Enum
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy.typing import NDArray

from fnn.arrays import Array, IntArray
from fnn.random import Key
from fnn.tree import buffer, record, static

P = TypeVar("P")


class Mode(Enum):
    SAME = "same"
    VALID = "valid"


class Pair(NamedTuple):
    left: Array
    right: Array | None = None


@record
class Affine:
    weight: Array
    bias: Array | None


@record
class Norm:
    gain: Array
    mean: Array = buffer()
    momentum: float = static(default=0.9)


@record
class Counted:
    """One field of every kind that annotations can tell of."""

    block: Affine | Norm
    many: tuple[Affine, ...]
    two: tuple[Norm, Affine | None]
    named: dict[str, Affine]
    pair: Pair
    labels: IntArray
    mode: Mode = static()
    key: Key = static()
    shape: tuple[int, ...] = static()
    limits: dict[str, float | None] = static()
    _hidden: int = static(default=3)


@record
class Residual(Generic[P]):
    inner: P
    scale: Array


@record
class Deep(Residual[tuple[P, Affine]], Generic[P]):
    last: P


@record
class Free:
    """Any children, any static value: loaded by example only."""

    first: Any
    second: Any
    value: Any = static(default=None)


def f32(*shape: int) -> Array:
    """Return numbers that tell places apart."""
    values: Array = np.arange(int(np.prod(shape)), dtype=np.float32).reshape(shape) + 1
    return values


def affine(scale: float = 1.0) -> Affine:
    return Affine(f32(4, 3) * np.float32(scale), f32(3))


def norm() -> Norm:
    return Norm(f32(3), f32(3) * 2, 0.1)


def counted() -> Counted:
    return Counted(
        norm(),
        (affine(), affine(2), affine(3)),
        (norm(), None),
        {"b": affine(), "a": Affine(f32(2, 2), None)},
        Pair(f32(2)),
        np.arange(5),
        Mode.VALID,
        Key(2**64 - 5),
        (3, 4),
        {"low": -np.inf, "high": None},
        7,
    )


def statics(*, nan: bool = False) -> st.SearchStrategy[Any]:
    """All that a static field may hold."""
    plain = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=nan),
        st.text(),
        st.builds(Key, st.integers()),
        st.sampled_from(Mode),
    )
    keys = st.one_of(st.text(), st.just("$tuple"))

    def grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.one_of(
            st.lists(inner, max_size=3),
            st.lists(inner, max_size=3).map(tuple),
            st.dictionaries(keys, inner, max_size=3),
        )

    return st.recursive(plain, grown, max_leaves=6)


_dtypes = st.one_of(
    npst.boolean_dtypes(),
    npst.integer_dtypes(endianness="?"),
    npst.unsigned_integer_dtypes(endianness="?"),
    npst.floating_dtypes(endianness="?", sizes=(16, 32, 64)),
)


def _laid_out(array: NDArray[Any], layout: int) -> NDArray[Any]:
    """The same values in C order, in Fortran order, or with gaps."""
    if layout == 0 or not array.ndim:
        return array
    if layout == 1:
        return np.asfortranarray(array)
    return np.repeat(array, 2, axis=0)[::2]


def arrays() -> st.SearchStrategy[NDArray[Any]]:
    whole = npst.arrays(_dtypes, npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
    return st.builds(_laid_out, whole, st.integers(0, 2))


_keys = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="./\\"), min_size=1)


def trees() -> st.SearchStrategy[Any]:
    """Any tree that can be saved; static values are those of an example, whose classes they have."""

    def grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.one_of(
            st.lists(inner, max_size=3).map(tuple),
            st.dictionaries(_keys, inner, max_size=3),
            st.builds(Pair, inner, inner),
            st.builds(Free, inner, inner, statics()),
            st.builds(Residual, inner, arrays()),
            st.builds(Norm, arrays(), arrays(), st.floats(allow_nan=False)),
        )

    return st.recursive(st.one_of(arrays(), st.none()), grown, max_leaves=6)
