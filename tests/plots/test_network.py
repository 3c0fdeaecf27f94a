"""The diagram of a network."""

from typing import Any

import numpy as np
import pytest
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_rgb

from fnn.arrays import Array
from fnn.errors import DataError, FnnError, HyperparameterError, StructureError
from fnn.layers.dense import Dense
from fnn.plots.network import network
from fnn.plots.style import BLUE, VERMILION
from fnn.random import Key
from fnn.tree import buffer, record


def layer(inputs: int, outputs: int) -> Dense:
    return Dense(Key(0).rng().standard_normal((inputs, outputs)), np.zeros(outputs))


@record
class MLP:
    hidden: Dense
    out: Dense


@record
class NoBias:
    weight: Array


@record
class Counted:
    weight: Array
    mean: Array = buffer()


def texts(params: Any, **options: Any) -> list[str]:
    return [text.get_text() for text in network(params, **options).axes[0].texts]


def test_names_and_counts() -> None:
    params = MLP(layer(784, 128), layer(128, 10))
    assert network(params).axes[0].get_title(loc="left") == "2 dense layers, 101,770 parameters"
    written = texts(params)
    for text in ("784 × 128 + 128\n= 100,480", "128 × 10 + 10\n= 1,290", "inputs\n784", "hidden\n128", "out\n10"):
        assert text in written


def test_neurons_and_lines_are_all_there_when_few() -> None:
    (axes,) = network((layer(4, 3), layer(3, 2))).axes
    neurons = [len(np.asarray(c.get_offsets())) for c in axes.collections if isinstance(c, PathCollection)]
    lines = [len(c.get_segments()) for c in axes.collections if isinstance(c, LineCollection)]
    assert (neurons, lines) == ([4, 3, 2], [12, 6])


def test_wide_layers_are_elided_with_dots() -> None:
    (axes,) = network(layer(100, 3), limit=7).axes
    neurons, dots, outputs = (c for c in axes.collections if isinstance(c, PathCollection))
    heights = np.asarray(neurons.get_offsets())[:, 1]
    gaps = -np.diff(heights)
    assert gaps.tolist() == [1, 1, 1, 2, 1, 1]
    middle = heights[3] - 1
    assert np.asarray(dots.get_offsets())[1, 1] == middle
    assert len(np.asarray(outputs.get_offsets())) == 3
    (lines,) = (c for c in axes.collections if isinstance(c, LineCollection))
    assert len(lines.get_segments()) == 7 * 3


def test_lines_tell_sign_and_size() -> None:
    (axes,) = network(NoBias(np.array([[2.0], [-1.0]]))).axes
    (lines,) = (c for c in axes.collections if isinstance(c, LineCollection))
    colours, widths = np.asarray(lines.get_colors()), np.asarray(lines.get_linewidth())
    heights = [float(np.asarray(segment)[0, 1]) for segment in lines.get_segments()]
    positive, negative = heights.index(0.5), heights.index(-0.5)  # the first neuron stands above the second
    assert tuple(colours[positive, :3].tolist()) == to_rgb(VERMILION)
    assert tuple(colours[negative, :3].tolist()) == to_rgb(BLUE)
    assert colours[positive, 3] > colours[negative, 3]
    assert widths[positive] > widths[negative]


def test_layers_without_bias_or_with_buffers() -> None:
    assert "2 × 3\n= 6" in texts(NoBias(np.ones((2, 3))))
    assert network(Counted(np.ones((2, 3)), np.ones(9))).axes[0].get_title(loc="left") == "1 dense layer, 6 parameters"


def test_names_of_layers_in_tuples_and_alone() -> None:
    assert "layer 1\n2" in texts((layer(4, 3), layer(3, 2)))
    assert "dense\n3" in texts(layer(4, 3))


def test_class_names_stand_at_the_outputs_that_are_drawn() -> None:
    written = texts(layer(2, 20), limit=3, class_names=[f"class {i}" for i in range(20)])
    assert [text for text in written if text.startswith("class")] == ["class 0", "class 1", "class 19"]


@pytest.mark.parametrize(
    ("error", "text", "params", "options"),
    [
        (StructureError, "at least one leaf named weight of rank 2, got leaves 0", (np.ones(3),), {}),
        (StructureError, "got no leaves", None, {}),
        (StructureError, r"1\.weight to take the 3 outputs of layer 0, got 4 inputs\. Only a chain of dense layers",
         (layer(2, 3), layer(4, 2)), {}),
        (DataError, r"0\.weight: expected finite values, got nan", (NoBias(np.full((2, 2), np.nan)),), {}),
        (DataError, "3 class names, got 1", layer(2, 3), {"class_names": ["a"]}),
        (HyperparameterError, "limit as an integer of at least 1, got 0", layer(2, 3), {"limit": 0}),
    ],
)  # fmt: skip
def test_bad_input(error: type[FnnError], text: str, params: Any, options: dict[str, Any]) -> None:
    with pytest.raises(error, match=text):
        network(params, **options)
