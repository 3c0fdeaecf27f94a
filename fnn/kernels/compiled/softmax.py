"""The softmax of rows of scores, as attention takes it."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.kernels.compiled.functions import exp
from fnn.kernels.compiled.options import loop


@loop
def softmax_rows(scores: Array, queries: int, past: int) -> None:
    """Overwrite scores."""
    number = scores.dtype.type
    for r in range(scores.shape[0]):
        row = scores[r]
        seen = min(scores.shape[1], r % queries + past + 1)
        top = row[0] if seen > 0 else number(0)
        for k in range(1, seen):
            top = top if row[k] <= top else row[k]
        if top == -np.inf:
            top = number(0)
        total = number(0)
        for k in range(seen):
            share = number(0) if row[k] == -np.inf else exp(row[k] - top)
            row[k] = share
            total += share
        factor = number(1) / (total if total != 0 else number(1))
        for k in range(seen):
            row[k] *= factor
        for k in range(max(seen, 0), scores.shape[1]):
            row[k] = 0


@loop
def softmax_rows_gradient(dweights: Array, weights: Array) -> None:
    """Overwrite dweights."""
    for r in range(weights.shape[0]):
        change, row = dweights[r], weights[r]
        mean = change.dtype.type(0)
        for k in range(row.size):
            mean += change[k] * row[k]
        for k in range(row.size):
            change[k] = (change[k] - mean) * row[k]
