"""Measure fnn beside PyTorch, JAX and scikit-learn, on the machine at hand.

python -m tests.benchmarks              all rows, in about a quarter of an hour
python -m tests.benchmarks --quick      the same in a few minutes, with more noise
python -m tests.benchmarks --rows 784   the rows whose names contain 784
python -m tests.benchmarks --scaling    what fnn costs when the batch, the depth or the number of leaves grows
python -m tests.benchmarks --script     a whole script: Fashion-MNIST, ten epochs, from start to accuracy

The peers come with the extra "bench"; one that is not installed is left out, and the table says so. Each run is a
process of its own on as many cores as it has threads, and no setting of BLAS or OpenMP libraries is left from the
environment. Before a row is timed, all peers must agree on the results of its first steps.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from fnn.data.fashion import DEBIAN
from tests.benchmarks import scaling, whole
from tests.benchmarks.compare import Figure, alternate, differences, disagreeing, summed_up
from tests.benchmarks.data import write
from tests.benchmarks.peers import OURS, PEERS
from tests.benchmarks.pictures import dots, growth
from tests.benchmarks.processes import cores
from tests.benchmarks.report import short, tables, write_csv
from tests.benchmarks.rows import TABLE, Row


def say(text: str) -> None:
    """Print at once, so that one can watch."""
    print(text, flush=True)


def measure(
    rows: Sequence[Row], peers: Sequence[str], threads: Sequence[int], repeats: int, seconds: float
) -> tuple[list[Figure], list[str]]:
    """Check and time the rows; return the figures, and the rows where peers do not agree or one fails."""
    figures, failed = [], []
    with tempfile.TemporaryDirectory() as folder:
        for number, row in enumerate(rows, start=1):
            able = [peer for peer in peers if PEERS[peer].runs(row)]
            say(f"[{number}/{len(rows)}] {row.name}{'' if able else ': none of the peers has it'}")
            try:
                if able:
                    figures += _measure(row, able, Path(folder) / "row.npz", threads, repeats, seconds)
            except RuntimeError as error:
                say(f"  {error}")
                failed.append(row.name)
    return figures, failed


def _measure(
    row: Row, peers: Sequence[str], file: Path, threads: Sequence[int], repeats: int, seconds: float
) -> list[Figure]:
    write(row, file)
    apart = differences(row, peers, file)
    by = _listed({PEERS[peer].name: f"{difference:.0e}" for peer, difference in apart.items()})
    say(f"  results differ from those of {PEERS[peers[0]].name} by: {by}")
    if disagreeing(apart):
        raise RuntimeError(f"not timed, for it is not the same: {', '.join(disagreeing(apart))}")
    figures = []
    for count in threads:
        runs = alternate(row, peers, file, threads=count, repeats=repeats, seconds=seconds)
        new = [summed_up(row, count, peer, runs[peer], apart[peer]) for peer in peers]
        say(f"  threads: {count}, us a step: " + _listed({figure.peer: short(figure.median) for figure in new}))
        figures += new
    return figures


def _listed(values: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())


def table(given: argparse.Namespace, peers: Sequence[str]) -> int:
    """Measure the rows, print the tables, write benchmarks.csv and .png; return 1 if a row failed."""
    figures, failed = measure(given.rows, peers, given.threads, given.repeats, given.seconds)
    if figures:
        say(tables(figures))
        write_csv(figures, given.out / "benchmarks.csv")
        dots(figures).savefig(given.out / "benchmarks.png", dpi=150)
    for name in failed:
        say(f"not measured, see above: {name}")
    return 1 if failed else 0


def growing(given: argparse.Namespace, peers: Sequence[str]) -> None:
    """Measure what grows, print the exponents, write scaling.csv and .png."""
    ours = [peer for peer in peers if peer in OURS]
    with tempfile.TemporaryDirectory() as folder:
        curves = scaling.measure(
            Path(folder), ours, threads=given.threads[0], repeats=given.repeats, seconds=given.seconds, say=say
        )
    found = scaling.exponents(curves)
    for (kind, peer), exponent in found.items():
        say(f"{peer}: time grows as {kind} to the power of {exponent:.2f}")
    figures = [figure for of in curves.values() for curve in of.values() for figure in curve.values()]
    write_csv(figures, given.out / "scaling.csv")
    growth(curves, found).savefig(given.out / "scaling.png", dpi=150)


def whole_scripts(given: argparse.Namespace, peers: Sequence[str]) -> None:
    """Time the scripts, write scripts.csv."""
    scripts = []
    for threads in given.threads:
        scripts += whole.measure(
            given.data, peers, threads=threads, epochs=given.epochs, repeats=given.repeats, say=say
        )
    for script in scripts:
        spread = f"{script.least:.1f} to {script.most:.1f}"
        say(f"{script.peer}, threads: {script.threads}: {script.median:.1f} s ({spread}), {script.accuracy:.4f}")
    write_csv(scripts, given.out / "scripts.csv")


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", nargs="+", metavar="PART", help="only rows whose names contain one of these")
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS), metavar="PEER", help=", ".join(PEERS))
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--repeats", type=int, help="runs of each peer in turn: 3, or 1 with --quick")
    parser.add_argument("--seconds", type=float, help="to time in each run: 0.5, or 0.3 with --quick")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter runs")
    parser.add_argument("--out", type=Path, default=Path("runs"), help="folder for tables and pictures")
    parser.add_argument("--scaling", action="store_true", help="measure what fnn costs when something grows")
    parser.add_argument("--script", action="store_true", help="time whole scripts")
    parser.add_argument("--epochs", type=int, default=10, help="of the whole scripts")
    parser.add_argument("--data", type=Path, default=DEBIAN, help="folder of Fashion-MNIST's four .gz files")
    given = parser.parse_args(arguments)
    given.repeats = given.repeats or (1 if given.quick else 3)
    given.seconds = given.seconds or (0.3 if given.quick else 0.5)
    given.rows = [row for row in TABLE if given.rows is None or any(part in row.name for part in given.rows)]
    if not given.rows:
        parser.error(f"no row has such a name; there are: {', '.join(row.name for row in TABLE)}")
    if max(given.threads) > len(cores()):
        parser.error(f"there are {len(cores())} cores: choose the threads to compare with --threads")
    given.out.mkdir(parents=True, exist_ok=True)

    peers = [peer for peer in given.peers if not PEERS[peer].missing()]
    for peer in given.peers:
        if peer not in peers:
            say(f"{PEERS[peer].name} is left out: {', '.join(PEERS[peer].missing())} is not installed")
    if given.scaling:
        growing(given, peers)
        return 0
    if given.script:
        whole_scripts(given, peers)
        return 0
    return table(given, peers)


if __name__ == "__main__":
    sys.exit(main())
