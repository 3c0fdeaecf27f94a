from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fnn.arrays import Array, BoolArray
from fnn.errors import DtypeError, HyperparameterError, ShapeError
from fnn.ops import attention_backward, attention_forward


def draw(
    *heads: int, queries: int = 4, keys: int = 4, size: int = 3, seed: int = 0, dtype: Any = np.float64
) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(seed)
    of_queries, of_keys = heads if len(heads) == 2 else heads * 2
    query: Array = rng.standard_normal((2, of_queries, queries, size)).astype(dtype)
    key: Array = rng.standard_normal((2, of_keys, keys, size)).astype(dtype)
    value: Array = rng.standard_normal((2, of_keys, keys, size)).astype(dtype)
    return query, key, value


def one_query(query: Array, keys: Array, values: Array, seen: BoolArray) -> Array:
    """The definition, for one query of one head."""
    powers = np.exp(keys @ query / np.sqrt(len(query))) * seen
    mean: Array = (powers[:, None] * values).sum(axis=0) / powers.sum()
    return mean


@pytest.mark.parametrize(("heads", "key_heads"), [(1, 1), (2, 2), (6, 3), (4, 1)])
def test_definition(heads: int, key_heads: int) -> None:
    query, key, value = draw(heads, key_heads, queries=3, keys=5)
    mask = np.random.default_rng(1).random((2, heads, 3, 5)) < 0.7
    mask[..., 0] = True
    y, _ = attention_forward(query, key, value, mask=mask, causal=True, offset=2)
    for n, h, i in np.ndindex(2, heads, 3):
        shared = h // (heads // key_heads)
        seen = mask[n, h, i] & (np.arange(5) <= i + 2)
        np.testing.assert_allclose(y[n, h, i], one_query(query[n, h, i], key[n, shared], value[n, shared], seen))


def test_grouped_is_keys_repeated() -> None:
    query, key, value = draw(6, 2, keys=5)
    dy = np.random.default_rng(1).standard_normal(query.shape)
    y, cache = attention_forward(query, key, value)
    y_repeated, cache_repeated = attention_forward(query, key.repeat(3, axis=1), value.repeat(3, axis=1))
    np.testing.assert_allclose(y, y_repeated, rtol=1e-13)
    dquery, dkey, dvalue = attention_backward(dy, cache)
    others = attention_backward(dy, cache_repeated)
    np.testing.assert_allclose(dquery, others[0], rtol=1e-12, atol=1e-14)
    for found, repeated in zip((dkey, dvalue), others[1:], strict=True):
        np.testing.assert_allclose(found, repeated.reshape(2, 2, 3, 5, 3).sum(axis=2), rtol=1e-12, atol=1e-14)


@settings(deadline=None, max_examples=30)
@given(time=st.integers(1, 7), cut=st.integers(1, 7), seed=st.integers(0, 99))
def test_causal_output_does_not_depend_on_later_inputs(time: int, cut: int, seed: int) -> None:
    query, key, value = draw(2, queries=time, keys=time, seed=seed)
    cut = min(cut, time)
    y, _ = attention_forward(query, key, value, causal=True)
    later = [x.copy() for x in (key, value)]
    for x in later:
        x[:, :, cut:] = 1e3
    changed, _ = attention_forward(query, *later, causal=True)
    assert np.array_equal(y[:, :, :cut], changed[:, :, :cut])
    alone, _ = attention_forward(*(x[:, :, :cut] for x in (query, key, value)), causal=True)
    np.testing.assert_allclose(y[:, :, :cut], alone, rtol=1e-12)


@pytest.mark.parametrize("first", [0, 1, 3])
def test_offset_is_the_number_of_keys_before(first: int) -> None:
    query, key, value = draw(4, 2, queries=5, keys=5)
    y, _ = attention_forward(query, key, value, causal=True)
    last, _ = attention_forward(query[:, :, first:], key, value, causal=True, offset=first)
    np.testing.assert_allclose(last, y[:, :, first:], rtol=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("how", ["mask", "bias", "causal"])
def test_row_without_keys_is_zero(how: str, dtype: type[np.float32 | np.float64]) -> None:
    query, key, value = draw(2, 1, dtype=dtype)
    mask = np.ones((1, 1, 4, 4), np.bool_)
    mask[0, 0, :2] = False
    ways: dict[str, dict[str, Any]] = {
        "mask": {"mask": mask},
        "bias": {"bias": np.where(mask, 0, -np.inf)},
        "causal": {"causal": True, "offset": -2},  # the first two queries stand before the first key
    }
    y, cache = attention_forward(query, key, value, **ways[how])
    assert y.dtype == dtype
    assert (y[:, :, :2] == 0).all()
    assert (cache.weights[:, :, :2] == 0).all()
    assert (y[:, :, 2:] != 0).all()
    dy = np.ones_like(y)
    gradients = attention_backward(dy, cache)
    assert (gradients[0][:, :, :2] == 0).all()
    dy[:, :, :2] = 1e6  # nor does it reach keys and values
    for a, b in zip(gradients[1:], attention_backward(dy, cache)[1:], strict=True):
        assert np.array_equal(a, b)


def test_weights_are_a_distribution() -> None:
    _, cache = attention_forward(*draw(2), causal=True)
    np.testing.assert_allclose(cache.weights.sum(axis=-1), 1, rtol=1e-14)
    assert (np.triu(cache.weights, 1) == 0).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_scores_do_not_overflow(dtype: type[np.float32 | np.float64]) -> None:
    query, key, value = draw(1, dtype=dtype)
    y, cache = attention_forward(1e4 * query, 1e4 * key, value)
    best = (query @ key.swapaxes(-1, -2)).argmax(axis=-1)
    np.testing.assert_allclose(y, np.take_along_axis(value, best[..., None], axis=2), rtol=1e-6)
    assert all(np.isfinite(gradient).all() for gradient in attention_backward(y, cache))


def test_softcap_bounds_the_scores() -> None:
    query, key, value = draw(1, keys=2)
    _, cache = attention_forward(100 * query, 100 * key, value, softcap=0.5)
    assert cache.weights.min() >= 1 / (1 + np.exp(1.0))
    uncapped, _ = attention_forward(query, key, value)
    np.testing.assert_allclose(attention_forward(query, key, value, softcap=1e6)[0], uncapped, rtol=1e-10)


def test_without_batch_and_with_two() -> None:
    query, key, value = draw(4, 2)
    y, _ = attention_forward(query, key, value)
    np.testing.assert_allclose(attention_forward(query[1], key[1], value[1])[0], y[1], rtol=1e-14)
    stacked, _ = attention_forward(*(np.stack([x, x]) for x in (query, key, value)))
    np.testing.assert_allclose(stacked[1], y, rtol=1e-14)


def test_shapes_that_do_not_fit() -> None:
    query, key, value = draw(2)
    text = r"query \(\.\.\., heads, queries, size\), .* got \(2, 2, 4, 2\), \(2, 2, 4, 3\) and \(2, 2, 4, 3\)\."
    with pytest.raises(ShapeError, match=rf"^attention: expected {text}"):
        attention_forward(query[..., :2], key, value)
    for bad in ((query[0], key, value), (query[:1], key, value), (query, key, value[:, :, :3]), (query, key[0], value)):
        with pytest.raises(ShapeError, match=r"^attention: expected query"):
            attention_forward(*bad)
    text = r"^attention: expected heads as a multiple of key heads, got 2 and 4\. Each head of keys serves"
    with pytest.raises(ShapeError, match=text):
        attention_forward(query, *draw(4)[1:])
    with pytest.raises(ShapeError, match=r"^attention: expected at least one key, got key of shape \(2, 2, 0, 3\)\."):
        attention_forward(query, key[:, :, :0], value[:, :, :0])


def test_masks_of_wrong_shape_or_dtype() -> None:
    query, key, value = draw(2)
    with pytest.raises(DtypeError, match=r"^attention: expected a boolean mask, got float64 of shape \(1, 1, 4, 4\)\."):
        attention_forward(query, key, value, mask=np.ones((1, 1, 4, 4)))  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(ShapeError) as caught:
        attention_forward(query, key, value, mask=np.ones((4, 4), np.bool_))
    assert str(caught.value) == (
        "attention: expected mask of shape (2, 2, 4, 4), or with axes of size 1, got shape (4, 4). "
        "Write mask[:, None, None, :] if it is (batch, keys), mask[None, None] if it is (queries, keys)."
    )
    with pytest.raises(
        ShapeError, match=r"^attention: expected mask of shape .*, got shape \(2, 1, 4, 3\)\. Each axis"
    ):
        attention_forward(query, key, value, mask=np.ones((2, 1, 4, 3), np.bool_))
    with pytest.raises(ShapeError, match=r"^attention: expected bias of shape \(2, 2, 4, 4\), .* got shape \(4,\)\."):
        attention_forward(query, key, value, bias=np.zeros(4))


@pytest.mark.parametrize("softcap", [0.0, -1.0, float("nan"), float("inf")])
def test_softcap_out_of_range(softcap: float) -> None:
    with pytest.raises(HyperparameterError, match=rf"^attention: expected softcap in \(0, inf\), got {softcap!r}\."):
        attention_forward(*draw(1), softcap=softcap)
