"""Whole scripts beside each other: wall time from the start of the process to the accuracy it prints."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.benchmarks.peers import PEERS
from tests.benchmarks.processes import run

SCRIPTS = ("fnn", "fast", "torch", "sklearn")
"""The peers that there is a script for."""


class Script(NamedTuple):
    """Seconds of a script, the median of its runs with the least and the most, and the accuracy it reached."""

    peer: str
    threads: int
    median: float
    least: float
    most: float
    accuracy: float


def measure(
    folder: Path, peers: Sequence[str], *, threads: int, epochs: int, repeats: int, say: Callable[[str], None]
) -> list[Script]:
    """Run the scripts in turn, so many times."""
    times: dict[str, list[float]] = {peer: [] for peer in peers if peer in SCRIPTS}
    accuracies: dict[str, float] = {}
    for _ in range(repeats):
        for peer, taken in times.items():
            module = f"tests.benchmarks.scripts.{PEERS[peer].page}"
            began = time.perf_counter()
            said = run(["-m", module, str(folder), str(epochs)], threads, PEERS[peer].environment)
            taken.append(time.perf_counter() - began)
            accuracies[peer] = float(said.splitlines()[-1])
            say(f"{PEERS[peer].name}, threads: {threads}: {taken[-1]:.1f} s, accuracy {accuracies[peer]:.4f}")
    return [
        Script(PEERS[peer].name, threads, median(taken), min(taken), max(taken), accuracies[peer])
        for peer, taken in times.items()
    ]
