"""Starting the processes that measure: fresh, on so many cores, with no thread setting left in the environment."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]

REMOVED = ("OPENBLAS_", "MKL_", "OMP_", "GOTO_", "BLIS_", "KMP_", "XLA_", "FNN_", "PYTHONDONT")
"""What the environment says about threads, processors and compiled pages, by the beginnings of the names."""


def environment(threads: int, own: dict[str, str]) -> dict[str, str]:
    """Return this process's environment without those settings, with the number of threads and a peer's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(REMOVED)}
    counts = {f"{library}_NUM_THREADS": str(threads) for library in ("OPENBLAS", "MKL", "OMP", "NUMBA")}
    return {**kept, **counts, **own}


def cores() -> list[int]:
    """Return the cores that this process may use."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))


@contextmanager
def bound_to(threads: int) -> Iterator[None]:
    """Bind what is started meanwhile to so many cores, where the system can (on Linux)."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = cores()
    os.sched_setaffinity(0, before[:threads])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def run(arguments: Sequence[str], threads: int, own: dict[str, str] | None = None) -> str:
    """Run Python with these arguments from the root of the project, and return what it prints.

    Raises RuntimeError with what it says where it fails.
    """
    command, env = [sys.executable, *arguments], environment(threads, own or {})
    with bound_to(threads):
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def figures(peer: str, row: str, file: Path, threads: int, own: dict[str, str], *options: str) -> Any:
    """Return what `tests.benchmarks.measure` prints for a peer and a row."""
    module = ("-m", "tests.benchmarks.measure")
    given = ("--peer", peer, "--row", row, "--file", str(file), "--threads", str(threads))
    return json.loads(run([*module, *given, *options], threads, own).splitlines()[-1])
