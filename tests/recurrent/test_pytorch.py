"""The same values and gradients as PyTorch's, from the figures that `tests/fixtures/make_sequences.py` has written."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fnn
from fnn import Key, Padded, tree
from fnn.recurrent import Recurrent

INPUTS, UNITS = 3, 4

KINDS: dict[str, Any] = {
    "rnn": fnn.rnn,
    "rnn relu": partial(fnn.rnn, activation="relu"),
    "gru": fnn.gru,
    "lstm": fnn.lstm,
}

with np.load(Path(__file__).parents[1] / "fixtures" / "sequences.npz") as file:
    FIGURES: dict[str, Any] = dict(file)

NAMES = sorted({name.split(".")[0] for name in FIGURES} - {"embedding"})


def figures(case: str) -> dict[str, Any]:
    """The figures of one case by what they are: ``x``, ``grad.x`` and so on."""
    return {name.removeprefix(f"{case}."): value for name, value in FIGURES.items() if name.startswith(f"{case}.")}


def build(kind: str, variant: str) -> Recurrent[Any, Any, Any, Any]:
    def one(inputs: int) -> Recurrent[Any, Any, Any, Any]:
        made = KINDS[kind](inputs, UNITS)
        return fnn.bidirectional(made) if "bidirectional" in variant else made

    model = fnn.stacked(one(INPUTS), one(2 * UNITS if "bidirectional" in variant else UNITS))
    chosen = model if "stacked" in variant else one(INPUTS)
    return fnn.padded(chosen) if "packed" in variant else chosen


def places(variant: str) -> Iterator[tuple[int, int]]:
    for layer in range(2 if "stacked" in variant else 1):
        for direction in range(2 if "bidirectional" in variant else 1):
            yield layer, direction


def arranged(variant: str, parts: list[Any]) -> Any:
    """PyTorch's list over layers and directions as the tree of fnn, for parameters and for carries."""
    if "bidirectional" in variant:
        pairs = zip(parts[::2], parts[1::2], strict=True)
        parts = [fnn.Bidirectional(*pair) if tree.is_record(pair[0]) else pair for pair in pairs]
    return tuple(parts) if "stacked" in variant else parts[0]


def parameters(kind: str, variant: str, found: dict[str, Any], *, gradient: bool = False) -> Any:
    """Parameters, or their gradients, as records of fnn; PyTorch has two biases where one would do."""
    parts = []
    for layer, direction in places(variant):
        end = f"_l{layer}" + ("_reverse" if direction else "")
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        w, u, b, b_u = (found[("grad." if gradient else "") + name + end] for name in names)
        if kind == "gru":
            own = b if gradient else b + np.concatenate([b_u[: 2 * UNITS], np.zeros(UNITS)])
            parts.append(fnn.GRU(w.T, u.T, own, b_u[2 * UNITS :]))
        else:
            record: Any = fnn.LSTM if kind == "lstm" else fnn.RNN
            parts.append(record(w.T, u.T, b if gradient else b + b_u))
    return arranged(variant, parts)


def carry(kind: str, variant: str, h: Any, c: Any) -> Any:
    count = len(list(places(variant)))
    return arranged(variant, [fnn.LSTMCarry(h[i], c[i]) if kind == "lstm" else h[i] for i in range(count)])


@pytest.mark.parametrize("case", NAMES)
def test_values_and_gradients_of_pytorch(case: str) -> None:
    kind, variant = case.split(", ")
    found = figures(case)
    params = parameters(kind, variant, found)
    model = fnn.carried(build(kind, variant))
    mask = fnn.length_mask(found["lengths"], 5) if "packed" in variant else None

    def wrapped(values: Any) -> Any:
        return values if mask is None else Padded(values, mask)

    x = wrapped(found["x"]), carry(kind, variant, found["h0"], found.get("c0"))
    y, _, backward = model.forward(params, x, Key(0))
    grads, dx = backward((wrapped(found["dy"]), carry(kind, variant, found["dh"], found.get("dc"))))
    compare(y, (wrapped(found["y"]), carry(kind, variant, found["h"], found.get("c"))))
    compare(dx, (wrapped(found["grad.x"]), carry(kind, variant, found["grad.h0"], found.get("grad.c0"))))
    compare(grads, parameters(kind, variant, found, gradient=True))


def compare(got: Any, expected: Any) -> None:
    tree.map(partial(np.testing.assert_allclose, rtol=1e-10, atol=1e-12), got, expected)


def test_embedding_of_pytorch() -> None:
    found = figures("embedding")
    model = fnn.embedding(6, 3)
    y, _, backward = model.forward(fnn.Embedding(found["weight"]), found["x"], Key(0))
    np.testing.assert_array_equal(y, found["y"])
    np.testing.assert_allclose(backward(found["dy"])[0].weight, found["grad.weight"], rtol=1e-12)


def test_all_kinds_are_looked_at() -> None:
    assert {name.split(", ")[0] for name in NAMES} == set(KINDS)
    assert len(NAMES) == 13
