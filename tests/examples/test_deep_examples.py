"""The examples of deep layers on short settings: they train, beat what they must, and draw."""

import importlib
from pathlib import Path
from types import ModuleType

import attrs
import numpy as np
import pytest

import fnn
from tests.fashion import fashion_or_skip

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def example(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(EXAMPLES)
    return importlib.import_module(name)


def some(train: int, test: int) -> fnn.data.FashionMNIST:
    data = fashion_or_skip()
    return attrs.evolve(
        data,
        train_images=data.train_images[:train],
        train_labels=data.train_labels[:train],
        test_images=data.test_images[:test],
        test_labels=data.test_labels[:test],
    )


def is_png(path: Path) -> bool:
    return path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n") and path.stat().st_size > 10_000


def test_the_cnn_of_fashion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module, data = example("fashion_cnn", monkeypatch), some(4000, 500)
    accuracy = module.main(tmp_path, epochs=1, data=data)
    assert accuracy > 0.6
    for name in ("curves", "confusion", "wrong"):
        assert is_png(tmp_path / f"fashion_cnn_{name}.png")

    # What was saved answers as what was trained.
    record: type = module.CNN
    bundle = fnn.load(tmp_path / "fashion_cnn.npz", fnn.Bundle[record])  # type: ignore[valid-type]  # a class known at run time only
    assert fnn.tree.size(bundle.params) < 120_000
    assert bundle.class_names == data.class_names
    logits = fnn.predict(module.cnn(), bundle.params, bundle.transform(data.test_images[..., None]))
    assert fnn.accuracy(logits, data.test_labels) == accuracy


def test_noise_is_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = example("denoise", monkeypatch).main(tmp_path, epochs=2, data=some(4000, 300))
    assert after > before + 1
    assert is_png(tmp_path / "denoise.png")


def test_the_psnr(monkeypatch: pytest.MonkeyPatch) -> None:
    psnr = example("denoise", monkeypatch).psnr
    assert psnr(np.full((2, 3), 0.1), np.zeros((2, 3))) == pytest.approx(20)
