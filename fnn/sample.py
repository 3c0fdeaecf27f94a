"""Drawing from the distributions that scores describe."""

from __future__ import annotations

import math

import numpy as np

from fnn.arrays import Array, IntArray, check_float, check_not_empty
from fnn.errors import DataError, HyperparameterError, ShapeError
from fnn.random import Key
from fnn.validate import in_range, positive


def sample(logits: Array, key: Key, *, temperature: float = 1.0, top_k: int | None = None) -> IntArray:
    """Draw a class for each row of scores, class ``i`` with the probability ``softmax(logits / temperature)_i``.

    Shapes: logits (..., classes), the result (...). ``temperature``, at least 0, makes the distribution flatter above
    1 and sharper below; 0 takes the best class, of equal ones the first. With ``top_k`` the draw is among the best
    ``top_k`` classes only, and those that equal the last of them. Minus infinity is a class that is never drawn.

    Drawn by the Gumbel-max trick: with ``g_i = -log(-log u_i)``, ``u_i`` uniform, ``argmax_i (s_i + g_i)`` is ``i``
    with the probability ``softmax(s)_i``; no power is taken, nothing can overflow or add up to less than 1.

    Raises DtypeError for what is no float array, DataError for NaN or a row without a finite largest score,
    HyperparameterError for a temperature or top_k out of range.

    References: Gumbel (1954), "Statistical theory of extreme values and some practical applications"; Fan, Lewis,
    Dauphin (2018), "Hierarchical neural story generation", sec. 5.4, for top_k.

    >>> logits = np.log(np.full((10_000, 2), [0.8, 0.2]))
    >>> round(float(sample(logits, Key(0)).mean()), 2), int(sample(logits, Key(0), temperature=0).max())
    (0.2, 0)
    """
    check_float(logits, "sample", "logits")
    check_not_empty(logits, "sample")
    if logits.ndim < 1:
        raise ShapeError("sample", "logits of shape (..., classes)", "shape ()")
    in_range("sample", 0, math.inf, high_open=True, temperature=temperature)
    best: Array = logits.max(axis=-1, keepdims=True)
    if not np.isfinite(best).all():
        row = int((~np.isfinite(best)).ravel().argmax())
        hint = "NaN or infinity among the logits: look at the parameters and the learning rate."
        raise DataError("sample", "a finite largest score in each row", f"{best.ravel()[row]} in row {row}", hint)
    if top_k is not None:
        positive("sample", top_k=top_k)
        classes = logits.shape[-1]
        if top_k > classes:
            raise HyperparameterError("sample", f"top_k of at most {classes}, the number of classes", str(top_k))
        last = np.partition(logits, -top_k, axis=-1)[..., -top_k, None]
        logits = np.where(logits < last, -np.inf, logits)
    if temperature == 0:
        greedy: IntArray = logits.argmax(axis=-1)
        return greedy
    with np.errstate(over="ignore"):  # so far from the best that it is never drawn
        scores = (logits - best).astype(np.float64) / temperature
    noise = key.rng().gumbel(size=scores.shape)
    drawn: IntArray = (scores + noise).argmax(axis=-1)
    return drawn
