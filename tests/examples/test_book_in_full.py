"""What the book reaches on the spiral, at full size."""

import os
import subprocess
import sys

import pytest

import fnn
from tests.examples.scripts import BOOK, chapter


def test_adam_reaches_0_93_on_the_spiral_in_10001_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    optimizers = chapter(10, monkeypatch)
    x, labels = fnn.data.spiral(100, 3, fnn.Key(0))
    model = fnn.dense(2, 64) >> fnn.relu >> fnn.dense(64, 3)
    adam = optimizers.OPTIMIZERS["Adam, rate 0.05"]
    assert adam.name == "adam(inverse_time(0.05, decay=5e-07))"
    end = optimizers.train(model, adam, x, labels, 10_001, fnn.Key(1))
    assert end.state.step == 10_001
    assert fnn.accuracy(model.apply(end.state.params, x), labels) >= 0.93


def test_with_l2_and_dropout_validation_reaches_0_80() -> None:
    # In a process with one thread for matrix products, which are slow with more where others are at work.
    path = next(BOOK.glob("chapter_15_*.py"))
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    run = subprocess.run(
        [sys.executable, "-W", "error", str(path)], env=environment, capture_output=True, text=True, timeout=300
    )
    assert run.returncode == 0, run.stderr
    last = run.stdout.splitlines()[-1]
    assert last.startswith("epoch   400:")
    assert "3000 points, batches of 300" in run.stdout
    assert float(last.rpartition("accuracy ")[2]) >= 0.80


def test_the_binary_spiral(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    _, accuracy = chapter(16, monkeypatch).train(10_001)
    assert accuracy >= 0.80
    assert float(capsys.readouterr().out.split("accuracy ")[1].split()[0]) >= 0.90


def test_the_sine_between_the_points(monkeypatch: pytest.MonkeyPatch) -> None:
    regression = chapter(17, monkeypatch)
    x, y = fnn.data.sine(60)
    model = regression.MODELS["two hidden layers, weights 0.1"]
    params = regression.train(model, x, y, 3000).state.params
    x_new, y_new = fnn.data.sine(1000)
    inside = x_new[:, 0] <= x.max()
    assert fnn.r2_score(model.apply(params, x), y) > 0.9999
    assert fnn.r2_score(model.apply(params, x_new[inside]), y_new[inside]) > 0.999
