from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fnn
from fnn import Array, Key, KeyValues, MultiHeadAttention, Padded, tree
from fnn.errors import DtypeError, HyperparameterError, ShapeError
from fnn.recurrent import Recurrent

FEATURES, HEADS = 8, 4

OPTIONS: list[dict[str, Any]] = [
    {"causal": True},
    {"causal": True, "rotary": True, "key_value_heads": 2},
    {"causal": False},
    {"causal": False, "rotary": True, "bias": False, "key_value_heads": 1},
]
CAUSAL = OPTIONS[:2]
of_all = pytest.mark.parametrize("options", OPTIONS, ids=str)
of_causal = pytest.mark.parametrize("options", CAUSAL, ids=str)


def build(**options: Any) -> tuple[Recurrent[MultiHeadAttention, Any, Array, Array], MultiHeadAttention]:
    """A model, and parameters in float64 none of which is 0."""
    model: Recurrent[MultiHeadAttention, Any, Array, Array] = fnn.self_attention(FEATURES, HEADS, **options)
    rng = np.random.default_rng(0)
    params = tree.map(lambda leaf: leaf + rng.normal(0, 0.3, leaf.shape), model.init(Key(0)))
    return model, params


def draw(*shape: int, seed: int = 1) -> Array:
    return np.random.default_rng(seed).standard_normal(shape)


def assert_close(found: Any, expected: Any) -> None:
    for a, b in zip(tree.leaves(found), tree.leaves(expected), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-13)


@of_all
def test_padded_is_each_sequence_alone(options: dict[str, Any]) -> None:
    model, params = build(**options)
    lengths = [3, 6, 1]
    mask = fnn.length_mask(np.array(lengths), 6)
    values = np.where(mask[:, :, None], draw(3, 6, FEATURES), np.nan)
    dy = draw(3, 6, FEATURES, seed=2)
    y, _, backward = fnn.padded(model).forward(params, Padded(values, mask), Key(0))
    grads, dx = backward(Padded(np.where(mask[:, :, None], dy, np.nan), mask))
    assert (y.values[~mask] == 0).all()
    assert (dx.values[~mask] == 0).all()
    total: Any = None
    for i, length in enumerate(lengths):
        alone, _, back = model.forward(params, values[i : i + 1, :length], Key(0))
        np.testing.assert_allclose(y.values[i : i + 1, :length], alone, rtol=1e-11)
        grads_alone, dx_alone = back(dy[i : i + 1, :length])
        np.testing.assert_allclose(dx.values[i : i + 1, :length], dx_alone, rtol=1e-10, atol=1e-13)
        total = grads_alone if total is None else tree.add(total, grads_alone)
    assert_close(grads, total)


@of_all
def test_holes_are_as_if_they_were_not(options: dict[str, Any]) -> None:
    model, params = build(**options)
    mask = np.array([[False, True, False, True, True, False]])
    values = draw(1, 6, FEATURES)
    y = fnn.padded(model).apply(params, Padded(values, mask)).values
    assert_close(y[mask], model.apply(params, values[:, mask[0]])[0])


@settings(deadline=None, max_examples=25)
@given(cuts=st.lists(st.integers(1, 4), min_size=1, max_size=4), which=st.integers(0, 1), seed=st.integers(0, 99))
def test_pieces_with_the_cache_are_the_whole(cuts: list[int], which: int, seed: int) -> None:
    model, params = build(**CAUSAL[which])
    x, dy = draw(2, sum(cuts), FEATURES, seed=seed), draw(2, sum(cuts), FEATURES, seed=seed + 1)
    whole, _, back = model.forward(params, x, Key(0))
    in_pieces = fnn.carried(model)
    carry = model.zero_carry(2, np.float64)
    ends = np.cumsum(cuts)[:-1]
    outputs, backs = [], []
    for piece in np.split(x, ends, axis=1):
        (y, carry), _, back_piece = in_pieces.forward(params, (piece, carry), Key(0))
        outputs.append(y)
        backs.append(back_piece)
    assert_close(np.concatenate(outputs, axis=1), whole)
    assert carry.keys.shape[2] == carry.mask.shape[1] == sum(cuts)
    # and going back through the caches is going back through the whole
    dcarry, grads, slopes = tree.zeros_like(carry), None, []
    for back_piece, dpiece in zip(reversed(backs), reversed(np.split(dy, ends, axis=1)), strict=True):
        more, (dx, dcarry) = back_piece((dpiece, dcarry))
        slopes.append(dx)
        grads = more if grads is None else tree.add(grads, more)
    assert dcarry.keys.shape[2] == 0
    expected, expected_dx = back(dy)
    assert_close((grads, np.concatenate(slopes[::-1], axis=1)), (expected, expected_dx))


@of_causal
def test_pieces_of_padded_sequences(options: dict[str, Any]) -> None:
    model, params = build(**options)
    first, second = np.array([[True, True, True], [True, False, False]]), np.array([[True, False], [True, True]])
    x = draw(2, 5, FEATURES)
    in_pieces = fnn.carried(fnn.padded(model))
    _, carry = in_pieces.apply(params, (Padded(x[:, :3], first), model.zero_carry(2, np.float64)))
    y, _ = in_pieces.apply(params, (Padded(x[:, 3:], second), carry))
    for i, steps in enumerate(([0, 1, 2, 3], [0, 3, 4])):
        alone = model.apply(params, x[i : i + 1, steps])
        count = second[i].sum()
        np.testing.assert_allclose(y.values[i][second[i]], alone[0, -count:], rtol=1e-11)


@of_causal
def test_one_may_go_on_from_a_cache_twice(options: dict[str, Any]) -> None:
    model, params = build(**options)
    in_pieces, x = fnn.carried(model), draw(1, 5, FEATURES)
    _, carry = in_pieces.apply(params, (x[:, :3], model.zero_carry(1, np.float64)))
    before = tree.copy(carry)
    one, _ = in_pieces.apply(params, (x[:, 3:], carry))
    other, _ = in_pieces.apply(params, (2 * x[:, 3:], carry))
    again, _ = in_pieces.apply(params, (x[:, 3:], carry))
    assert tree.equal(before, carry)
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


@of_causal
def test_causal_output_does_not_depend_on_later_inputs(options: dict[str, Any]) -> None:
    model, params = build(**options)
    x = draw(2, 6, FEATURES)
    later = x.copy()
    later[:, 4:] = draw(2, 2, FEATURES, seed=7)
    assert np.array_equal(model.apply(params, x)[:, :4], model.apply(params, later)[:, :4])
    _, _, backward = model.forward(params, x, Key(0))
    dy = np.zeros_like(x)
    dy[:, 3] = 1
    assert (backward(dy)[1][:, 4:] == 0).all()


@of_all
def test_backwards_is_the_flipped_sequence(options: dict[str, Any]) -> None:
    model, params = build(**options)
    x = draw(2, 5, FEATURES)
    assert_close(fnn.backwards(model).apply(params, x), model.apply(params, x[:, ::-1])[:, ::-1])


def test_order_tells_only_with_positions() -> None:
    x, order = draw(1, 5, FEATURES), [3, 0, 4, 1, 2]
    model, params = build()
    assert_close(model.apply(params, x[:, order]), model.apply(params, x)[:, order])
    model, params = build(rotary=True)
    assert abs(model.apply(params, x[:, order]) - model.apply(params, x)[:, order]).max() > 1e-3


def test_heads_attend_by_themselves() -> None:
    model, params = build(bias=False)
    x = draw(1, 5, FEATURES)
    size = FEATURES // HEADS
    total = np.zeros_like(x)
    for h in range(HEADS):
        of_head = slice(h * size, (h + 1) * size)
        scores = (x[0] @ params.query_weight[:, of_head]) @ (x[0] @ params.key_weight[:, of_head]).T / np.sqrt(size)
        weights = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        total += weights @ (x[0] @ params.value_weight[:, of_head]) @ params.output_weight[of_head]
    assert_close(model.apply(params, x), total)


def test_parameters() -> None:
    params = fnn.self_attention(8, 4, key_value_heads=2, rotary=True).init(Key(0))
    shapes = {path: leaf.shape for path, leaf in tree.leaves_with_paths(params)}
    assert shapes == {
        "query_weight": (8, 8),
        "key_weight": (8, 4),
        "value_weight": (8, 4),
        "output_weight": (8, 8),
        "query_bias": (8,),
        "key_bias": (4,),
        "value_bias": (4,),
        "output_bias": (8,),
    }
    assert fnn.self_attention(8, 4).init(Key(0)).key_bias is None
    assert len(tree.leaves(fnn.self_attention(8, 4, bias=False, rotary=True).init(Key(0)))) == 4


def test_a_key_bias_without_rotary_would_change_nothing() -> None:
    model, params = build()
    with_bias = fnn.replace(params, key_bias=draw(FEATURES, seed=3))
    x = draw(2, 5, FEATURES)
    assert_close(model.apply(params, x), model.apply(with_bias, x))


def test_options_that_do_not_fit() -> None:
    for options, text in [
        ({"features": 9, "heads": 2}, "features divisible by heads, got 9 by 2."),
        ({"features": 8, "heads": 4, "key_value_heads": 3}, "heads divisible by key_value_heads, got 4 by 3."),
        ({"features": 6, "heads": 2, "rotary": True}, "features / heads even, for rotary, got 3. Rotary positions"),
        ({"features": 8, "heads": 0}, "heads as an integer of at least 1, got 0."),
        ({"features": 8, "heads": 2, "key_value_heads": -1}, "key_value_heads as an integer of at least 1, got -1."),
    ]:
        with pytest.raises(HyperparameterError) as caught:
            fnn.self_attention(**options)  # type: ignore[call-overload]  # wrong on purpose
        assert str(caught.value).startswith(f"self_attention: expected {text}")


def test_input_and_masks_that_do_not_fit() -> None:
    model, params = build()
    with pytest.raises(ShapeError, match=r"^self_attention\(8, 4\): expected input of shape \(batch, time, 8\), got"):
        model.apply(params, draw(5, 8))
    with pytest.raises(ShapeError, match=r"Each step must hold 8 features\."):
        model.apply(params, draw(1, 5, 7))
    with pytest.raises(ShapeError, match=r"expected mask of shape \(2, 5\), \(batch, time\), got shape \(2, 4\)"):
        fnn.padded(model).apply(params, Padded(draw(2, 5, 8), np.ones((2, 4), np.bool_)))
    with pytest.raises(DtypeError, match=r"expected mask as an array of booleans, got float64 of shape \(2, 5\)"):
        fnn.padded(model).apply(params, Padded(draw(2, 5, 8), np.ones((2, 5))))  # type: ignore[arg-type]  # wrong on purpose


def test_carries_that_do_not_fit() -> None:
    model, params = build(causal=True)
    in_pieces, x = fnn.carried(model), draw(2, 3, FEATURES)
    _, carry = in_pieces.apply(params, (x, model.zero_carry(2, np.float64)))
    with pytest.raises(ShapeError, match=r"expected carry\.keys of shape \(2, 4, 0, 2\), got shape \(1, 4, 0, 2\)\."):
        in_pieces.apply(params, (x, model.zero_carry(1, np.float64)))
    with pytest.raises(DtypeError, match=r"expected carry\.keys of dtype float64, got float32\."):
        in_pieces.apply(params, (x, model.zero_carry(2)))
    text = r"expected a carry with as many keys as values and steps in the mask, got 3, 2 and 3\."
    with pytest.raises(ShapeError, match=text):
        in_pieces.apply(params, (x, KeyValues(carry.keys, carry.values[:, :, :2], carry.mask)))
