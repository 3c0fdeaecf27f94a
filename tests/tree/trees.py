"""Records and trees that the tests of `fnn.tree` share, and a strategy that draws trees of every kind."""

from __future__ import annotations

from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
from hypothesis import strategies as st

from fnn.arrays import Array
from fnn.tree import buffer, record, static

B = TypeVar("B")


@record
class Norm:
    """A field of each kind, in an order in which they must not be sorted by kind."""

    momentum: float = static()
    mean: Array = buffer()
    scale: Array


@record
class Block(Generic[B]):
    body: B
    norm: Norm | None = None
    name: str = static(default="block", kw_only=True)


class Pair(NamedTuple):
    first: Any
    second: Any


def norm(scale: float = 1.0, mean: float = 2.0) -> Norm:
    return Norm(0.9, np.full(2, mean), np.full(2, scale))


arrays = st.builds(
    lambda shape, dtype, value: np.full(shape, value, dtype),
    st.lists(st.integers(0, 3), max_size=3).map(tuple),
    st.sampled_from([np.float32, np.float64, np.int64, np.bool_]),
    st.integers(0, 3),
)
names = st.text("abc_0", min_size=1, max_size=3)

trees: st.SearchStrategy[Any] = st.recursive(
    arrays | st.none(),
    lambda children: (
        st.lists(children, max_size=3).map(tuple)
        | st.dictionaries(names, children, max_size=3)
        | st.builds(Pair, children, children)
        | st.builds(Block, children, name=names)
        | st.builds(Block, children, st.builds(norm))
        | st.builds(Norm, st.floats(0, 1), children, children)
    ),
    max_leaves=8,
)
