"""The figures drawn: a dot for each library in each row, and curves of what grows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from fnn.plots.style import CLASSES, INK, MARKERS, MUTED, new_figure, tidy
from tests.benchmarks.compare import Figure
from tests.benchmarks.rows import SCALING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Picture

Curve = Mapping[int, Figure]


def dots(figures: Sequence[Figure]) -> Picture:
    """Draw a panel for each number of threads: rows below each other, time to the right, in powers of ten.

    A line runs from the lower to the upper quartile of a step's time, where it is longer than the dot is wide.
    """
    threads = sorted({figure.threads for figure in figures})
    rows = list(dict.fromkeys(figure.row for figure in figures))
    peers = list(dict.fromkeys(figure.peer for figure in figures))
    picture = new_figure("benchmarks", 2.6 + 3.9 * len(threads), 1.4 + 0.34 * len(rows))
    panels = picture.subplots(1, len(threads), squeeze=False, sharey=True, sharex=True)[0]
    for panel, count in zip(panels, threads, strict=True):
        for i, peer in enumerate(peers):
            of = {f.row: f for f in figures if (f.threads, f.peer) == (count, peer)}
            places = [rows.index(row) for row in of]
            times, lower, upper = (np.array([getattr(f, name) for f in of.values()]) for name in Figure._fields[3:6])
            panel.hlines(places, lower, upper, color=CLASSES[i], linewidth=1.4, alpha=0.6)
            size = 46 if peer.startswith("fnn") else 26
            panel.scatter(times, places, size, color=CLASSES[i], marker=MARKERS[i], label=peer, alpha=0.85, zorder=3)
        tidy(panel)
        panel.set_xscale("log")
        panel.set_yticks(range(len(rows)), rows)
        panel.set_xlabel("microseconds a step", color=INK, fontsize=9)
        title = "1 thread" if count == 1 else f"{count} threads"
        panel.set_title(title, loc="left", color=INK, fontsize=11, fontweight="bold")
    panels[0].set_ylim(len(rows) - 0.5, -0.5)
    handles, labels = panels[0].get_legend_handles_labels()
    picture.legend(
        handles, labels, loc="outside lower center", ncols=len(peers), frameon=False, fontsize=9, labelcolor=INK
    )
    return picture


def growth(curves: Mapping[str, Mapping[str, Curve]], exponents: Mapping[tuple[str, str], float]) -> Picture:
    """Draw a panel for each of what grows, with a curve for each of fnn's settings and a line of slope 1."""
    picture = new_figure("benchmarks", 3.9 * len(curves), 3.5)
    for panel, (kind, of) in zip(picture.subplots(1, len(curves), squeeze=False)[0], curves.items(), strict=True):
        for i, (peer, curve) in enumerate(of.items()):
            label = f"{peer}, exponent {exponents[kind, peer]:.2f}"
            times = [figure.median for figure in curve.values()]
            panel.plot(list(curve), times, color=CLASSES[i], marker=MARKERS[i], markersize=4, label=label)
        _proportional(panel, next(iter(of.values())))
        tidy(panel)
        panel.set_xscale("log", base=2)
        panel.set_yscale("log")
        panel.set_xticks(list(SCALING[kind]), list(map(str, SCALING[kind])))
        panel.set_xlabel(kind, color=INK, fontsize=9)
        panel.set_ylabel("microseconds a step", color=INK, fontsize=9)
        panel.set_title(f"cost against {kind}", loc="left", color=INK, fontsize=11, fontweight="bold")
        panel.legend(frameon=False, fontsize=9, labelcolor=INK)
    return picture


def _proportional(panel: Axes, curve: Curve) -> None:
    sizes = np.array(list(curve))
    line = sizes / sizes[-1] * curve[int(sizes[-1])].median
    panel.plot(sizes, line, color=MUTED, linewidth=1, linestyle=":", label="proportional")
