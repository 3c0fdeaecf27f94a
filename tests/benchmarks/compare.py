"""The peers beside each other on one row: first whether they compute the same, then what it takes them."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tests.benchmarks.peers import PEERS
from tests.benchmarks.processes import figures
from tests.benchmarks.rows import Row

CHECKED = 10
"""So many steps are compared before any is timed."""

TOLERANCE = 1e-3
"""By so much of the largest result peers may differ. Most do by less than 1e-5, which is rounding; scikit-learn adds
Adam's eps to the root before its correction, the others after it, which shows in the weights of small gradients."""


class Figure(NamedTuple):
    """What a row took a peer: microseconds a step (median and quartiles over blocks of steps), seconds, MB.

    ``first_step`` is building and compiling with the first step, ``importing`` the import beyond NumPy's, ``memory``
    the peak of the process; these are medians over the ``runs``. ``difference`` is that of the results.
    """

    row: str
    threads: int
    peer: str
    median: float
    lower: float
    upper: float
    first_step: float
    importing: float
    memory: float
    runs: int
    steps: int
    difference: float
    version: str
    kernels: str


def differences(row: Row, peers: Sequence[str], file: Path) -> dict[str, float]:
    """Return how far each peer's first results are from those of the first, as a share of the largest of these."""
    traces = {
        peer: np.array(figures(peer, row.name, file, 1, PEERS[peer].environment, "--check", str(CHECKED)))
        for peer in peers
    }
    expected = traces[peers[0]]
    return {peer: float(abs(trace - expected).max() / abs(expected).max()) for peer, trace in traces.items()}


def alternate(
    row: Row, peers: Sequence[str], file: Path, *, threads: int, repeats: int, seconds: float
) -> dict[str, list[dict[str, Any]]]:
    """Run each peer so many times, in turn, every other turn backwards, and return what the runs measured."""
    runs: dict[str, list[dict[str, Any]]] = {peer: [] for peer in peers}
    for turn in range(repeats):
        for peer in reversed(peers) if turn % 2 else peers:
            run = figures(peer, row.name, file, threads, PEERS[peer].environment, "--seconds", str(seconds))
            runs[peer].append(run)
    return runs


def summed_up(row: Row, threads: int, peer: str, runs: Sequence[dict[str, Any]], difference: float) -> Figure:
    """Return the figures of a peer over all of its runs."""

    def over(name: str) -> float:
        return float(np.median([run[name] for run in runs]))

    lower, middle, upper = np.quantile(np.concatenate([run["times"] for run in runs]), (0.25, 0.5, 0.75)) * 1e6
    return Figure(
        row=row.name,
        threads=threads,
        peer=PEERS[peer].name,
        median=float(middle),
        lower=float(lower),
        upper=float(upper),
        first_step=over("first"),
        importing=over("import"),
        memory=over("memory"),
        runs=len(runs),
        steps=sum(run["steps"] * len(run["times"]) for run in runs),
        difference=difference,
        version=runs[0]["version"],
        kernels=runs[0]["kernels"],
    )


def disagreeing(found: dict[str, float]) -> list[str]:
    """Return the peers that do not compute the same; one whose results are NaN is among them.

    >>> disagreeing({"fnn": 0.0, "torch": 2e-7, "jax": 0.5, "sklearn": float("nan")})
    ['jax', 'sklearn']
    """
    return [peer for peer, difference in found.items() if not difference <= TOLERANCE]


def fastest(figures: Iterable[Figure]) -> dict[tuple[str, int], Figure]:
    """Return the fastest of the other libraries for each row and number of threads."""
    best: dict[tuple[str, int], Figure] = {}
    for figure in figures:
        key = (figure.row, figure.threads)
        if not figure.peer.startswith("fnn") and (key not in best or figure.median < best[key].median):
            best[key] = figure
    return best
