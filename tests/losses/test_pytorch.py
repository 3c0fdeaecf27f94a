"""The same values and gradients as PyTorch's, from the figures that `tests/fixtures/make_losses.py` has written."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fnn import tree
from fnn.losses import (
    contrastive,
    cosine_distance,
    hinge,
    kl_divergence,
    multiclass_hinge,
    negative_log_likelihood,
    sigmoid_focal,
    softmax_cross_entropy,
    softmax_focal,
    triplet,
)

WEIGHT = [0.5, 2.0, 1.5, 1.0]

LOSSES: dict[str, Callable[..., tuple[float, Any]]] = {
    "smoothed labels": partial(softmax_cross_entropy, label_smoothing=0.2),
    "smoothed shares": partial(softmax_cross_entropy, label_smoothing=0.2),
    "smoothed labels, sum": partial(softmax_cross_entropy, label_smoothing=0.3, reduction="sum"),
    "nll": negative_log_likelihood,
    "nll, weighted": partial(negative_log_likelihood, class_weight=WEIGHT),
    "nll, weighted, sum": partial(negative_log_likelihood, class_weight=WEIGHT, reduction="sum"),
    "kl": kl_divergence,
    "kl, sum": partial(kl_divergence, reduction="sum"),
    "hinge": partial(hinge, margin=1.5),
    "multiclass hinge": partial(multiclass_hinge, margin=1.5),
    "multiclass hinge, weighted, sum": partial(multiclass_hinge, class_weight=WEIGHT, reduction="sum"),
    "softmax focal": partial(softmax_focal, gamma=1.5),
    "sigmoid focal": partial(sigmoid_focal, gamma=1.5),
    "cosine": cosine_distance,
    "contrastive": partial(contrastive, margin=3.0),
    "triplet": partial(triplet, margin=0.7),
}

with np.load(Path(__file__).parents[1] / "fixtures" / "losses.npz") as file:
    FIGURES: dict[str, Any] = dict(file)


def members(name: str, what: str) -> Any:
    """The array of that name, or the tuple of those numbered."""
    if f"{name}.{what}" in FIGURES:
        return FIGURES[f"{name}.{what}"]
    return tuple(FIGURES[key] for key in sorted(FIGURES) if key.startswith(f"{name}.{what}"))


@pytest.mark.parametrize("name", LOSSES)
def test_figures_of_pytorch(name: str) -> None:
    value, dy = LOSSES[name](members(name, "y"), FIGURES.get(f"{name}.target"))
    assert value == pytest.approx(float(FIGURES[f"{name}.value"]), rel=1e-12)
    for got, expected in zip(tree.leaves(dy), tree.leaves(members(name, "dy")), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-14)


def test_all_figures_are_looked_at() -> None:
    assert {name.split(".")[0] for name in FIGURES} == set(LOSSES)
