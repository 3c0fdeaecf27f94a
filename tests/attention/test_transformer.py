from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fnn
from fnn import Array, IntArray, Key, Transformer, tree
from fnn.errors import DataError, DtypeError, HyperparameterError, ShapeError, StructureError

VOCABULARY = 11

OPTIONS: list[dict[str, Any]] = [
    {},
    {"key_value_heads": 1, "norm": fnn.rms_norm, "activation": fnn.swiglu},
    {"positions": "learned", "length": 16},
    {"positions": "sinusoidal"},
]
of_all = pytest.mark.parametrize("options", OPTIONS, ids=["rotary", "grouped", "learned", "sinusoidal"])


def build(**options: Any) -> tuple[fnn.Recurrent[Transformer, tuple[Any, ...], IntArray, Array], Transformer]:
    """A model, and parameters in float64 that make it certain of its choices."""
    model = fnn.transformer(VOCABULARY, 8, 2, 2, **options)
    rng = np.random.default_rng(0)
    return model, tree.map(lambda leaf: leaf + rng.normal(0, 0.5, leaf.shape), model.init(Key(0)))


def tokens(*shape: int, seed: int = 1) -> IntArray:
    return np.random.default_rng(seed).integers(0, VOCABULARY, shape)


def uncached(model: Any, params: Any, prompt: IntArray, count: int, **options: Any) -> IntArray:
    """What `generate` does, without its carry: the whole sequence through the model for every token."""
    found = prompt
    for i in range(count):
        logits = model.apply(params, found)[:, -1]
        found = np.concatenate([found, fnn.sample(logits, Key(3).fold(i), **options)[:, None]], axis=1)
    return found[:, prompt.shape[1] :]


def together(found: Any) -> IntArray:
    return np.stack(list(found), axis=1)


@of_all
def test_generation_with_the_cache_is_that_without(options: dict[str, Any]) -> None:
    model, params = build(**options)
    prompt = tokens(3, 4)
    choices: list[dict[str, Any]] = [{"temperature": 0.0}, {"temperature": 0.7, "top_k": 5}]
    for drawing in choices:
        found = together(fnn.generate(model, params, prompt, Key(3), count=10, **drawing))
        assert np.array_equal(found, uncached(model, params, prompt, 10, **drawing))


@of_all
def test_logits_with_the_cache_are_those_without(options: dict[str, Any]) -> None:
    model, params = build(**options)
    x = tokens(2, 9)
    logits, cache = model.step(params, x[:, :4])  # the prompt, then token by token
    found = [logits]
    for i in range(4, 9):
        logits, cache = model.step(params, x[:, i : i + 1], cache)
        found.append(logits)
    np.testing.assert_allclose(np.concatenate(found, axis=1), model.apply(params, x), rtol=1e-10, atol=1e-12)


@of_all
def test_prompts_of_unequal_lengths(options: dict[str, Any]) -> None:
    model, params = build(**options)
    prompts = [tokens(n, seed=n) for n in (5, 2, 3)]
    found = together(fnn.generate(model, params, fnn.pad_sequences(prompts), Key(0), count=6, temperature=0))
    for row, prompt in zip(found, prompts, strict=True):
        alone = together(fnn.generate(model, params, prompt[None], Key(0), count=6, temperature=0))
        assert np.array_equal(row, alone[0])


@of_all
def test_logits_do_not_depend_on_later_tokens(options: dict[str, Any]) -> None:
    model, params = build(**options)
    x, later = tokens(2, 8), tokens(2, 8)
    later[:, 5:] = (later[:, 5:] + 1) % VOCABULARY
    assert np.array_equal(model.apply(params, x)[:, :5], model.apply(params, later)[:, :5])


@of_all
def test_parameters_are_saved_and_loaded(options: dict[str, Any], tmp_path: Path) -> None:
    _, params = build(**options)
    fnn.save(tmp_path / "model.npz", params)
    assert tree.equal(fnn.load(tmp_path / "model.npz", Transformer), params)


def test_dropout_is_for_training() -> None:
    model = fnn.transformer(VOCABULARY, 8, 2, 2, dropout=0.3)
    params, x = model.init(Key(0)), tokens(2, 6)
    assert not np.array_equal(model.forward(params, x, Key(0))[0], model.apply(params, x))
    assert np.array_equal(model.apply(params, x), fnn.transformer(VOCABULARY, 8, 2, 2).apply(params, x))


def test_begins_with_all_tokens_alike() -> None:
    for options in OPTIONS:
        model = fnn.transformer(VOCABULARY, 8, 2, 2, **options)
        loss, _ = fnn.softmax_cross_entropy(model.apply(model.init(Key(0)), tokens(4, 9)), tokens(4, 9, seed=2))
        assert loss == pytest.approx(np.log(VOCABULARY), abs=0.02)


def test_learns_to_repeat() -> None:
    """To say again what was said four tokens before needs attention and positions."""
    model = fnn.transformer(5, 16, 2, 2)
    rng = np.random.default_rng(0)
    optimizer = fnn.adam(1e-2)
    params = model.init(Key(0))
    state = optimizer.start(params)
    for _ in range(120):
        x = np.tile(rng.integers(0, 5, (16, 4)), 3)
        logits, _, backward = model.forward(params, x[:, :-1], Key(0))
        loss, dy = fnn.softmax_cross_entropy(logits[:, 3:], x[:, 4:])
        whole = np.zeros_like(logits)
        whole[:, 3:] = dy
        params, state = optimizer.update(backward(whole)[0], state, params)
    assert loss < 0.1
    prompt = np.array([[4, 1, 0, 2, 4]])
    found = together(islice(fnn.generate(model, params, prompt, Key(0), temperature=0), 6))
    assert found.tolist() == [[1, 0, 2, 4, 1, 0]]


def test_names_of_the_parts() -> None:
    model, params = build(positions="learned", length=16)
    assert params.positions is not None
    assert params.positions.weight.shape == (16, 8)
    table = str(fnn.summary(model, (9,)))
    for label in ("embedding: ", "positions: ", "blocks.0: ", "blocks.1: ", "norm: ", "out: "):
        assert label in table
    assert build()[1].positions is None


def test_options_that_do_not_fit() -> None:
    bad: list[tuple[dict[str, Any], str]] = [
        ({"positions": "absolute"}, "positions among rotary, learned, sinusoidal, got 'absolute'."),
        ({"length": 5}, "a length with learned positions, and only then, got 5. It is the length of the table"),
        ({"positions": "learned"}, "a length with learned positions, and only then, got None."),
        ({"blocks": 0}, "blocks as an integer of at least 1, got 0."),
    ]
    for options, text in bad:
        arguments: dict[str, Any] = {"vocabulary": 11, "features": 8, "heads": 2, "blocks": 1, **options}
        with pytest.raises(HyperparameterError) as caught:
            fnn.transformer(**arguments)
        assert str(caught.value).startswith(f"transformer: expected {text}")


def test_input_that_does_not_fit() -> None:
    model, params = build(positions="learned", length=16)
    with pytest.raises(DataError, match=r"embedding\(11, 8\): expected indices from 0 to 10, got 11"):
        model.apply(params, np.array([[0, 11]]))
    with pytest.raises(DtypeError, match=r"embedding\(11, 8\): expected indices as an array of integers"):
        model.apply(params, np.zeros((1, 2)))  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(ShapeError, match=r"learned_positions\(16, 8\): expected sequences of at most 16 steps, got 17"):
        model.apply(params, tokens(1, 17))
    with pytest.raises(ShapeError, match=r"at most 16 steps, got 17"):
        together(fnn.generate(model, params, tokens(1, 10), Key(0), count=8))
    text = r"^transformer\(11, 8, 2, 2\): expected parameters Transformer with 2 blocks, got a Transformer"
    with pytest.raises(StructureError, match=text):
        model.apply(fnn.replace(params, blocks=params.blocks[:1]), tokens(1, 3))
