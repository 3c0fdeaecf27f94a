"""What every picture must do: render without a warning, keep to itself, and say what is missing."""

import io
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest

from fnn import plots
from fnn.arrays import Array
from fnn.errors import MissingExtraError
from fnn.layers.dense import Dense
from fnn.random import Key
from fnn.tree import equal

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def numbers(*shape: int) -> Array:
    return Key(0).rng().standard_normal(shape)


PARAMS = (Dense(numbers(20, 6), numbers(6)), Dense(numbers(6, 3), numbers(3)))
LABELS = np.array([0, 1, 2, 1])
PICTURES: dict[str, Callable[[], "Figure"]] = {
    "curves": lambda: plots.curves({"loss": [2.0, 1.0], "validation_loss": [2.5, 2.0], "accuracy": [0.1, 0.4]}),
    "decision_boundary": lambda: plots.decision_boundary(lambda x: x @ numbers(2, 3), numbers(4, 2), LABELS),
    "confusion": lambda: plots.confusion(np.array([[3, 1], [0, 0]]), ["Ankle boot", "Bag"]),
    "weights": lambda: plots.weights(numbers(12, 5), (3, 4)),
    "images": lambda: plots.images(numbers(4, 5, 5), labels=LABELS, predicted=LABELS[::-1]),
    "choices": lambda: plots.choices(np.abs(numbers(4, 3)), np.array([0, 1, 2, 1]), ["a", "b", "␣"]),
    "network": lambda: plots.network(PARAMS, limit=8, class_names=["a", "b", "c"]),
    "scatter": lambda: plots.scatter(numbers(4, 2), LABELS, title="an embedding"),
}


def test_every_picture_is_here() -> None:
    assert sorted(PICTURES) == sorted(plots.__all__)


@pytest.mark.parametrize("name", PICTURES)
def test_renders_without_warnings(name: str) -> None:
    target = io.BytesIO()
    PICTURES[name]().savefig(target, format="png", dpi=50)  # warnings are errors here
    assert target.getvalue().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", PICTURES)
def test_without_matplotlib(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [module for module in sys.modules if module.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError) as caught:
        PICTURES[name]()
    assert str(caught.value) == (
        f"plots.{name}: expected matplotlib, for drawing pictures, got not installed. "
        'Install it: pip install "fnn[plots]".'
    )


def test_neither_pyplot_nor_settings_are_touched() -> None:
    code = """
import sys, numpy as np, matplotlib
from fnn import plots
def settings():  # but the backend, which matplotlib looks up by pyplot when it is read
    return {name: matplotlib.rcParams[name] for name in matplotlib.rcParams if name != "backend"}
before = settings()
plots.confusion(np.eye(2, dtype=int)).savefig("/dev/null", format="png")
print("matplotlib.pyplot" in sys.modules, settings() == before)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False True\n"


def test_inputs_are_not_changed() -> None:
    before = (Dense(numbers(20, 6), numbers(6)), Dense(numbers(6, 3), numbers(3)))
    plots.network(PARAMS)
    plots.weights(PARAMS[0].weight, (4, 5))
    assert equal(PARAMS, before)
