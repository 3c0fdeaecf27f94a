"""Train a language model of characters and let it write; beside it, a baseline that counts n-grams.

python examples/char_lm.py --cell lstm    or gru, or transformer; writes its model and two pictures to the folder runs

The text is that of --text, or the docstrings of Python's standard library, of about 1.4 million characters. Its last
tenth is held out, and the measure is bits per character there. A run that was killed goes on with --resume, bit for
bit, from its last checkpoint.
"""

import argparse
import ast
import math
import sysconfig
import time
import warnings
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

import numpy as np
from ngram import best_bits

import fnn
from fnn import plots

Cell: TypeAlias = Literal["lstm", "gru", "transformer"]
CharLM: TypeAlias = fnn.Recurrent[Any, Any, fnn.IntArray, fnn.Array]
Windows: TypeAlias = fnn.Batches[fnn.IntArray, fnn.IntArray]

LENGTH, CONTEXT = 128, 64  # of a window; and how many of its characters are only looked back at where it is judged
ELSEWHERE = {"site-packages", "dist-packages", "test", "tkinter", "idlelib", "lib2to3", "distutils"}


class Settings(NamedTuple):
    """How large a model is, and how it is trained."""

    width: int
    batch_size: int
    epochs: int
    rate: float


SETTINGS: dict[Cell, Settings] = {
    "lstm": Settings(width=384, batch_size=32, epochs=6, rate=1e-2),
    "gru": Settings(width=384, batch_size=32, epochs=6, rate=1e-2),
    "transformer": Settings(width=128, batch_size=16, epochs=4, rate=5e-3),
}


@fnn.record
class Tower:
    """The parameters of a recurrent model."""

    embedding: fnn.Embedding
    cell: fnn.LSTM | fnn.GRU
    out: fnn.Dense


def language_model(cell: Cell, vocabulary: int, width: int) -> CharLM:
    """Return a model from characters (batch, time) to logits (batch, time, vocabulary) of those that follow."""
    if cell == "transformer":
        return fnn.transformer(vocabulary, width, heads=4, blocks=4, key_value_heads=1, activation=fnn.relu)
    embedding, out = fnn.embedding(vocabulary, 64), fnn.dense(width, vocabulary)
    middle: fnn.Recurrent[Any, Any, fnn.Array, fnn.Array] = (
        fnn.lstm(64, width) if cell == "lstm" else fnn.gru(64, width)
    )
    return fnn.stacked(fnn.time_distributed(embedding), middle, fnn.time_distributed(out)).into(Tower)


def docstrings(limit: int = 1_500_000) -> str:
    """Return docstrings of the standard library, up to ``limit`` characters, each once.

    The modules come in an order drawn from a key, so that the end of the text is of the kind of its beginning. Tests,
    and packages that many systems leave out, are not among them.
    """
    root = Path(sysconfig.get_path("stdlib"))
    paths = sorted(path for path in root.rglob("*.py") if not ELSEWHERE & set(path.relative_to(root).parts))
    found: dict[str, None] = {}
    size = 0
    for i in fnn.Key(0).rng().permutation(len(paths)):
        with warnings.catch_warnings(action="ignore"):  # of what the modules hold, we only read the docstrings
            module = ast.parse(paths[i].read_bytes())
        for node in ast.walk(module):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                text = ast.get_docstring(node)
                if text and text not in found:
                    found[text] = None
                    size += len(text) + 2
        if size >= limit:
            break
    return "\n\n".join(found)[:limit]


def figures(model: CharLM, batches: Windows, params: Any) -> dict[str, float]:
    """Return the mean cross-entropy of the characters behind the first ``CONTEXT`` of each window, and perplexity."""
    total = count = 0.0
    for batch in batches.epoch(0):
        logits, targets = model.apply(params, batch.inputs)[:, CONTEXT:], batch.targets[:, CONTEXT:]
        total += fnn.softmax_cross_entropy(logits, targets, reduction="sum")[0]
        count += targets.size
    return {"loss": total / count, "perplexity": math.exp(total / count)}


def write(model: CharLM, params: Any, prompt: fnn.IntArray, key: fnn.Key, count: int) -> fnn.IntArray:
    """Return ``count`` characters behind a prompt, in pieces that look back no further than training did."""
    text, piece = prompt, LENGTH - CONTEXT
    while len(text) < len(prompt) + count:
        tokens = fnn.generate(model, params, text[None, -CONTEXT:], key.fold(len(text)), count=piece, temperature=0.8)
        text = np.concatenate([text, *tokens])
    return text[len(prompt) : len(prompt) + count]


def draw(model: CharLM, params: Any, prompt: fnn.IntArray, line: fnn.IntArray, letters: str, path: Path) -> None:
    """Draw what the model held likely at each character of a line behind a prompt."""
    logits = model.apply(params, np.concatenate([prompt, line])[None, :-1])[0, len(prompt) - 1 :]
    names = [{" ": "␣", "\n": "⏎"}.get(letter, letter) for letter in letters]
    plots.choices(fnn.softmax(logits), line, names, columns=32).savefig(path, dpi=150)


def main(
    cell: Cell,
    text: str | None = None,
    folder: Path = Path("runs"),
    *,
    settings: Settings | None = None,
    resume: bool = False,
    count: int = 500,
) -> tuple[float, float, str]:
    """Train or go on, draw, write; return the bits a character of model and n-grams, and what the model wrote."""
    folder.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    text = docstrings() if text is None else text
    letters = "".join(sorted(set(text)))
    tokens: fnn.IntArray = np.array([*map(letters.index, text)])
    stride = LENGTH - CONTEXT
    held_out = len(text) // 10 // stride * stride
    train, held = tokens[:-held_out], tokens[-held_out - CONTEXT - 1 :]
    width, batch_size, epochs, rate = settings or SETTINGS[cell]
    batches = fnn.data.windows(train, LENGTH, batch_size=batch_size, key=fnn.Key(0))
    held_batches = fnn.data.windows(held, LENGTH, stride=stride, batch_size=64)
    model = language_model(cell, len(letters), width)
    print(fnn.summary(model, (LENGTH,)))
    schedule = fnn.linear_warmup(100, fnn.cosine_decay(rate, steps=epochs * len(batches), final=rate / 50))
    optimizer = fnn.chain(fnn.clip_by_global_norm(1.0), fnn.adamw(schedule, beta2=0.99, weight_decay=0.01))
    step = fnn.train_step(model, fnn.softmax_cross_entropy, optimizer, metrics={"perplexity": fnn.perplexity})
    state, file = fnn.start(model, optimizer, fnn.Key(1)), folder / f"char_{cell}_run.npz"
    if resume:
        state = fnn.resume(file, state)
    run = fnn.fit(step, state, batches, epochs=epochs, validate=partial(figures, model, held_batches))
    figures_file = folder / f"char_{cell}.csv"
    for event in fnn.checkpoint(fnn.history(fnn.progress(run), figures_file), file, every=100):
        state = event.state

    params = state.params
    fnn.save(
        folder / f"char_{cell}.npz",
        fnn.Bundle(params, class_names=tuple(letters), config={"cell": cell, "width": width}),
    )
    history = fnn.train.read_history(figures_file)
    plots.curves(history, metrics=("loss", "perplexity")).savefig(folder / f"char_{cell}_curves.png", dpi=150)
    prompt = train[-CONTEXT:]
    written = write(model, params, prompt, fnn.Key(2), count)
    draw(model, params, prompt, written[: LENGTH - CONTEXT], letters, folder / f"char_{cell}_line.png")
    sample = "".join(letters[token] for token in written)
    print(f"{sample}\n{'-' * 80}")
    bits = figures(model, held_batches, params)["loss"] / math.log(2)
    counted, order = best_bits(tokens, held_out, len(letters))
    print(f"{held_out:,} characters held out of {len(text):,}: {bits:.3f} bits each; {order}-grams {counted:.3f}")
    print(f"{time.perf_counter() - began:.1f} s; model and pictures are in {folder.resolve()}")
    return bits, counted, sample


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cell", choices=get_args(Cell), default="lstm")
    parser.add_argument("--text", type=Path, help="a text file in UTF-8, of some 100,000 characters at least")
    parser.add_argument("--folder", type=Path, default=Path("runs"), help="where to write model, figures and pictures")
    parser.add_argument("--epochs", type=int, help="by default what suits the docstrings and takes under 8 minutes")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint in the folder")
    parser.add_argument("--count", type=int, default=500, help="how many characters to write")
    arguments = parser.parse_args()
    chosen = SETTINGS[arguments.cell]
    main(
        arguments.cell,
        arguments.text and arguments.text.read_text(encoding="utf-8"),
        arguments.folder,
        settings=chosen._replace(epochs=arguments.epochs or chosen.epochs),
        resume=arguments.resume,
        count=arguments.count,
    )
