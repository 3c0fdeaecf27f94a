"""What stands around attention: the frame with normalization, the feed-forward part, and the block of both."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fnn
from fnn import Array, Key, Padded, tree
from fnn.errors import HyperparameterError, ShapeError, StructureError

OPTIONS: list[dict[str, Any]] = [
    {"causal": True},
    {"causal": True, "rotary": True, "key_value_heads": 1, "norm": fnn.rms_norm, "activation": fnn.swiglu},
    {"rotary": True},
]
of_all = pytest.mark.parametrize("options", OPTIONS, ids=["causal", "causal, grouped, rotary", "rotary"])


def build(**options: Any) -> tuple[fnn.Recurrent[Any, Any, Array, Array], Any]:
    model: Any = fnn.transformer_block(8, 2, hidden=12, **options)
    rng = np.random.default_rng(0)
    return model, tree.map(lambda leaf: leaf + rng.normal(0, 0.3, leaf.shape), model.init(Key(0)))


def draw(*shape: int, seed: int = 1) -> Array:
    return np.random.default_rng(seed).standard_normal(shape)


def test_frame_is_written_out() -> None:
    norm, inner = fnn.layer_norm(8), fnn.self_attention(8, 2)
    model = fnn.pre_norm(norm, inner)
    params = tree.astype(model.init(Key(0)), np.float64)
    x = draw(2, 5, 8)
    expected = x + inner.apply(params.inner, norm.apply(params.norm, x))
    assert np.array_equal(model.apply(params, x), expected)


def test_dropout_of_the_branch_alone() -> None:
    model = fnn.pre_norm(fnn.layer_norm(8), fnn.self_attention(8, 2), dropout=0.5)
    params = tree.astype(model.init(Key(0)), np.float64)
    x = draw(4, 50, 8)
    y, _, _ = model.forward(params, x, Key(1))
    full = model.apply(params, x) - x
    kept = ~np.isclose(y, x, rtol=0, atol=1e-12)
    assert abs(kept.mean() - 0.5) < 0.05
    np.testing.assert_allclose((y - x)[kept], 2 * full[kept], rtol=1e-8, atol=1e-12)


def test_frame_refuses_what_changes_the_shape() -> None:
    wide = fnn.pre_norm(fnn.layer_norm(8), fnn.time_distributed(fnn.dense(8, 9)))
    text = r"^pre_norm\(time_distributed\(dense\(8, 9\)\)\): expected output of the input's shape"
    with pytest.raises(ShapeError, match=text):
        wide.apply(wide.init(Key(0)), np.zeros((2, 3, 8), np.float32))
    with pytest.raises(ShapeError, match=text):
        fnn.summary(wide, (3, 8))
    for call in (wide.apply, lambda params, x: wide.forward(params, x, Key(0))):
        with pytest.raises(StructureError, match=r"expected parameters PreNorm, got a tuple\. Use this model's init"):
            call((), np.zeros((2, 3, 8), np.float32))  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(HyperparameterError, match=r"^pre_norm: expected dropout in \[0, 1\), got 1\."):
        fnn.pre_norm(fnn.layer_norm(8), fnn.self_attention(8, 2), dropout=1)


def test_feed_forward() -> None:
    model = fnn.feed_forward(3, 6)
    params = tree.astype(model.init(Key(0)), np.float64)
    x = draw(2, 5, 3)
    hidden = fnn.gelu_tanh(x @ params.hidden.weight + params.hidden.bias)
    np.testing.assert_allclose(model.apply(params, x), hidden @ params.out.weight + params.out.bias, rtol=1e-13)
    y, _, _ = fnn.feed_forward(3, 6, dropout=0.5).forward(params, x, Key(0))
    assert not np.allclose(y, model.apply(params, x))
    assert fnn.feed_forward(3, 6, activation=fnn.swiglu).init(Key(0)).out.weight.shape == (3, 3)
    with pytest.raises(HyperparameterError, match=r"^feed_forward: expected hidden as an integer of at least 1, got 0"):
        fnn.feed_forward(3, 0)
    with pytest.raises(HyperparameterError, match=r"^feed_forward: expected dropout in \[0, 1\)"):
        fnn.feed_forward(3, 6, dropout=-0.1)


@of_all
def test_block_of_padded_sequences_is_the_block_of_each(options: dict[str, Any]) -> None:
    model, params = build(**options)
    mask = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1], [0, 1, 0, 1, 0]], np.bool_)
    x, dy = draw(3, 5, 8), draw(3, 5, 8, seed=2)
    spoilt = np.where(mask[:, :, None], x, np.nan)
    y, _, backward = fnn.padded(model).forward(params, Padded(spoilt, mask), Key(0))
    grads, dx = backward(Padded(np.where(mask[:, :, None], dy, np.nan), mask))
    total: Any = None
    for i, there in enumerate(mask):
        alone, _, back = model.forward(params, x[i : i + 1, there], Key(0))
        of_one, dx_alone = back(dy[i : i + 1, there])
        np.testing.assert_allclose(y.values[i, there], alone[0], rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(dx.values[i, there], dx_alone[0], rtol=1e-9, atol=1e-12)
        total = of_one if total is None else tree.add(total, of_one)
    assert (y.values[~mask] == 0).all()
    assert (dx.values[~mask] == 0).all()
    for a, b in zip(tree.leaves(grads), tree.leaves(total), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("options", OPTIONS[:2], ids=["causal", "causal, grouped, rotary"])
def test_block_in_pieces(options: dict[str, Any]) -> None:
    model, params = build(**options)
    x = draw(2, 6, 8)
    carry, pieces = model.zero_carry(2, np.float64), []
    for piece in np.split(x, [3, 4], axis=1):
        y, carry = fnn.carried(model).apply(params, (piece, carry))
        pieces.append(y)
    np.testing.assert_allclose(np.concatenate(pieces, axis=1), model.apply(params, x), rtol=1e-11, atol=1e-13)


def test_parameters_of_a_block() -> None:
    params = fnn.transformer_block(8, 2).init(Key(0))
    assert params.feed_forward.inner.hidden.weight.shape == (8, 32)
    assert [path for path, _ in tree.leaves_with_paths(params)] == [
        "attention.norm.scale",
        "attention.norm.bias",
        "attention.inner.query_weight",
        "attention.inner.key_weight",
        "attention.inner.value_weight",
        "attention.inner.output_weight",
        "attention.inner.query_bias",
        "attention.inner.value_bias",
        "attention.inner.output_bias",
        "feed_forward.norm.scale",
        "feed_forward.norm.bias",
        "feed_forward.inner.hidden.weight",
        "feed_forward.inner.hidden.bias",
        "feed_forward.inner.out.weight",
        "feed_forward.inner.out.bias",
    ]


def test_errors_say_where_in_the_block() -> None:
    model, params = build()
    with pytest.raises(ShapeError, match=r"layer_norm\(8\): expected"):
        model.apply(params, draw(2, 5, 7))
    with pytest.raises(
        HyperparameterError, match=r"^self_attention: expected features divisible by heads, got 8 by 3\."
    ):
        fnn.transformer_block(8, 3)
