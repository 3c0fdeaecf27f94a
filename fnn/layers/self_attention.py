"""Multi-head self-attention, with grouped queries, rotary positions, masks, and a cache of keys and values."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, overload

import numpy as np
from numpy.typing import DTypeLike

from fnn.arrays import Array, BoolArray, Shape
from fnn.errors import HyperparameterError, ShapeError
from fnn.initializers import Initializer, glorot_uniform, zeros
from fnn.model import layer
from fnn.ops.attention import AttentionCache, attention_backward, attention_forward
from fnn.ops.linear import LinearCache, linear_backward, linear_forward
from fnn.ops.rotary import RotaryCache, rotary_backward, rotary_forward, rotary_table
from fnn.ops.steps import cleared, step_positions
from fnn.random import Key
from fnn.recurrent.model import Recurrent, Steps, recurrent
from fnn.sequences import check_mask, check_sequence, sequence_shape
from fnn.tree import record
from fnn.validate import positive


@record
class MultiHeadAttention:
    """Parameters of self-attention: one weight and bias, or None, for queries, keys, values and the output.

    query_weight and output_weight (features, features), key_weight and value_weight (features, key heads * size), with
    size = features / heads; columns, and the output's rows, are ordered by heads. There is a key_bias with rotary
    positions alone: without them it would add the same to all scores of a query, and change nothing.
    """

    query_weight: Array
    key_weight: Array
    value_weight: Array
    output_weight: Array
    query_bias: Array | None
    key_bias: Array | None
    value_bias: Array | None
    output_bias: Array | None


@record
class KeyValues:
    """Keys and values (batch, key heads, time, size) of the steps so far, and their mask (batch, time).

    The carry of causal self-attention, which grows with every step: what is called a key/value cache.
    """

    keys: Array
    values: Array
    mask: BoolArray


class _Cache(NamedTuple):
    query: LinearCache
    key: LinearCache
    value: LinearCache
    turns: RotaryCache | None
    attention: AttentionCache
    output: LinearCache
    past: KeyValues | None
    there: BoolArray | None
    reverse: bool


@overload
def self_attention(
    features: int,
    heads: int,
    *,
    causal: Literal[True],
    key_value_heads: int | None = None,
    rotary: bool = False,
    bias: bool = True,
    weight: Initializer = glorot_uniform,
) -> Recurrent[MultiHeadAttention, KeyValues, Array, Array]: ...
@overload
def self_attention(
    features: int,
    heads: int,
    *,
    causal: Literal[False] = False,
    key_value_heads: int | None = None,
    rotary: bool = False,
    bias: bool = True,
    weight: Initializer = glorot_uniform,
) -> Recurrent[MultiHeadAttention, None, Array, Array]: ...
def self_attention(
    features: int,
    heads: int,
    *,
    causal: bool = False,
    key_value_heads: int | None = None,
    rotary: bool = False,
    bias: bool = True,
    weight: Initializer = glorot_uniform,
) -> Recurrent[MultiHeadAttention, Any, Array, Array]:
    """Attention of each step to the steps of its sequence, from ``(batch, time, features)`` to the same shape.

    Queries, keys and values are linear maps of the input, cut into ``heads`` heads that attend by themselves; another
    linear map mixes what they return. With fewer ``key_value_heads``, several heads of queries share one of keys and
    values. ``rotary`` turns queries and keys by their positions; without it, and without positions added to the input,
    only a causal mask tells one order of the steps from another. ``weight`` is the initializer of all four maps; biases
    begin at 0, or are left out.

    With ``causal`` a step attends itself and those before it, and its carry, `KeyValues`, lets a sequence come in
    pieces, see ``step`` and `carried`; without it the carry is None, and a sequence comes whole. Of padded sequences,
    see `padded`, only the steps that are there are attended and counted.

    Raises HyperparameterError for features that the heads do not divide, or heads that the key_value_heads do not;
    DtypeError for input that is not float of the parameters' dtype, ShapeError for input of another shape, DataError
    for an empty batch. The mathematics stands in `fnn.ops.attention` and `fnn.ops.rotary`.

    Reference: Vaswani et al. (2017), "Attention is all you need", sec. 3.2.2.

    >>> import fnn
    >>> model = fnn.self_attention(8, 2, causal=True)
    >>> params, x = model.init(fnn.Key(0)), fnn.Key(1).rng().random((1, 5, 8), np.float32)
    >>> _, cache = model.step(params, x[:, :4])
    >>> last, cache = model.step(params, x[:, 4:], cache)
    >>> np.allclose(last, model.apply(params, x)[:, 4:], atol=1e-6), cache.keys.shape
    (True, (1, 2, 5, 4))
    """
    key_heads = heads if key_value_heads is None else key_value_heads
    positive("self_attention", features=features, heads=heads, key_value_heads=key_heads)
    name = f"self_attention({features}, {heads}{', causal' if causal else ''})"
    size = features // heads
    if features % heads:
        raise HyperparameterError("self_attention", "features divisible by heads", f"{features} by {heads}")
    if heads % key_heads:
        raise HyperparameterError("self_attention", "heads divisible by key_value_heads", f"{heads} by {key_heads}")
    if rotary and size % 2:
        hint = "Rotary positions turn pairs of features."
        raise HyperparameterError("self_attention", "features / heads even, for rotary", str(size), hint)

    def init(key: Key) -> MultiHeadAttention:
        first, second, third, fourth = key.split(4)
        key_width = key_heads * size
        return MultiHeadAttention(
            weight(first, (features, features)),
            weight(second, (features, key_width)),
            weight(third, (features, key_width)),
            weight(fourth, (features, features)),
            zeros(key, (features,)) if bias else None,
            zeros(key, (key_width,)) if bias and rotary else None,
            zeros(key, (key_width,)) if bias else None,
            zeros(key, (features,)) if bias else None,
        )

    def forward(params: MultiHeadAttention, steps: Steps[Array, Any]) -> tuple[tuple[Array, Any], _Cache]:
        check_sequence(steps.values, features, params.query_weight, name)
        there: BoolArray | None = _there(steps, name)
        past: KeyValues | None = steps.carry
        x = cleared(_turned(steps.values, steps.reverse), there)
        query, query_cache = _to_heads(x, params.query_weight, params.query_bias, heads)
        key, key_cache = _to_heads(x, params.key_weight, params.key_bias, key_heads)
        value, value_cache = _to_heads(x, params.value_weight, params.value_bias, key_heads)
        turns = None
        if rotary:
            before = np.zeros(1, np.int64) if past is None else past.mask.sum(axis=1)
            cos, sin = rotary_table(step_positions(before, x.shape[1], there)[:, None], size)
            query, turns = rotary_forward(query, cos, sin)
            key, _ = rotary_forward(key, cos, sin)
        carry, seen = None, there
        if past is not None:
            new = KeyValues(key, value, np.ones(x.shape[:2], np.bool_) if there is None else there)
            carry = _joined(past, new, name)
            key, value = carry.keys, carry.values
            seen = None if carry.mask.all() else carry.mask
        mask = None if seen is None else seen[:, None, None, :]
        y, attention_cache = attention_forward(
            query, key, value, mask=mask, causal=causal, offset=key.shape[2] - x.shape[1]
        )
        rows, output_cache = linear_forward(_rows(y), params.output_weight, params.output_bias)
        out = _turned(cleared(rows.reshape(x.shape), there), steps.reverse)
        return (out, carry), _Cache(
            query_cache, key_cache, value_cache, turns, attention_cache, output_cache, past, there, steps.reverse
        )

    def backward(dy: tuple[Array, Any], cache: _Cache) -> tuple[MultiHeadAttention, Steps[Array, Any]]:
        dout, dcarry = dy
        dout = cleared(_turned(dout, cache.reverse), cache.there)
        drows, doutput_weight, doutput_bias = linear_backward(dout.reshape(-1, features), cache.output)
        dheads = drows.reshape(*dout.shape[:2], heads, size).swapaxes(1, 2)
        dquery, dkey, dvalue = attention_backward(dheads, cache.attention)
        dpast = None
        if cache.past is not None:
            dkey += dcarry.keys
            dvalue += dcarry.values
            before = dkey.shape[2] - dout.shape[1]
            dpast = KeyValues(dkey[:, :, :before], dvalue[:, :, :before], cache.past.mask)
            dkey, dvalue = dkey[:, :, before:], dvalue[:, :, before:]
        if cache.turns is not None:
            dquery, dkey = rotary_backward(dquery, cache.turns), rotary_backward(dkey, cache.turns)
        dx, dquery_weight, dquery_bias = linear_backward(_rows(dquery), cache.query)
        of_key, dkey_weight, dkey_bias = linear_backward(_rows(dkey), cache.key)
        of_value, dvalue_weight, dvalue_bias = linear_backward(_rows(dvalue), cache.value)
        dx += of_key
        dx += of_value
        grads = MultiHeadAttention(
            dquery_weight,
            dkey_weight,
            dvalue_weight,
            doutput_weight,
            dquery_bias if bias else None,
            dkey_bias if bias and rotary else None,
            dvalue_bias if bias else None,
            doutput_bias if bias else None,
        )
        return grads, Steps(_turned(cleared(dx.reshape(dout.shape), cache.there), cache.reverse), dpast)

    def shape(s: Shape) -> Shape:
        return sequence_shape(s, features, features, name)

    def flops(s: Shape) -> int:
        """The maps, turns, scaled queries, softmax, and the products of scores and means; a mask saves nothing."""
        time, key_width = s[0], key_heads * size
        maps = 4 * features * (features + key_width) + (2 * features + (1 + rotary) * key_width if bias else 0)
        turns = 3 * (features + key_width) if rotary else 0
        steps: int = time * (maps + turns + features + heads * time + 4 * time * features)
        return steps

    def begin(batch_size: int, dtype: DTypeLike) -> KeyValues | None:
        nothing: Array = np.zeros((batch_size, key_heads, 0, size), dtype)
        return KeyValues(nothing, nothing, np.zeros((batch_size, 0), np.bool_)) if causal else None

    return recurrent(
        layer(init, forward, backward, name=name, shape=shape, flops=flops, record=MultiHeadAttention), begin
    )


def _there(steps: Steps[Array, Any], place: str) -> BoolArray | None:
    """The mask (batch, time) in the order in which the steps are taken."""
    if steps.mask is None:
        return None
    check_mask(steps.mask, steps.values.shape[:2], place)
    return steps.mask[:, ::-1] if steps.reverse else steps.mask


def _turned(x: Array, reverse: bool) -> Array:
    return x[:, ::-1] if reverse else x


def _to_heads(x: Array, weight: Array, bias: Array | None, heads: int) -> tuple[Array, LinearCache]:
    """A linear map of each step, cut into heads: (batch, heads, time, size). One product for all steps."""
    y, cache = linear_forward(x.reshape(-1, x.shape[2]), weight, bias)
    return y.reshape(*x.shape[:2], heads, -1).swapaxes(1, 2), cache


def _rows(x: Array) -> Array:
    """From heads (batch, heads, time, size) to one row a step (batch * time, heads * size)."""
    batch, heads, time, size = x.shape
    return x.swapaxes(1, 2).reshape(batch * time, heads * size)


def _joined(past: KeyValues, new: KeyValues, place: str) -> KeyValues:
    time = past.mask.shape[1]
    if not time == past.keys.shape[2] == past.values.shape[2]:
        got = f"{past.keys.shape[2]}, {past.values.shape[2]} and {time}"
        raise ShapeError(place, "a carry with as many keys as values and steps in the mask", got)
    if time == 0:
        return new
    return KeyValues(
        np.concatenate((past.keys, new.keys), axis=2),
        np.concatenate((past.values, new.values), axis=2),
        np.concatenate((past.mask, new.mask), axis=1),
    )
