"""Adam over all parameters of a model."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.kernels.adam import Leaves, in_parts
from fnn.kernels.compiled.options import loop


@loop
def _move(
    g: Array, w: Array, m: Array, s: Array, moved: Array, mean: Array, square: Array, factors: tuple[float, ...]
) -> None:
    """Write what is new of flat arrays; factors are beta1, 1 - beta1, beta2, 1 - beta2, rate and eps."""
    number = w.dtype.type
    beta1, rest1, beta2, rest2 = number(factors[0]), number(factors[1]), number(factors[2]), number(factors[3])
    rate, eps = number(factors[4]), number(factors[5])
    for i in range(w.size):
        first = beta1 * m[i] + rest1 * g[i]
        second = beta2 * s[i] + rest2 * (g[i] * g[i])
        mean[i] = first
        square[i] = second
        moved[i] = w[i] - rate * first / (np.sqrt(second) + eps)


@loop
def overwrite(g: Array, w: Array, m: Array, s: Array, factors: tuple[float, ...]) -> None:
    """Write over one leaf: a loop of its own, for `_move` given the same arrays twice would not be vectorized."""
    number = w.dtype.type
    beta1, rest1, beta2, rest2 = number(factors[0]), number(factors[1]), number(factors[2]), number(factors[3])
    rate, eps = number(factors[4]), number(factors[5])
    g, w, m, s = g.ravel(), w.ravel(), m.ravel(), s.ravel()
    for i in range(w.size):
        first = beta1 * m[i] + rest1 * g[i]
        second = beta2 * s[i] + rest2 * (g[i] * g[i])
        m[i] = first
        s[i] = second
        w[i] -= rate * first / (np.sqrt(second) + eps)


def adam_update(
    grads: Leaves,
    params: Leaves,
    means: Leaves,
    squares: Leaves,
    beta1: float,
    beta2: float,
    rate: float,
    eps: float,
) -> tuple[list[Array], list[Array], list[Array]]:
    """Return new parameters, means and squares."""
    factors = (beta1, 1 - beta1, beta2, 1 - beta2, rate, eps)

    def move(given: list[Array], made: list[Array]) -> None:
        g, w, m, s = given
        moved, mean, square = made
        _move(g, w, m, s, moved, mean, square, factors)

    return in_parts(move, grads, params, means, squares)


def adam_overwrite(
    grads: Leaves,
    params: Leaves,
    means: Leaves,
    squares: Leaves,
    beta1: float,
    beta2: float,
    rate: float,
    eps: float,
) -> None:
    """Write over parameters, means and squares."""
    factors = (beta1, 1 - beta1, beta2, 1 - beta2, rate, eps)
    for g, w, m, s in zip(grads, params, means, squares, strict=True):
        overwrite(g if g.flags.c_contiguous else np.ascontiguousarray(g), w, m, s, factors)
