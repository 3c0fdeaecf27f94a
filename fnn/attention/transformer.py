"""The decoder-only transformer: from tokens to the scores of the tokens that follow them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeAlias, get_args

from fnn.arrays import Array, IntArray, Shape, describe
from fnn.attention.transformer_block import Norm, TransformerBlock, transformer_block
from fnn.combine import as_model
from fnn.errors import HyperparameterError, StructureError
from fnn.initializers import normal
from fnn.layers.activations import gelu_tanh
from fnn.layers.dense import Dense, dense
from fnn.layers.dropout import dropout as dropping
from fnn.layers.embedding import Embedding, embedding
from fnn.layers.layer_norm import layer_norm
from fnn.layers.learned_positions import LearnedPositions, learned_positions
from fnn.layers.sinusoidal_positions import sinusoidal_positions
from fnn.model import Fn, Model, Part
from fnn.random import Key
from fnn.recurrent.model import Recurrent, Steps, recurrent
from fnn.recurrent.stacked import stacked
from fnn.recurrent.time_distributed import time_distributed
from fnn.tree import record
from fnn.validate import positive

Positions: TypeAlias = Literal["rotary", "learned", "sinusoidal"]

_small = normal(0.02)


@record
class Transformer:
    """Parameters of a transformer; positions are None unless they are learned."""

    embedding: Embedding
    positions: LearnedPositions | None
    blocks: tuple[TransformerBlock, ...]
    norm: Norm
    out: Dense


def transformer(
    vocabulary: int,
    features: int,
    heads: int,
    blocks: int,
    *,
    positions: Positions = "rotary",
    length: int | None = None,
    hidden: int | None = None,
    key_value_heads: int | None = None,
    dropout: float = 0,
    activation: Fn[Array, Array] = gelu_tanh,
    norm: Callable[[int], Model[Any, Array, Array]] = layer_norm,
) -> Recurrent[Transformer, tuple[Any, ...], IntArray, Array]:
    """A causal transformer over tokens: embedding, positions, ``blocks`` transformer blocks, normalization, dense.

    From tokens ``(batch, time)``, whole numbers below ``vocabulary``, to logits ``(batch, time, vocabulary)``: those at
    a step are the scores of the token at the next, and depend on this step and those before it. ``positions`` are
    ``"rotary"``, ``"learned"``, for sequences of at most ``length`` tokens, or ``"sinusoidal"``. ``dropout`` is the
    probability of dropping behind the positions and in the blocks; the other options are those of `transformer_block`.

    The carry holds the keys and values of all blocks: ``step(params, tokens, carry) -> (logits, carry)`` goes on from
    there, and `generate` draws tokens with it. Raises HyperparameterError for options out of range, and for a length
    where none is wanted or none where one is.

    Reference: Radford et al. (2019), "Language models are unsupervised multitask learners", sec. 2.3.

    >>> import fnn, numpy as np
    >>> model = fnn.transformer(27, 8, 2, 2)
    >>> model.apply(model.init(fnn.Key(0)), np.array([[3, 1, 26, 0]])).shape
    (1, 4, 27)
    """
    positive("transformer", vocabulary=vocabulary, features=features, heads=heads, blocks=blocks)
    name = f"transformer({vocabulary}, {features}, {heads}, {blocks})"
    block = transformer_block(
        features,
        heads,
        causal=True,
        hidden=hidden,
        key_value_heads=key_value_heads,
        rotary=positions == "rotary",
        dropout=dropout,
        activation=activation,
        norm=norm,
    )
    table = _positions(positions, length, features)
    stages: dict[str, Recurrent[Any, Any, Any, Any]] = {
        "embedding": time_distributed(embedding(vocabulary, features)),
        **({} if table is None else {"positions": table}),
        **({"dropout": time_distributed(as_model(dropping(dropout)))} if dropout > 0 else {}),
        **{f"blocks.{i}": block for i in range(blocks)},
        "norm": time_distributed(norm(features)),
        "out": time_distributed(dense(features, vocabulary, weight=_small)),  # at first all tokens are about alike
    }
    tower: Recurrent[tuple[Any, ...], tuple[Any, ...], IntArray, Array] = stacked(*stages.values())

    def named(parts: tuple[Any, ...]) -> Transformer:
        of = dict(zip(stages, parts, strict=True))
        each = tuple(of[f"blocks.{i}"] for i in range(blocks))
        return Transformer(of["embedding"], of.get("positions"), each, of["norm"], of["out"])

    def plain(params: Any) -> tuple[Any, ...]:
        if not isinstance(params, Transformer) or len(params.blocks) != blocks:
            expected = f"parameters Transformer with {blocks} blocks"
            raise StructureError(name, expected, describe(params), "Use this model's init or load.")
        each = {f"blocks.{i}": of_block for i, of_block in enumerate(params.blocks)}
        return tuple(each[stage] if stage in each else getattr(params, stage, None) for stage in stages)

    def forward(params: Transformer, steps: Steps[IntArray, Any], key: Key) -> Any:
        y, renewed, back = tower.sweep.forward(plain(params), steps, key)

        def backward(dy: tuple[Array, Any]) -> tuple[Transformer, Steps[IntArray, Any]]:
            grads, dsteps = back(dy)
            return named(grads), dsteps

        return y, named(renewed), backward

    def parts(s: Shape) -> list[Part]:
        inner = tower.parts(s) if tower.parts is not None else []
        return [part._replace(label=label) for label, part in zip(stages, inner, strict=True)]

    sweep: Model[Transformer, Steps[IntArray, Any], tuple[Array, Any]] = Model(
        lambda key: named(tower.init(key)),
        lambda params, steps: tower.sweep.apply(plain(params), steps),
        forward,
        name=name,
        shape=tower.shape,
        flops=tower.flops,
        parts=parts,
    )
    return recurrent(sweep, tower.begin)


def _positions(kind: Positions, length: int | None, features: int) -> Recurrent[Any, Any, Array, Array] | None:
    if kind not in get_args(Positions):
        raise HyperparameterError("transformer", f"positions among {', '.join(get_args(Positions))}", repr(kind))
    if (kind == "learned") != (length is not None):
        hint = "It is the length of the table of learned positions; the others go on for ever."
        raise HyperparameterError("transformer", "a length with learned positions, and only then", repr(length), hint)
    if length is not None:
        return learned_positions(length, features)
    return sinusoidal_positions if kind == "sinusoidal" else None
