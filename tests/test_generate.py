from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np
import pytest

import fnn
from fnn import Key, Padded
from fnn.errors import DataError, DtypeError, HyperparameterError, ShapeError, StructureError

LSTM: Any = fnn.stacked(
    fnn.time_distributed(fnn.embedding(7, 4)), fnn.lstm(4, 5), fnn.time_distributed(fnn.dense(5, 7))
)
PARAMS: Any = fnn.tree.map(lambda leaf: 3 * leaf, LSTM.init(Key(0)))
PROMPT = np.array([[1, 2, 3], [4, 5, 6]])


def together(found: Any) -> Any:
    return np.stack(list(found), axis=1)


def test_recurrent_network_goes_on_from_its_carry() -> None:
    found = together(fnn.generate(LSTM, PARAMS, PROMPT, Key(0), count=8))
    assert found.shape == (2, 8)
    so_far = PROMPT
    for i in range(8):
        logits = LSTM.apply(PARAMS, so_far)[:, -1]
        so_far = np.concatenate([so_far, fnn.sample(logits, Key(0).fold(i))[:, None]], axis=1)
    assert np.array_equal(so_far[:, 3:], found)


def test_padded_prompts() -> None:
    prompts = [np.array([1, 2, 3]), np.array([4])]
    found = together(fnn.generate(LSTM, PARAMS, fnn.pad_sequences(prompts), Key(0), count=5, temperature=0))
    for row, prompt in zip(found, prompts, strict=True):
        alone = together(fnn.generate(LSTM, PARAMS, prompt[None], Key(0), count=5, temperature=0))
        assert np.array_equal(row, alone[0])


def test_key_decides_and_the_caller_breaks_off() -> None:
    first = together(islice(fnn.generate(LSTM, PARAMS, PROMPT, Key(0)), 20))
    assert np.array_equal(first, together(islice(fnn.generate(LSTM, PARAMS, PROMPT, Key(0)), 20)))
    assert not np.array_equal(first, together(islice(fnn.generate(LSTM, PARAMS, PROMPT, Key(1)), 20)))


def test_what_does_not_fit_is_refused_at_once() -> None:
    bad: list[tuple[Any, type[Exception], str]] = [
        (PROMPT.astype(float), DtypeError, "prompt as an array of integers, got float64 of shape (2, 3)."),
        ([[1, 2]], DtypeError, "prompt as an array of integers, got a list."),
        (PROMPT[0], ShapeError, "prompt of shape (batch, time), got shape (3,). For a batch of one write prompt[None"),
        (PROMPT[:, :0], DataError, "a prompt of at least one sample, got shape (2, 0)."),
        (
            Padded(PROMPT, np.ones((2, 2), np.bool_)),
            ShapeError,
            "mask of shape (2, 3), (batch, time), got shape (2, 2).",
        ),
    ]
    for prompt, kind, text in bad:
        with pytest.raises(kind) as caught:
            fnn.generate(LSTM, PARAMS, prompt, Key(0))
        assert str(caught.value).startswith(f"generate: expected {text}")
    with pytest.raises(HyperparameterError, match=r"^generate: expected count as an integer of at least 1, got 0\."):
        fnn.generate(LSTM, PARAMS, PROMPT, Key(0), count=0)
    with pytest.raises(StructureError, match=r"^generate: expected a recurrent model, got a Model\. Such as"):
        fnn.generate(fnn.embedding(7, 4), PARAMS, PROMPT, Key(0))  # type: ignore[arg-type]  # wrong on purpose
    mask = np.array([[True, True, True], [False, False, False]])
    with pytest.raises(DataError, match=r"^last_step: expected a step in each sequence, got none in sequence 1\."):
        next(fnn.generate(LSTM, PARAMS, Padded(PROMPT, mask), Key(0)))
