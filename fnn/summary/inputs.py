"""Batches to try a model on when there is no data."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from fnn import tree
from fnn.arrays import Array, Shape, describe
from fnn.errors import DataError, DtypeError
from fnn.model import Model, Stage
from fnn.random import Key

Draw: TypeAlias = Callable[[int], Any]
"""Makes a batch of so many samples."""


def drawer(model: Stage, shape: Shape, params: Any) -> Draw:
    """Return what makes batches for a model: normal numbers of its parameters' dtype, or zeros where it takes indices.

    >>> import fnn
    >>> model = fnn.embedding(27, 4)
    >>> drawer(model, (3,), model.init(Key(0)))(2)
    array([[0, 0, 0],
           [0, 0, 0]])
    """
    dtype = next((leaf.dtype for leaf in tree.leaves(params) if leaf.dtype.kind == "f"), np.dtype(np.float32))

    def numbers(count: int) -> Any:
        return _of_shape(shape, lambda s: normal((count, *s)).astype(dtype))

    def indices(count: int) -> Any:
        return _of_shape(shape, lambda s: np.zeros((count, *s), np.int64))

    def run(x: Any) -> None:
        model.apply(params, x) if isinstance(model, Model) else model.apply(x)

    try:
        run(numbers(2))
    except DtypeError as refused:
        try:
            run(indices(2))
        except DtypeError:
            raise refused from None
        return indices
    return numbers


def repeater(example: Any) -> Draw:
    """Return what makes batches from an example, whose samples are taken again and again.

    >>> repeater(np.array([5, 7]))(3)
    array([5, 7, 5])
    """
    for path, leaf in tree.leaves_with_paths(example):
        if leaf.ndim == 0 or len(leaf) == 0:
            raise DataError("summary", "an example of at least one sample", f"{describe(leaf)} {path}".rstrip())
    return lambda count: tree.map(lambda leaf: leaf[np.arange(count) % len(leaf)], example)


def normal(shape: tuple[int, ...]) -> Array:
    """Return standard normal numbers, always the same, as float32."""
    return Key(0).rng().standard_normal(shape, np.float32)


def _of_shape(shape: Shape, make: Callable[[Shape], Any]) -> Any:
    if shape and isinstance(shape[0], tuple):
        return tuple(_of_shape(part, make) for part in shape)
    return make(shape)


def fitting(values: list[Any], count: int, shape: Shape) -> list[Any]:
    """Return those of the values that are ``count`` samples of a shape, or can be seen as such.

    >>> [x.shape for x in fitting([np.zeros((2, 5, 3)), np.zeros((2, 4))], 10, (3,))]
    [(10, 3)]
    """
    wanted = (count, *shape) if all(isinstance(size, int) for size in shape) else None  # None for a pair of inputs
    found = []
    for value in values:
        if not isinstance(value, np.ndarray):
            found.append(value)
        elif wanted is not None and value.size == math.prod(wanted):
            found.append(value.reshape(wanted))
    return found
