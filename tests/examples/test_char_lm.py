"""The language model of characters on short settings: it learns, writes, goes on after a kill; and its baseline."""

import importlib
import math
import sysconfig
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import fnn

EXAMPLES = Path(__file__).parent.parent.parent / "examples"

TEXT = "the quick brown fox jumps over the lazy dog; and once again, " * 70


@pytest.fixture
def char_lm(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(EXAMPLES)
    return importlib.import_module("char_lm")


@pytest.fixture
def ngram(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(EXAMPLES)
    return importlib.import_module("ngram")


def is_png(path: Path) -> bool:
    return path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n") and path.stat().st_size > 10_000


# --- the example ---


@pytest.mark.parametrize(("cell", "rate"), [("lstm", 0.02), ("gru", 0.02), ("transformer", 0.005)])
def test_it_learns_and_goes_on_after_a_kill(
    cell: str, rate: float, char_lm: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = char_lm.Settings(width=32, batch_size=4, epochs=18, rate=rate)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    bits, counted, sample = char_lm.main(cell, TEXT, whole, settings=settings, count=150)
    assert bits < 1  # of log2(27) = 4.75; the sentence is learnt
    assert len(sample) == 150
    assert set(sample) <= set(TEXT)
    assert 0 < counted < 0.1
    for picture in ("curves", "line"):
        assert is_png(whole / f"char_{cell}_{picture}.png")

    # Killed behind the checkpoint of step 100, in the middle of an epoch, and started again: the same bits.
    fit = fnn.fit

    def killed(*args: Any, **options: Any) -> Any:
        for event in fit(*args, **options):
            yield event
            if event.state.step == 103:
                raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(fnn, "fit", killed)
        with pytest.raises(KeyboardInterrupt):
            char_lm.main(cell, TEXT, broken, settings=settings)
    assert char_lm.main(cell, TEXT, broken, settings=settings, resume=True, count=150) == (bits, counted, sample)
    for file in (f"char_{cell}_run.npz", f"char_{cell}.npz", f"char_{cell}.csv"):
        assert (whole / file).read_bytes() == (broken / file).read_bytes()

    # A run that is complete has nothing to go on with, but writes again, by the same key the same.
    assert char_lm.main(cell, TEXT, broken, settings=settings, resume=True, count=150) == (bits, counted, sample)


def test_the_docstrings(char_lm: ModuleType) -> None:
    text = char_lm.docstrings(20_000)
    assert len(text) == 20_000
    assert char_lm.docstrings(20_000) == text
    assert char_lm.docstrings(10_000) == text[:10_000]
    line = text.splitlines()[0]
    sources = Path(sysconfig.get_path("stdlib")).rglob("*.py")
    assert any(line in path.read_text(encoding="utf-8", errors="replace") for path in sources)


def test_figures_are_those_of_the_characters_behind_the_context(char_lm: ModuleType) -> None:
    tokens = fnn.Key(0).rng().integers(5, size=char_lm.LENGTH + char_lm.CONTEXT + 1)
    model = char_lm.language_model("gru", 5, 8)
    params = model.init(fnn.Key(1))
    stride = char_lm.LENGTH - char_lm.CONTEXT
    batches = fnn.data.windows(tokens, char_lm.LENGTH, stride=stride, batch_size=1)
    assert len(batches) == 2
    first = model.apply(params, tokens[None, : char_lm.LENGTH])[0, char_lm.CONTEXT :]
    second = model.apply(params, tokens[None, stride : stride + char_lm.LENGTH])[0, char_lm.CONTEXT :]
    p = fnn.softmax(np.concatenate([first, second]).astype(np.float64))
    expected = -np.log(p[np.arange(len(p)), tokens[char_lm.CONTEXT + 1 :]]).mean()
    found = char_lm.figures(model, batches, params)
    assert found["loss"] == pytest.approx(expected)
    assert found["perplexity"] == math.exp(found["loss"])


# --- the baseline ---


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_probabilities_sum_to_one_behind_any_history(order: int, ngram: ModuleType) -> None:
    rng = fnn.Key(0).rng()
    tokens = rng.integers(6, size=3000) ** 2 % 7
    orders = ngram.count_grams(tokens, 7, order)
    histories = [*rng.integers(7, size=(50, order - 1)), *(tokens[i : i + order - 1] for i in range(50))]
    for history in histories:
        p = [ngram.probabilities(orders, np.array([*history, token]), 7) for token in range(7)]
        assert sum(p) == pytest.approx(1, abs=1e-12)
        assert min(p) > 0


def test_two_grams_by_hand(ngram: ModuleType) -> None:
    tokens = np.array([0, 1, 0, 1, 0, 2, 0, 1, 1])  # 01 x3, 10 x2, 02 x1, 20 x1, 11 x1
    found = ngram.probabilities(ngram.count_grams(tokens, 4, 2), np.array([0, 1]), 4)

    def discounts(counts: list[int]) -> list[float]:
        n = [max(counts.count(k), 1) for k in range(5)]
        y = n[1] / (n[1] + 2 * n[2])
        return [max(k - (k + 1) * y * n[k + 1] / n[k], 0.1) for k in (1, 2, 3)]

    low = discounts([2, 2, 1])  # behind how many different tokens 0, 1, 2 came
    p_one = (2 - low[1] + (2 * low[1] + low[0]) / 4) / 5
    high = discounts([3, 2, 1, 1, 1])
    assert found[0] == pytest.approx((3 - high[2] + (high[2] + high[0]) * p_one) / 4)


def test_the_best_order_is_found_and_large_vocabularies_have_fewer(ngram: ModuleType) -> None:
    tokens = np.tile([0, 1, 0, 0, 1, 1], 300)  # two tokens do not tell what follows, four do
    bits, order = ngram.best_bits(tokens, 300, 2)
    assert bits < 0.05
    assert order >= 4
    each = [ngram.best_bits(tokens, 300, 2, range(k, k + 1))[0] for k in range(2, 9)]
    assert bits == min(each)
    assert ngram.best_bits(tokens, 300, 2**20)[1] <= 3  # 2^80 grams have no numbers


def test_the_most_frequent_is_the_likeliest(ngram: ModuleType) -> None:
    text = "abracadabra" * 30
    tokens = np.array([*map("abcdr".index, text)])
    orders = ngram.count_grams(tokens, 5, 3)
    follows = Counter(text[i + 2] for i in range(len(text) - 2) if text[i : i + 2] == "ab")
    p = {letter: ngram.probabilities(orders, np.array([0, 1, i]), 5)[0] for i, letter in enumerate("abcdr")}
    assert max(p, key=lambda letter: p[letter]) == follows.most_common(1)[0][0] == "r"
