"""Embedding: one row of a table for each index, and the derivative.

    y[n] = W[k[n]]        dL/dW[j] = sum over all n with k[n] = j of dy[n]

Looking up is the product of a one-hot row with W, written short. An index that comes several times gathers the sum of
its gradients; one that does not come gathers 0. Only the indices are cached. They are whole numbers, and have no
derivative. The loop stands in `fnn.kernels.embedding`.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from fnn.arrays import Array, IntArray
from fnn.errors import DataError, ShapeError
from fnn.kernels import add_rows
from fnn.sequences import check_integers

EmbeddingCache: TypeAlias = tuple[IntArray, int]


def embedding_forward(indices: IntArray, weight: Array) -> tuple[Array, EmbeddingCache]:
    """Return the rows of ``weight`` that ``indices`` name, and the cache ``(indices, vocabulary)``.

    Shapes: indices of any shape (...), whole numbers from 0 to vocabulary - 1; weight (vocabulary, width); y (...,
    width). Raises DtypeError for indices that are no integers, DataError for one outside, with its place.

    Reference: Bengio, Ducharme, Vincent, Jauvin (2003), "A neural probabilistic language model", sec. 2.

    >>> embedding_forward(np.array([2, 0]), np.array([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]))[0]
    array([[0.5, 0.6],
           [0.1, 0.2]])
    >>> embedding_forward(np.array([[0, 1], [3, 1]]), np.zeros((3, 2)))
    Traceback (most recent call last):
    fnn.errors.DataError: embedding: expected indices from 0 to 2, got 3 at index (1, 0). The vocabulary has 3 entries.
    """
    if weight.ndim != 2:
        raise ShapeError("embedding", "weight of shape (vocabulary, width)", f"shape {weight.shape}")
    check_indices(indices, len(weight), "embedding")
    return weight.take(indices, axis=0), (indices, len(weight))


def embedding_backward(dy: Array, cache: EmbeddingCache) -> Array:
    """Return ``dweight``, each of its rows the sum of the rows of ``dy`` that came from it.

    >>> embedding_backward(np.array([[1.0], [2.0], [4.0]]), (np.array([1, 0, 1]), 3))
    array([[2.],
           [5.],
           [0.]])
    """
    indices, vocabulary = cache
    rows = dy.reshape(indices.size, dy.shape[-1])
    return add_rows(rows, indices.reshape(-1).astype(np.intp, copy=False), vocabulary)


def check_indices(indices: IntArray, count: int, place: str) -> None:
    """Refuse anything but an array of integers from 0 to ``count - 1``; negative ones do not count from the end."""
    check_integers(indices, place, "indices")
    if indices.size and (indices.min() < 0 or indices.max() >= count):
        index = tuple(int(i) for i in np.argwhere((indices < 0) | (indices >= count))[0])
        hint = f"The vocabulary has {count} entries."
        raise DataError(place, f"indices from 0 to {count - 1}", f"{indices[index]} at index {index}", hint)
