"""What one fresh process measures: one peer, one row. It prints its figures as a line of JSON.

Apart from each other are the import of the library (NumPy is loaded before), the first step with all that it builds
and compiles, some steps to warm up, and the time of the steps after these, in blocks that are long enough for the
clock. With ``--check`` it takes so many steps and prints their results instead, to be compared with those of others.
"""

import argparse
import json
import sys
import time
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.peers import OURS, PEERS, Arrays, Many, Step
from tests.benchmarks.rows import find

EPOCH = 32
"""At least so many steps a library takes in one call, if it is made for many."""

BLOCKS = 15
"""At most as many blocks fit into the time given, if a step is shorter than a block; at least five are measured."""


def read(path: Path) -> Arrays:
    """Read all arrays of a .npz file."""
    with np.load(path) as file:
        return {name: file[name] for name in file.files}


def settle(result: Any) -> NDArray[Any]:
    """Wait for a result, and return the first of its numbers."""
    return np.asarray(result).ravel()[:64]


def block(step: Step, count: int) -> float:
    """Return the seconds that so many steps take."""
    began = time.perf_counter()
    if isinstance(step, Many):
        step.many(count)
    else:
        for i in range(count):
            result = step(i)
        settle(result)
    return time.perf_counter() - began


def blocks(step: Step, seconds: float) -> tuple[int, list[float]]:
    """Warm up for a third of the time, then return the steps of a block, and the seconds a step of each block."""
    count, began = (EPOCH if isinstance(step, Many) else 1), time.perf_counter()
    while (took := block(step, count)) < seconds / BLOCKS or time.perf_counter() - began < seconds / 3:
        if took < seconds / BLOCKS:
            count *= 2
    times = [block(step, count) for _ in range(max(5, round(seconds / took)))]
    return count, [seconds / count for seconds in times]


def peak_memory() -> float:
    """Return the most memory that this process held, in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # there the figure of getrusage begins with that of the process that started this one
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def kernels() -> str:
    """Say with which loops fnn runs: NumPy's, or compiled ones."""
    return str(import_module("fnn.kernels").active()) if find_spec("fnn.kernels") else "numpy"


def main() -> None:
    """Measure, or check, and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--peer", choices=PEERS, required=True)
    parser.add_argument("--row", required=True)
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--check", type=int, default=0)
    given = parser.parse_args()
    peer, row = PEERS[given.peer], find(given.row)
    arrays = read(given.file)

    began = time.perf_counter()
    for module in peer.modules:
        import_module(module)
    imported = time.perf_counter()
    step = peer.builder()(row, arrays, given.threads)
    if given.check:
        print(json.dumps([settle(step(i)).tolist() for i in range(given.check)]))
        return
    settle(step(0))
    first = time.perf_counter()
    count, times = blocks(step, given.seconds)
    figures = {
        "import": imported - began,
        "first": first - imported,
        "steps": count,
        "times": times,
        "memory": peak_memory(),
        "version": getattr(sys.modules[peer.modules[0].partition(".")[0]], "__version__", ""),
        "kernels": kernels() if given.peer in OURS else "",
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
