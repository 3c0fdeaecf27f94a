"""A diagram of a network of dense layers: neurons, weights, and how many parameters there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs
import numpy as np

from fnn import tree
from fnn.arrays import Array, check_finite
from fnn.errors import StructureError
from fnn.plots.style import BLUE, INK, MUTED, VERMILION, check_names, new_figure
from fnn.validate import positive

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PLACE = "plots.network"


@attrs.frozen(eq=False)
class _Layer:
    """A weight (inputs, outputs), the path of what it belongs to, and the number of its parameters, bias included."""

    name: str
    weight: Array
    size: int


@attrs.frozen
class _Column:
    """The neurons of one layer that are drawn: their numbers and heights, and whether some are left out between."""

    neurons: tuple[int, ...]
    heights: tuple[float, ...]
    elided: bool


def network(params: object, *, limit: int = 12, class_names: Sequence[str] | None = None) -> Figure:
    """Draw the dense layers of a parameter tree, in order: every leaf ``weight`` of rank 2, with its ``bias`` if any.

    A line is a weight: red if positive, blue if negative, the stronger and wider the larger it is beside the largest
    of its layer that is drawn. Of a layer with more than ``limit`` neurons the first and the last are drawn, with dots
    between. Above stand the parameters of each layer, and over all the number in the whole tree. ``class_names`` are
    written beside the outputs. Needs matplotlib.

    Raises StructureError for a tree without such layers, or where they do not follow each other, DataError for weights
    that are not finite and for another number of class names.

    >>> import fnn
    >>> model = fnn.dense(4, 8) >> fnn.relu >> fnn.dense(8, 3)
    >>> network(model.init(fnn.Key(0))).axes[0].get_title(loc="left")
    '2 dense layers, 67 parameters'
    """
    positive(_PLACE, limit=limit)
    layers = _layers(params)
    sizes = [layers[0].weight.shape[0], *(layer.weight.shape[1] for layer in layers)]
    if class_names is not None:
        check_names(_PLACE, class_names, sizes[-1], "class names")
    columns = [_column(size, limit) for size in sizes]
    tallest = max(len(column.heights) + column.elided for column in columns)
    figure = new_figure(_PLACE, 2.2 + 2.1 * len(layers), 1.6 + 0.34 * max(tallest, 5))
    axes = figure.add_subplot()
    axes.axis("off")
    top = max(max(column.heights) for column in columns)
    for i, layer in enumerate(layers):
        _draw_weights(axes, layer.weight, i, columns[i], columns[i + 1])
        _label(axes, i + 0.5, top + 0.9, _count(layer), MUTED, 8)
    for i, column in enumerate(columns):
        _draw_neurons(axes, i, column)
        name = "inputs" if i == 0 else layers[i - 1].name
        _label(axes, i, -top - 1.5, f"{name}\n{sizes[i]:,}", INK, 9)
    if class_names is not None:
        for neuron, height in zip(columns[-1].neurons, columns[-1].heights, strict=True):
            axes.text(len(layers) + 0.09, height, class_names[neuron], va="center", fontsize=8, color=INK)
    number = "1 dense layer" if len(layers) == 1 else f"{len(layers)} dense layers"
    total = tree.size(params, trained_only=True)
    axes.set_title(f"{number}, {total:,} parameters", loc="left", color=INK, fontsize=11, fontweight="bold")
    _legend(axes)
    axes.set_xlim(-0.35, len(layers) + (0.35 if class_names is None else 0.8))
    axes.set_ylim(-top - 1.9, top + 1.3)
    return figure


def _layers(params: object) -> list[_Layer]:
    leaves = dict(tree.leaves_with_paths(params))
    layers: list[_Layer] = []
    for path, weight in leaves.items():
        parent, _, name = path.rpartition(".")
        if name != "weight" or weight.ndim != 2:
            continue
        bias = leaves.get(f"{parent}.bias" if parent else "bias")
        if layers and layers[-1].weight.shape[1] != weight.shape[0]:
            raise StructureError(
                _PLACE,
                f"{path} to take the {layers[-1].weight.shape[1]} outputs of {layers[-1].name}",
                f"{weight.shape[0]} inputs",
                "Only a chain of dense layers can be drawn: pass the part of the parameters that is one.",
            )
        check_finite(weight, path)
        label = f"layer {parent}" if parent.isdigit() else parent or "dense"
        layers.append(_Layer(label, weight, weight.size + (0 if bias is None else bias.size)))
    if not layers:
        got = f"leaves {', '.join(leaves)}" if leaves else "no leaves"
        raise StructureError(_PLACE, "at least one leaf named weight of rank 2", got)
    return layers


def _column(size: int, limit: int) -> _Column:
    """Place neurons a distance of 1 apart about height 0, from the top; the dots take one place.

    >>> _column(3, 12).heights, _column(784, 2).neurons, _column(784, 2).heights
    ((1.0, 0.0, -1.0), (0, 783), (1.0, -1.0))
    """
    elided = size > limit
    head = (limit + 1) // 2 if elided else size
    tail = limit - head if elided else 0
    neurons = (*range(head), *range(size - tail, size))
    places = [*range(head), *(head + 1 + i for i in range(tail))]
    middle = (len(places) + elided - 1) / 2
    return _Column(neurons, tuple(middle - place for place in places), elided)


def _draw_weights(axes: Axes, weight: Array, index: int, left: _Column, right: _Column) -> None:
    from matplotlib.collections import LineCollection
    from matplotlib.colors import to_rgb

    part = weight[np.ix_(left.neurons, right.neurons)].astype(np.float64)
    strength = np.abs(part) / (float(np.abs(part).max(initial=0)) or 1.0)
    order = np.argsort(strength, axis=None)  # the strongest on top
    rows, columns = np.unravel_index(order, part.shape)
    segments = [((index, left.heights[r]), (index + 1, right.heights[c])) for r, c in zip(rows, columns, strict=True)]
    strong = strength[rows, columns]
    signs = part[rows, columns] > 0
    colours = [(*to_rgb(VERMILION if sign else BLUE), 0.06 + 0.8 * s) for sign, s in zip(signs, strong, strict=True)]
    axes.add_collection(LineCollection(segments, colors=colours, linewidths=0.3 + 1.5 * strong, zorder=1))


def _draw_neurons(axes: Axes, index: int, column: _Column) -> None:
    axes.scatter(
        [index] * len(column.heights), column.heights, s=95, color="white", edgecolors=INK, linewidths=1.1, zorder=2
    )
    if column.elided:
        gap = column.heights[(len(column.heights) + 1) // 2 - 1] - 1
        axes.scatter([index] * 3, [gap - 0.22, gap, gap + 0.22], s=5, color=INK, zorder=2)


def _legend(axes: Axes) -> None:
    from matplotlib.lines import Line2D

    lines = [
        Line2D([], [], color=colour, linewidth=2, label=f"{sign} weight")
        for sign, colour in (("positive", VERMILION), ("negative", BLUE))
    ]
    axes.legend(
        handles=lines, loc="upper center", bbox_to_anchor=(0.5, 0), ncols=2, frameon=False, fontsize=8, labelcolor=MUTED
    )


def _count(layer: _Layer) -> str:
    inputs, outputs = layer.weight.shape
    bias = layer.size - layer.weight.size
    return f"{inputs:,} × {outputs:,}{f' + {bias:,}' if bias else ''}\n= {layer.size:,}"


def _label(axes: Axes, x: float, y: float, text: str, colour: str, size: int) -> None:
    axes.text(x, y, text, ha="center", va="center", fontsize=size, color=colour, linespacing=1.3)
