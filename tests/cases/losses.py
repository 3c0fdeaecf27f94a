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
    contrastive,
    cosine_distance,
    hinge,
    huber,
    kl_divergence,
    mean_absolute_error,
    mean_squared_error,
    multiclass_hinge,
    negative_log_likelihood,
    sigmoid_cross_entropy,
    sigmoid_focal,
    softmax_cross_entropy,
    softmax_focal,
    sum_of_squares,
    supervised_contrastive,
    triplet,
    weighted,
)
from tests.cases import LossCase, away_from, normal, sequences

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


def log_shares(rng: np.random.Generator, batch: tuple[int, ...]) -> Array:
    return np.log(soft(rng, batch))


def bits(rng: np.random.Generator, batch: tuple[int, ...]) -> Any:
    return rng.integers(0, 2, (*batch, OUTPUTS))


def between(rng: np.random.Generator, batch: tuple[int, ...]) -> Array:
    return rng.uniform(0.05, 0.95, (*batch, OUTPUTS))


def pair(y: Make, target: Make) -> Make:
    return lambda rng, batch: (y(rng, batch), target(rng, batch))


def embeddings(members: int, *, same: bool) -> Make:
    """The embeddings of pairs or triples, with a target that says which pairs are equal, or none."""

    def make(rng: np.random.Generator, batch: tuple[int, ...]) -> Any:
        y = tuple(scores(rng, batch) for _ in range(members))
        return y, rng.integers(0, 2, batch) if same else None

    return make


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
    "softmax_cross_entropy (labels, smoothed, class weights)": (
        partial(softmax_cross_entropy, label_smoothing=0.2, class_weight=[0.5, 2.0, 1.5]),
        pair(scores, labels),
    ),
    "softmax_cross_entropy (soft, smoothed, class weights)": (
        partial(softmax_cross_entropy, label_smoothing=0.2, class_weight=[0.5, 2.0, 1.5]),
        pair(scores, soft),
    ),
    "negative_log_likelihood (labels, class weights)": (
        partial(negative_log_likelihood, class_weight=[0.5, 2.0, 1.5]),
        pair(log_shares, labels),
    ),
    "negative_log_likelihood (one-hot)": (negative_log_likelihood, pair(log_shares, one_hot)),
    "negative_log_likelihood (soft, class weights)": (
        partial(negative_log_likelihood, class_weight=[0.5, 2.0, 1.5]),
        pair(log_shares, soft),
    ),
    "kl_divergence (soft)": (kl_divergence, pair(log_shares, soft)),
    "kl_divergence (labels)": (kl_divergence, pair(log_shares, labels)),
    "hinge (integers)": (hinge, pair(scores, bits)),
    "hinge (margin, class weights)": (partial(hinge, margin=2.5, class_weight=[0.5, 2.0]), pair(scores, bits)),
    "multiclass_hinge (labels)": (multiclass_hinge, pair(scores, labels)),
    "multiclass_hinge (one-hot, margin, class weights)": (
        partial(multiclass_hinge, margin=2.5, class_weight=[0.5, 2.0, 1.5]),
        pair(scores, one_hot),
    ),
    "softmax_focal (labels)": (softmax_focal, pair(scores, labels)),
    "softmax_focal (one-hot, gamma, class weights)": (
        partial(softmax_focal, gamma=0.5, class_weight=[0.5, 2.0, 1.5]),
        pair(scores, one_hot),
    ),
    "sigmoid_focal (integers)": (sigmoid_focal, pair(scores, bits)),
    "sigmoid_focal (gamma, class weights)": (
        partial(sigmoid_focal, gamma=0.5, class_weight=[0.5, 2.0]),
        pair(scores, bits),
    ),
    "cosine_distance": (cosine_distance, pair(scores, scores)),
    "mean_squared_error": (mean_squared_error, off_by(normal)),
    "mean_absolute_error": (mean_absolute_error, off_by(partial(away_from, 0))),
    "sum_of_squares": (sum_of_squares, off_by(normal)),
    "huber": (partial(huber, delta=DELTA), off_by(around_delta)),
}
"""Each loss of one array with each kind of target, as a function of the batch's axes."""

OF_SEVERAL: dict[str, tuple[Loss, Make]] = {
    "contrastive": (partial(contrastive, margin=4.0), embeddings(2, same=True)),
    "supervised_contrastive": (partial(supervised_contrastive, temperature=0.7), embeddings(2, same=True)),
    "triplet": (partial(triplet, margin=2.0), embeddings(3, same=False)),
}
"""Losses of pairs and triples."""


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
    *(row for name, (loss, make) in {**VARIANTS, **OF_SEVERAL}.items() for row in _rows(name, loss, make)),
    *sequences.LOSSES,
    LossCase("weighted", weighted(mean_squared_error), _with_weights, place="mean_squared_error"),
]
