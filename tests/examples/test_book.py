"""Every chapter's script runs, on short settings, and prints what it promises."""

import ast
import re
import runpy
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest

from tests.examples.scripts import BOOK, chapter

Printed = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch


@pytest.fixture(autouse=True)
def _in_an_empty_folder_and_without_touching_matplotlib(tmp_path: Path, monkeypatch: Patch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    before = matplotlib_state()
    yield
    assert matplotlib_state() == before


def matplotlib_state() -> tuple[object, ...]:
    """Everything that pyplot and backends would change; looking at rcParams["backend"] itself would choose one."""
    settings = {name: mpl.rcParams[name] for name in mpl.rcParams if name != "backend"}
    return mpl.get_backend(auto_select=False), "matplotlib.pyplot" in sys.modules, settings


def run(number: int, monkeypatch: Patch, capsys: Printed, *args: Any, **options: Any) -> tuple[Any, str]:
    """Run a chapter; return what its main returns, and what it prints."""
    result = chapter(number, monkeypatch).main(*args, **options)
    return result, capsys.readouterr().out


def figure_after(text: str, printed: str) -> float:
    """Return the number that follows ``text``."""
    found = re.search(re.escape(text) + r"\s*(-?[\d.]+(?:e[+-]?\d+)?)", printed)
    assert found, f"{text!r} is not in\n{printed}"
    return float(found.group(1))


def pictures() -> set[str]:
    for path in Path("runs").glob("*.png"):
        assert path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    return {path.name for path in Path("runs").glob("*.png")}


def test_there_is_a_script_for_each_chapter_which_says_what_it_teaches() -> None:
    scripts = sorted(BOOK.glob("*.py"))
    assert [int(path.stem.split("_")[1]) for path in scripts] == list(range(1, 23))
    for number, path in enumerate(scripts, start=1):
        tree = ast.parse(path.read_text())
        assert (ast.get_docstring(tree) or "").startswith(f"Chapter {number}, "), path.name
        undocumented = [n.name for n in tree.body if isinstance(n, ast.FunctionDef) and not ast.get_docstring(n)]
        assert not undocumented, path.name


@pytest.mark.parametrize("path", sorted(BOOK.glob("*.py")), ids=lambda path: path.stem)
def test_each_runs_as_a_script(path: Path, monkeypatch: Patch, capsys: Printed) -> None:
    monkeypatch.setattr(sys, "argv", [path.name, "--help"])
    has_options = "argparse" in path.read_text()
    with pytest.raises(SystemExit, match=r"^0$") if has_options else nullcontext():
        runpy.run_path(str(path), run_name="__main__")  # those without options do all they do
    assert ("--help" in capsys.readouterr().out) == has_options


def test_chapter_1(monkeypatch: Patch, capsys: Printed) -> None:
    _, printed = run(1, monkeypatch, capsys)
    assert "parameters: 139, by the formula 139" in printed
    assert "two hidden layers of 128: 118,282" in printed
    assert pictures() == {"network.png"}


def test_chapter_2(monkeypatch: Patch, capsys: Printed) -> None:
    _, printed = run(2, monkeypatch, capsys)
    assert "three inputs: 2.3\n" in printed
    assert "four inputs:  4.8\n" in printed
    assert "by loops: [4.8, 1.21, 2.385]" in printed
    assert "two vectors: 20\n" in printed
    assert "[[20.0]]" in printed
    assert "[[ 4.8    1.21   2.385]\n [ 8.9   -1.81   0.2  ]\n [ 1.41   1.051  0.026]]" in printed
    assert "by fnn.dense(4, 3): True" in printed
    assert "got shape (4,). For a batch of one write x[None, :]." in printed


def test_chapter_3(monkeypatch: Patch, capsys: Printed) -> None:
    _, printed = run(3, monkeypatch, capsys)
    assert "[[ 0.5031  -1.04185 -2.03875]\n [ 0.2434  -2.7332  -5.7633 ]\n [-0.99314  1.41254 -0.35655]]" in printed
    assert "by composition: True" in printed
    assert "by one layer: True" in printed
    assert pictures() == {"spiral.png"}


def test_chapter_4(monkeypatch: Patch, capsys: Printed) -> None:
    _, printed = run(4, monkeypatch, capsys)
    assert "0.89528266 0.02470831 0.08000903" in printed
    assert "as printed overflows: True; in fnn: False" in printed
    errors = [figure_after(f"{neurons} neurons: largest error", printed) for neurons in (8, 16, 32)]
    # A chord of a curve is off by at most h^2 |f''| / 8, with f'' = 4 pi^2 at most.
    assert errors == pytest.approx([4 * 3.14159**2 / 8 / n**2 for n in (8, 16, 32)], rel=0.1)


def test_chapter_5(monkeypatch: Patch, capsys: Printed) -> None:
    _, printed = run(5, monkeypatch, capsys)
    assert figure_after("by hand", printed) == pytest.approx(0.35667494393873245, rel=5e-16)
    for way in ("labels:", "one-hot:"):
        assert figure_after(f"categorical_cross_entropy, {way}", printed) == pytest.approx(
            0.38506088005216804, rel=5e-16
        )
    assert figure_after("sum over the batch would say:", printed) == -0.741937
    assert figure_after("clipped loss", printed) == 16.118096
    assert figure_after("from scores, unclipped:", printed) == 1000.0
    assert "accuracy 0.6667, from one-hot 0.6667" in printed


def test_chapter_6(monkeypatch: Patch, capsys: Printed) -> None:
    found, printed = run(6, monkeypatch, capsys, trials=2000)
    assert printed.count("2000 trials") == 4
    assert found["vertical, around the best"] >= 0.9
    assert found["spiral, around the best"] < 0.55  # stuck, as in the book
    assert max(found["vertical, drawn anew"], found["spiral, drawn anew"]) < 0.7


def test_chapter_7(monkeypatch: Patch, capsys: Printed) -> None:
    _, printed = run(7, monkeypatch, capsys)
    assert "with a step of 1e-4: 4.0001999999987845\n" in printed
    for at, slope in enumerate((0.0002, 4.0002, 8.0002, 12.0002, 16.0002)):
        assert figure_after(f"x = {at}: by numbers", printed) == pytest.approx(slope, abs=1e-9)
    assert figure_after("imaginary step of 1e-30:", printed) < 1e-15
    assert pictures() == {"tangents.png"}


def test_chapter_8(monkeypatch: Patch, capsys: Printed) -> None:
    _, printed = run(8, monkeypatch, capsys, directions=200)
    assert "at (1, 2): [12.0, 15.0]" in printed
    assert figure_after("random directions reach:", printed) <= figure_after("a step of 0.001:", printed)
    assert "product  d/dx = -2, d/dy =  3" in printed
    assert "its derivative: 36905.6, by hand 36905.6\nchecked: True" in printed


def test_chapter_9(monkeypatch: Patch, capsys: Printed) -> None:
    _, printed = run(9, monkeypatch, capsys)
    for way in ("by hand: dz 1,", "by ops: "):
        assert f"backward {way} dx [-3.0, -1.0, 2.0], dw [1.0, -2.0, 3.0], db" in printed
    assert "a step of 0.001 against the gradient: 6, 5.985" in printed
    assert "[[ 0.21 -0.07 -0.14]\n [-0.07  0.09 -0.02]\n [-0.14 -0.02  0.16]]" in printed
    combined = "[[-0.1     0.0333  0.0667]\n [ 0.0333 -0.1667  0.1333]\n [ 0.0067 -0.0333  0.0267]]"
    assert printed.count(combined) == 3  # by Jacobian, by op, combined
    moved = figure_after("changes the loss by", printed)
    assert figure_after("backpropagation says", printed) == pytest.approx(moved, abs=2e-6)


def test_chapter_10(monkeypatch: Patch, capsys: Printed) -> None:
    found, printed = run(10, monkeypatch, capsys, epochs=300)
    assert len(found) == 8
    assert figure_after("Adam, He weights", printed) < 0.5  # the loss
    assert found["Adam, He weights"] > 0.85
    assert max(found, key=lambda name: float(found[name])) == "Adam, He weights"
    assert pictures() == {"spiral_adam.png"}


def test_chapter_11(monkeypatch: Patch, capsys: Printed) -> None:
    gaps, printed = run(11, monkeypatch, capsys, steps=1000)
    assert gaps[3000] < 0.05 < gaps[300]
    assert f"gap between the accuracies: {gaps[300]:.3f}" in printed
    assert pictures() == {"testing.png"}


def test_chapter_12(monkeypatch: Patch, capsys: Printed) -> None:
    (best, accuracy), printed = run(12, monkeypatch, capsys, epochs=100)
    assert best in (32, 128)
    assert accuracy > 0.6
    assert printed.count("mean") == 4
    assert f"chosen: {best} neurons" in printed


def test_chapter_13(monkeypatch: Patch, capsys: Printed) -> None:
    found, printed = run(13, monkeypatch, capsys, epochs=20)
    assert found["as it is"] < 0.7
    for name in ("by the largest, to [-1, 1]", "from lowest and highest, to [-1, 1]", "to mean 0, deviation 1"):
        assert found[name] > 0.9
    assert figure_after("from lowest and highest, to [-1, 1]  from", printed) == -1.0
    assert found["weights 1/count"] > found["equal weights"] + 0.3
    assert found["learned turned and shifted"] > found["learned as they are"] + 0.3


def test_chapter_14(monkeypatch: Patch, capsys: Printed) -> None:
    found, printed = run(14, monkeypatch, capsys, epochs=500)
    assert list(found) == ["none", "L1 0.0005", "L2 0.0005", "both"]
    rows = re.findall(r"^(none|L1 0.0005|L2 0.0005|both) +[\d.]+ +[\d.]+ +([\d.]+) +(\d+)%$", printed, re.MULTILINE)
    sizes = {name: (float(size), int(small)) for name, size, small in rows}
    for name in ("L1 0.0005", "L2 0.0005", "both"):
        assert sizes[name][0] < 0.8 * sizes["none"][0]  # the weights shrink
    assert sizes["L1 0.0005"][1] > sizes["none"][1]  # and L1 brings many to zero
    assert "is 0.2910, with the gradient\n[[ 0.1  0.1 -0.1]\n [ 0.1 -0.1  0. ]]" in printed


def test_chapter_15(monkeypatch: Patch, capsys: Printed) -> None:
    _, printed = run(15, monkeypatch, capsys, epochs=5, samples=50)
    assert figure_after("mean sum of 10000 draws:", printed) == pytest.approx(0.36, abs=0.06)
    assert "in inference: 0.360" in printed
    assert "passes where the output did: True" in printed
    assert "150 points, batches of 150" in printed
    assert "epoch     5: training loss" in printed


def test_chapter_16(monkeypatch: Patch, capsys: Printed) -> None:
    accuracy, printed = run(16, monkeypatch, capsys, epochs=1500)
    assert accuracy > 0.65
    assert "through the sigmoid:  [-0.0298  0.0672  0.1556 -0.    ]" in printed
    assert "directly:             [-0.0298  0.0672  0.1556 -0.25  ]" in printed
    assert pictures() == {"binary.png"}


def test_chapter_17(monkeypatch: Patch, capsys: Printed) -> None:
    found, printed = run(17, monkeypatch, capsys, epochs=600, samples=60)
    losses = [figure_after(f"{name:32} loss", printed) for name in found]
    assert losses[2] < 0.001 < losses[0]
    assert figure_after("a hit is within", printed) == 0.00283
    assert pictures() == {"regression.png"}


def test_chapter_18(monkeypatch: Patch, capsys: Printed) -> None:
    _, printed = run(18, monkeypatch, capsys, epochs=40)
    assert "dense(32, 3): expected input of shape (batch, ..., 32), got (batch, 64)" in printed
    assert "differ by rounding at most: True" in printed
    assert "two halves are the whole: True" in printed
    assert "the original untouched: True" in printed


def test_chapter_18_stops_early(monkeypatch: Patch, capsys: Printed) -> None:
    _, printed = run(18, monkeypatch, capsys)
    assert "stopped early: validation_loss has not improved for 20 epochs" in printed
    assert re.search(r"more than 0.7 right at step \d+: break", printed)


def test_chapter_19_with_digits(monkeypatch: Patch, capsys: Printed) -> None:
    accuracy, printed = run(19, monkeypatch, capsys, use_digits=True, epochs=5)
    assert accuracy > 0.8
    assert "training images (1438, 8, 8) uint8" in printed
    assert figure_after("in order of class:", printed) < accuracy - 0.2
    assert pictures() == {"images.png"}


def test_chapter_19_without_data_says_how_to_get_them(tmp_path: Path, monkeypatch: Patch, capsys: Printed) -> None:
    monkeypatch.setattr("fnn.data.fashion.DEBIAN", tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    accuracy, printed = run(19, monkeypatch, capsys)
    assert accuracy is None
    assert "apt-get install dataset-fashion-mnist" in printed


def test_chapter_20(monkeypatch: Patch, capsys: Printed) -> None:
    accuracy, printed = run(20, monkeypatch, capsys, epochs=10)
    assert accuracy > 0.93
    assert figure_after("test     data: loss", printed) > figure_after("training data: loss", printed)
    assert "confusion matrix\n[[" in printed
    assert pictures() == {"confusion.png", "mistakes.png"}


def test_chapter_21(monkeypatch: Patch, capsys: Printed) -> None:
    accuracy, printed = run(21, monkeypatch, capsys, epochs=30)
    assert accuracy > 0.9
    assert printed.count("True\n") == 4
    assert "hidden.weight  float32  (4, 16)" in printed
    assert "as another network: runs/iris_parameters.npz: expected Deeper" in printed
    assert {path.name for path in Path("runs").glob("*.npz")} == {"iris_parameters.npz", "iris.npz", "iris_run.npz"}


def test_chapter_22(monkeypatch: Patch, capsys: Printed) -> None:
    found, printed = run(22, monkeypatch, capsys, epochs=8)
    assert found == ["0", "3", "7"]
    assert printed.count("not inverted") == 3
    assert run(22, monkeypatch, capsys, files=[Path("runs/seven.png")], epochs=8)[0] == ["7"]
