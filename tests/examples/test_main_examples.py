"""The examples that the README names: the quickstart, Fashion-MNIST, an image of one's own, and the pictures."""

import importlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import attrs
import pytest

import fnn
from tests.fashion import fashion_or_skip

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def example(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(EXAMPLES)
    return importlib.import_module(name)


def is_png(path: Path) -> bool:
    return path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n") and path.stat().st_size > 10_000


def test_quickstart(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", str(EXAMPLES / "quickstart.py"), "--folder", str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    accuracy = float(run.stdout.split("test accuracy ")[1].split()[0])
    assert accuracy >= 0.97
    assert "predictions identical: True" in run.stdout
    assert "epoch 25/25" in run.stderr
    assert is_png(tmp_path / "digits.png")
    assert fnn.inspect(tmp_path / "digits.npz").record == "Bundle"


def test_fashion_mnist_with_the_books_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = fashion_or_skip()
    accuracy = example("fashion_mnist", monkeypatch).main("book", tmp_path, data=data)
    assert accuracy >= 0.87
    for name in ("fashion_confusion.png", "fashion_curves.png", "fashion_wrong.png"):
        assert is_png(tmp_path / name)

    from PIL import Image

    # Images of our own: test images as black on white, larger, as files.
    predict_image = example("predict_image", monkeypatch)
    chosen = [0, 1, 2, 3]  # an ankle boot, a pullover and two trousers
    files = []
    for i in chosen:
        picture = Image.fromarray(255 - data.test_images[i]).resize((112, 112), Image.Resampling.NEAREST)
        files.append(tmp_path / f"photo{i}.png")
        picture.save(files[-1])
    results = predict_image.classify(tmp_path / "fashion.npz", files)
    assert [classes[0][0] for classes in results] == [data.class_names[data.test_labels[i]] for i in chosen]
    for classes in results:
        probabilities = [probability for _, probability in classes]
        assert probabilities == sorted(probabilities, reverse=True)
        assert sum(probabilities) == pytest.approx(1, abs=1e-5)


def test_fashion_mnist_with_the_best_preset_for_one_epoch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = fashion_or_skip()
    some = attrs.evolve(data, train_images=data.train_images[:12_000], train_labels=data.train_labels[:12_000])
    accuracy = example("fashion_mnist", monkeypatch).main("best", tmp_path, epochs=1, data=some)
    assert accuracy > 0.6
    assert fnn.inspect(tmp_path / "fashion.npz").metadata == {"preset": "best"}
    from PIL import Image

    Image.fromarray(data.test_images[0]).save(tmp_path / "boot.png")
    capsys.readouterr()
    example("predict_image", monkeypatch).main(tmp_path / "fashion.npz", [tmp_path / "boot.png"], invert=False)
    assert "boot.png: " in capsys.readouterr().out


def test_the_pictures_of_the_readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example("pictures", monkeypatch).main(tmp_path, epochs=10)
    for name in ("spiral.png", "network.png", "confusion.png"):
        assert is_png(tmp_path / name)


def test_data_that_is_not_there_is_asked_for(tmp_path: Path) -> None:
    command = [sys.executable, str(EXAMPLES / "fashion_mnist.py"), "--data", str(tmp_path), "--folder", str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert run.returncode != 0
    assert "apt-get install dataset-fashion-mnist" in run.stderr
