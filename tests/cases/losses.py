"""Rows for the losses of `fnn.losses`: with all their kinds of targets, both reductions, with and without weights."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

import numpy as np

from fnn.arrays import Array
from fnn.losses import (
    Weighted,
    binary_cross_entropy,
    categorical_cross_entropy,
    huber,
    mean_absolute_error,
    mean_squared_error,
    sigmoid_cross_entropy,
    softmax_cross_entropy,
    sum_of_squares,
    weighted,
)
from tests.cases import LossCase, away_from, normal

Loss = Callable[..., tuple[float, Any]]


class Make(Protocol):
    """Makes an array with the batch's axes, and for all but labels one more for the outputs; or a pair of such."""

    def __call__(self, rng: np.random.Generator, batch: tuple[int, ...]) -> Any: ...


OUTPUTS = 3
DELTA = 1.5


def scores(rng: np.random.Generator, batch: tuple[int, ...]) -> Array:
    return rng.normal(0, 2, (*batch, OUTPUTS))


def labels(rng: np.random.Generator, batch: tuple[int, ...]) -> Any:
    return rng.integers(0, OUTPUTS, batch)


def one_hot(rng: np.random.Generator, batch: tuple[int, ...]) -> Any:
    return np.eye(OUTPUTS, dtype=int)[labels(rng, batch)]


def soft(rng: np.random.Generator, batch: tuple[int, ...]) -> Array:
    shares: Array = np.exp(rng.uniform(-1, 1, (*batch, OUTPUTS)))
    shares /= shares.sum(axis=-1, keepdims=True)
    return shares


def bits(rng: np.random.Generator, batch: tuple[int, ...]) -> Any:
    return rng.integers(0, 2, (*batch, OUTPUTS))


def between(rng: np.random.Generator, batch: tuple[int, ...]) -> Array:
    return rng.uniform(0.05, 0.95, (*batch, OUTPUTS))


def pair(y: Make, target: Make) -> Make:
    return lambda rng, batch: (y(rng, batch), target(rng, batch))


def off_by(error: Callable[..., Callable[[np.random.Generator], Array]]) -> Make:
    """Predictions whose errors are drawn by ``error(*shape)``."""

    def make(rng: np.random.Generator, batch: tuple[int, ...]) -> tuple[Array, Array]:
        target = scores(rng, batch)
        return target + error(*target.shape)(rng), target

    return make


def around_delta(*shape: int) -> Callable[[np.random.Generator], Array]:
    """Errors of either sign on both sides of Huber's delta, not near it: there the slope has a kink."""
    return lambda rng: rng.choice([-1.0, 1.0], shape) * np.abs(away_from(DELTA, *shape)(rng))


VARIANTS: dict[str, tuple[Loss, Make]] = {
    "softmax_cross_entropy (labels)": (softmax_cross_entropy, pair(scores, labels)),
    "softmax_cross_entropy (one-hot)": (softmax_cross_entropy, pair(scores, one_hot)),
    "softmax_cross_entropy (soft)": (softmax_cross_entropy, pair(scores, soft)),
    "softmax_cross_entropy (labels, class weights)": (
        partial(softmax_cross_entropy, class_weight=[0.5, 2.0, 1.5]),
        pair(scores, labels),
    ),
    "softmax_cross_entropy (soft, class weights)": (
        partial(softmax_cross_entropy, class_weight=[0.5, 2.0, 1.5]),
        pair(scores, soft),
    ),
    "categorical_cross_entropy (labels)": (categorical_cross_entropy, pair(soft, labels)),
    "categorical_cross_entropy (one-hot)": (categorical_cross_entropy, pair(soft, one_hot)),
    "categorical_cross_entropy (soft, class weights)": (
        partial(categorical_cross_entropy, class_weight=[0.5, 2.0, 1.5]),
        pair(soft, soft),
    ),
    "sigmoid_cross_entropy (integers)": (sigmoid_cross_entropy, pair(scores, bits)),
    "sigmoid_cross_entropy (floats, class weights)": (
        partial(sigmoid_cross_entropy, class_weight=[0.5, 2.0]),
        pair(scores, between),
    ),
    "binary_cross_entropy (integers)": (binary_cross_entropy, pair(between, bits)),
    "binary_cross_entropy (floats, class weights)": (
        partial(binary_cross_entropy, class_weight=[0.5, 2.0]),
        pair(between, between),
    ),
    "mean_squared_error": (mean_squared_error, off_by(normal)),
    "mean_absolute_error": (mean_absolute_error, off_by(partial(away_from, 0))),
    "sum_of_squares": (sum_of_squares, off_by(normal)),
    "huber": (partial(huber, delta=DELTA), off_by(around_delta)),
}
"""Each loss with each kind of target, as a function of the batch's axes."""


def _rows(name: str, loss: Loss, make: Make) -> list[LossCase]:
    weight = np.array([1.0, 0.5, 2.0, 0.25])
    options: list[tuple[str, tuple[int, ...], dict[str, Any]]] = [
        ("default", (4,), {}),
        ("mean", (4,), {"reduction": "mean"}),
        ("sum", (4,), {"reduction": "sum"}),
        ("mean, weighted", (4,), {"reduction": "mean", "sample_weight": weight}),
        ("sum, weighted", (4,), {"reduction": "sum", "sample_weight": weight}),
        ("sequences, weighted", (4, 2), {"sample_weight": weight}),
    ]
    return [
        LossCase(f"{name} {title}", loss, partial(make, batch=batch), options=chosen, covers=name.split(" ")[0])
        for title, batch, chosen in options
    ]


def _with_weights(rng: np.random.Generator) -> tuple[Array, Weighted[Array]]:
    y, target = scores(rng, (4,)), scores(rng, (4,))
    return y, Weighted(target, rng.uniform(0.5, 2, 4))


CASES: list[LossCase] = [
    *(row for name, (loss, make) in VARIANTS.items() for row in _rows(name, loss, make)),
    LossCase("weighted", weighted(mean_squared_error), _with_weights, place="mean_squared_error"),
]
