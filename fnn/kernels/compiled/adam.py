"""Adam over all parameters of a model."""

from __future__ import annotations

from typing import Any

import numpy as np

from fnn.arrays import Array
from fnn.kernels.adam import Factors, Leaves, in_parts
from fnn.kernels.compiled.options import loop


@loop
def _constants(number: Any, factors: Factors) -> Any:
    """Return beta1, 1 - beta1, beta2, 1 - beta2, rate and eps in the dtype of the weights."""
    beta1, beta2, rate, eps = factors
    return number(beta1), number(1 - beta1), number(beta2), number(1 - beta2), number(rate), number(eps)


@loop
def _next(g: Any, w: Any, m: Any, s: Any, constants: Any) -> Any:
    """Return the new weight, mean and square of one element."""
    beta1, rest1, beta2, rest2, rate, eps = constants
    mean, square = beta1 * m + rest1 * g, beta2 * s + rest2 * (g * g)
    return w - rate * mean / (np.sqrt(square) + eps), mean, square


@loop
def _move(g: Array, w: Array, m: Array, s: Array, moved: Array, mean: Array, square: Array, factors: Factors) -> None:
    """Write what is new of flat arrays."""
    constants = _constants(w.dtype.type, factors)
    for i in range(w.size):
        moved[i], mean[i], square[i] = _next(g[i], w[i], m[i], s[i], constants)


@loop
def overwrite(g: Array, w: Array, m: Array, s: Array, factors: Factors) -> None:
    """Write over one leaf: a loop of its own, for `_move` given the same arrays twice would not be vectorized."""
    constants = _constants(w.dtype.type, factors)
    g, w, m, s = g.ravel(), w.ravel(), m.ravel(), s.ravel()
    for i in range(w.size):
        w[i], m[i], s[i] = _next(g[i], w[i], m[i], s[i], constants)


def adam_update(
    grads: Leaves, params: Leaves, means: Leaves, squares: Leaves, factors: Factors
) -> tuple[list[Array], list[Array], list[Array]]:
    """Return new parameters, means and squares."""

    def move(given: list[Array], made: list[Array]) -> None:
        g, w, m, s = given
        moved, mean, square = made
        _move(g, w, m, s, moved, mean, square, factors)

    return in_parts(move, grads, params, means, squares)


def adam_overwrite(grads: Leaves, params: Leaves, means: Leaves, squares: Leaves, factors: Factors) -> None:
    """Write over parameters, means and squares."""
    for g, w, m, s in zip(grads, params, means, squares, strict=True):
        overwrite(g if g.flags.c_contiguous else np.ascontiguousarray(g), w, m, s, factors)
