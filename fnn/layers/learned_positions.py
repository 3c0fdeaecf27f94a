"""Learned positions: at each step of a sequence, a row of parameters is added."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fnn.arrays import Array, BoolArray, IntArray, Shape
from fnn.errors import ShapeError
from fnn.initializers import Initializer, normal
from fnn.model import layer, per_input
from fnn.ops.embedding import EmbeddingCache, embedding_backward, embedding_forward
from fnn.ops.steps import cleared, count_steps, step_positions
from fnn.random import Key
from fnn.recurrent.model import Recurrent, Steps, recurrent
from fnn.sequences import check_mask, check_sequence, sequence_shape
from fnn.tree import record
from fnn.validate import positive


@record
class LearnedPositions:
    """Parameters of learned positions: weight (length, features), one row for each position."""

    weight: Array


class _Cache(NamedTuple):
    mask: BoolArray | None
    rows: EmbeddingCache
    alike: bool


_small = normal(0.02)


def learned_positions(
    length: int, features: int, *, weight: Initializer = _small
) -> Recurrent[LearnedPositions, IntArray, Array, Array]:
    """Add to each step the row of its position, ``y[n, t] = x[n, t] + weight[t]``.

    From ``(batch, time, features)`` to the same shape; ``time`` is at most ``length``. Then ``dx = dy``, and
    ``dweight[t] = sum_n dy[n, t]``. The carry counts the steps before, for sequences that come in pieces, see
    `carried`; of padded sequences only the steps that are there count. ``weight`` is an initializer. Raises ShapeError
    for a sequence longer than the table, or input of another shape, DtypeError for input that is not float of the
    parameters' dtype, DataError for an empty batch.

    Reference: Gehring et al. (2017), "Convolutional sequence to sequence learning", sec. 3.1.

    >>> import fnn
    >>> model = fnn.learned_positions(16, 4)
    >>> model.apply(model.init(fnn.Key(0)), np.zeros((2, 5, 4), np.float32)).shape
    (2, 5, 4)
    """
    positive("learned_positions", length=length, features=features)
    name = f"learned_positions({length}, {features})"

    def init(key: Key) -> LearnedPositions:
        return LearnedPositions(weight(key, (length, features)))

    def forward(params: LearnedPositions, steps: Steps[Array, IntArray]) -> tuple[tuple[Array, IntArray], _Cache]:
        x, mask, count = steps.values, steps.mask, steps.carry
        check_sequence(x, features, params.weight, name)
        if mask is not None:
            check_mask(mask, x.shape[:2], name)
        positions = step_positions(count, x.shape[1], mask, reverse=steps.reverse)
        if positions.max() >= length:
            hint = "Cut the sequences, or make the table longer: it is trained up to its end and no further."
            raise ShapeError(name, f"sequences of at most {length} steps", str(positions.max() + 1), hint)
        rows, cache = embedding_forward(positions, params.weight)
        y = cleared(x + rows, mask)
        return (y, count_steps(count, x.shape[1], mask)), _Cache(mask, cache, len(rows) < len(x))

    def backward(dy: tuple[Array, IntArray], cache: _Cache) -> tuple[LearnedPositions, Steps[Array, IntArray]]:
        dx = cleared(dy[0], cache.mask)
        drows: Array = dx.sum(axis=0, keepdims=True) if cache.alike else dx
        return LearnedPositions(embedding_backward(drows, cache.rows)), Steps(dx, dy[1])

    def shape(s: Shape) -> Shape:
        s = sequence_shape(s, features, features, name)
        if s[0] > length:
            raise ShapeError(name, f"sequences of at most {length} steps", str(s[0]))
        return s

    sweep = layer(init, forward, backward, name=name, shape=shape, flops=per_input, record=LearnedPositions)
    return recurrent(sweep, lambda batch_size, dtype: np.zeros(batch_size, np.int64))
