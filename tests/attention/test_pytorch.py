"""The same values and gradients as PyTorch's, from the figures that `tests/fixtures/make_attention.py` has written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fnn
from fnn import Dense, FeedForward, Key, LayerNorm, MultiHeadAttention, Padded, PreNorm, TransformerBlock, tree
from fnn.ops import attention_backward, attention_forward

FEATURES, HEADS, HIDDEN = 8, 4, 12

with np.load(Path(__file__).parents[1] / "fixtures" / "attention.npz") as file:
    FIGURES: dict[str, Any] = dict(file)

NAMES = sorted({name.split(".")[0] for name in FIGURES})


def figures(case: str, prefix: str = "") -> dict[str, Any]:
    """The figures of one case by what they are, or what is named with a prefix alone: its gradients, say."""
    start = f"{case}.{prefix}"
    return {name.removeprefix(start): value for name, value in FIGURES.items() if name.startswith(start)}


def assert_close(found: Any, expected: Any) -> None:
    for a, b in zip(tree.leaves(found), tree.leaves(expected), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("case", [name for name in NAMES if name.startswith("sdpa")])
def test_scaled_dot_product_attention(case: str) -> None:
    found = figures(case)
    y, cache = attention_forward(
        *(found[name] for name in ("query", "key", "value")),
        mask=found.get("mask"),
        bias=found.get("bias"),
        causal="causal" in case,
        scale=0.3 if "scale" in case else None,
    )
    assert_close(y, found["y"])
    assert_close(attention_backward(found["dy"], cache), tuple(figures(case, "grad.").values()))


def heads(found: dict[str, Any], prefix: str = "") -> MultiHeadAttention:
    """PyTorch stacks the maps to queries, keys and values; its bias of the keys changes nothing."""
    query, key, value = np.split(found[f"{prefix}in_proj_weight"].T, 3, axis=1)
    query_bias, _, value_bias = np.split(found[f"{prefix}in_proj_bias"], 3)
    output, output_bias = found[f"{prefix}out_proj.weight"].T, found[f"{prefix}out_proj.bias"]
    return MultiHeadAttention(query, key, value, output, query_bias, None, value_bias, output_bias)


def block(found: dict[str, Any]) -> TransformerBlock:
    norms = [LayerNorm(found[f"norm{i}.weight"], found[f"norm{i}.bias"]) for i in (1, 2)]
    layers = [Dense(found[f"linear{i}.weight"].T, found[f"linear{i}.bias"]) for i in (1, 2)]
    return TransformerBlock(PreNorm(norms[0], heads(found, "self_attn.")), PreNorm(norms[1], FeedForward(*layers)))


@pytest.mark.parametrize("case", [name for name in NAMES if not name.startswith("sdpa")])
def test_layers(case: str) -> None:
    found, gradients = figures(case), figures(case, "grad.")
    causal: Any = "causal" in case
    model: Any
    if case.startswith("heads"):
        model, arranged = fnn.self_attention(FEATURES, HEADS, causal=causal), heads
    else:
        activation = fnn.gelu if "gelu" in case else fnn.relu
        model = fnn.transformer_block(FEATURES, HEADS, hidden=HIDDEN, activation=activation, causal=causal)
        arranged = block  # type: ignore[assignment]  # of another record
    if "mask" in found:
        y, _, backward = fnn.padded(model).forward(arranged(found), Padded(found["x"], found["mask"]), Key(0))
        grads, dx = backward(Padded(found["dy"], found["mask"]))
        y, dx = y.values, dx.values
    else:
        y, _, backward = model.forward(arranged(found), found["x"], Key(0))
        grads, dx = backward(found["dy"])
    assert_close(y, found["y"])
    assert_close(dx, gradients["x"])
    assert_close(grads, arranged(gradients))


@pytest.mark.parametrize("case", [name for name in NAMES if not name.startswith("sdpa")])
def test_pytorch_too_has_no_gradient_in_the_bias_of_the_keys(case: str) -> None:
    bias = next(value for name, value in figures(case, "grad.").items() if name.endswith("in_proj_bias"))
    assert abs(bias[FEATURES : 2 * FEATURES]).max() < 1e-13 < abs(bias).max()
