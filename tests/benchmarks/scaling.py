"""What fnn costs when something grows: the batch, the depth, the number of leaves. Cost should grow no faster."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from tests.benchmarks.compare import Figure, alternate, summed_up
from tests.benchmarks.data import write
from tests.benchmarks.rows import SCALING

Curves = dict[str, dict[str, dict[int, Figure]]]
"""By what grows, by fnn's setting, by size."""


def measure(
    folder: Path, peers: Sequence[str], *, threads: int, repeats: int, seconds: float, say: Callable[[str], None]
) -> Curves:
    """Measure fnn in these of its settings at each size."""
    curves: Curves = {}
    for kind, rows in SCALING.items():
        for size, row in rows.items():
            file = folder / "row.npz"
            write(row, file)
            runs = alternate(row, peers, file, threads=threads, repeats=repeats, seconds=seconds)
            for peer in peers:
                figure = summed_up(row, threads, peer, runs[peer], difference=0)
                curves.setdefault(kind, {}).setdefault(figure.peer, {})[size] = figure
                say(f"{kind} {size}, {figure.peer}: {figure.median:.0f} us")
    return curves


def exponents(curves: Mapping[str, Mapping[str, Mapping[int, Figure]]]) -> dict[tuple[str, str], float]:
    """Return by what grows and setting the b of the best fit ``time = a size^b``: 1 where cost is proportional."""
    return {
        (kind, peer): exponent(list(curve), [figure.median for figure in curve.values()])
        for kind, of in curves.items()
        for peer, curve in of.items()
    }


def exponent(sizes: Sequence[float], times: Sequence[float]) -> float:
    """Return the slope of the line through the logarithms, by least squares.

    >>> round(exponent([1, 2, 4], [3, 12, 48]), 6)
    2.0
    """
    return float(np.polyfit(np.log(sizes), np.log(times), 1)[0])
