"""The embedding layer: a vector for each entry of a vocabulary."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array, IntArray, Shape, check_not_empty
from fnn.initializers import Initializer, normal
from fnn.model import Model, layer, moving
from fnn.ops.embedding import EmbeddingCache, check_indices, embedding_backward, embedding_forward
from fnn.random import Key
from fnn.tree import record
from fnn.validate import positive


@record
class Embedding:
    """Parameters of an embedding: weight (vocabulary, width), one row for each entry."""

    weight: Array


_standard = normal(1.0)


def embedding(vocabulary: int, width: int, *, weight: Initializer = _standard) -> Model[Embedding, IntArray, Array]:
    """A table of vectors, from whole numbers ``(batch, ...)`` to ``(batch, ..., width)``: ``y = weight[x]``.

    The input holds numbers from 0 to ``vocabulary - 1``. It has no derivative: as its gradient stand zeros of its own
    dtype. ``weight`` is an initializer, by default that of standard normal numbers. Raises DtypeError for input that is
    not of integers, DataError for an empty batch and for a number outside, with its place. The mathematics stands in
    `fnn.ops.embedding`.

    >>> import fnn
    >>> model = fnn.embedding(27, 4)
    >>> model.apply(model.init(fnn.Key(0)), np.array([[0, 26, 3]])).shape
    (1, 3, 4)
    """
    positive("embedding", vocabulary=vocabulary, width=width)
    name = f"embedding({vocabulary}, {width})"

    def init(key: Key) -> Embedding:
        return Embedding(weight(key, (vocabulary, width)))

    def forward(params: Embedding, x: IntArray) -> tuple[Array, EmbeddingCache]:
        check_indices(x, vocabulary, name)
        check_not_empty(x, name)
        return embedding_forward(x, params.weight)

    def backward(dy: Array, cache: EmbeddingCache) -> tuple[Embedding, IntArray]:
        return Embedding(embedding_backward(dy, cache)), np.zeros_like(cache[0])

    def shape(s: Shape) -> Shape:
        return (*s, width)

    return layer(init, forward, backward, name=name, shape=shape, flops=moving, record=Embedding)
