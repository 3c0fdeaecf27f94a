"""The figures as tables to read, and as a file to compute with."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.compare import Figure, fastest


def short(number: float) -> str:
    """Return a number in three digits.

    >>> [short(x) for x in (7.3456, 56.78, 1234.5, 0.1234)]
    ['7.35', '56.8', '1234', '0.123']
    """
    return f"{number:.0f}" if number >= 100 else f"{number:.3g}"


def write_csv(figures: Sequence[NamedTuple], path: Path) -> None:
    """Write one line a figure, under the names of its fields."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(figures[0]._fields)
        writer.writerows(figures)


def tables(figures: Sequence[Figure]) -> str:
    """Return a table of times for each number of threads, then memory, first steps and imports."""
    parts = []
    for threads in sorted({figure.threads for figure in figures}):
        chosen = [figure for figure in figures if figure.threads == threads]
        count = "1 thread" if threads == 1 else f"{threads} threads"
        parts += [
            f"\nMicroseconds a step on {count}: median (quartiles); x: of the fastest other library's time\n",
            _table(chosen, _time, ratios=True),
            f"\nPeak memory of the process on {count}, MB; first step with building and compiling, s; import, s\n",
            _table(chosen, lambda f: f"{f.memory:.0f}; {f.first_step:.2f}; {f.importing:.2f}", ratios=False),
        ]
    return "\n".join(parts)


def _time(figure: Figure) -> str:
    return f"{short(figure.median)} ({short(figure.lower)}-{short(figure.upper)})"


def _table(figures: Sequence[Figure], cell: Callable[[Figure], str], *, ratios: bool) -> str:
    rows = list(dict.fromkeys(figure.row for figure in figures))
    peers = list(dict.fromkeys(figure.peer for figure in figures))
    best = fastest(figures)
    of = {(figure.row, figure.peer): figure for figure in figures}
    ours = [peer for peer in peers if peer.startswith("fnn")] if ratios and best else []
    lines = [["", *peers, *(f"{peer} x" for peer in ours)]]
    for row in rows:
        cells = [cell(of[row, peer]) if (row, peer) in of else "" for peer in peers]
        for peer in ours:
            figure = of.get((row, peer))
            other = None if figure is None else best.get((row, figure.threads))
            cells.append("" if figure is None or other is None else f"{figure.median / other.median:.2f}")
        lines.append([row, *cells])
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            [line[0].ljust(widths[0]), *(text.rjust(width) for text, width in zip(line[1:], widths[1:], strict=True))]
        )
        for line in lines
    )
