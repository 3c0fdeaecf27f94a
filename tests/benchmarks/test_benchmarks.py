"""The benchmark runs: fnn's side of it, on the smallest row, for a few steps. What it measures is not judged here."""

import csv
import json
import math
import os
import time
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from tests.benchmarks import compare, processes, rows
from tests.benchmarks.__main__ import main
from tests.benchmarks.data import make
from tests.benchmarks.measure import blocks, settle
from tests.benchmarks.peers import OURS, PEERS, Many, Peer
from tests.benchmarks.peers.ours import build
from tests.benchmarks.report import tables
from tests.benchmarks.scaling import exponents

TINY = rows.TABLE[0]
EVERY = [*rows.TABLE, *(row for series in rows.SCALING.values() for row in series.values())]


def figure(row: str, peer: str, median: float, threads: int = 1) -> compare.Figure:
    return compare.Figure(row, threads, peer, median, median * 0.9, median * 1.2, 0.1, 0.2, 50, 3, 100, 0, "1.0", "")


def test_a_row_is_measured_written_and_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ours = [peer for peer in OURS if not PEERS[peer].missing()]
    options = ["--rows", TINY.name, "--peers", *ours, "--threads", "1", "--repeats", "1", "--seconds", "0.02"]
    assert main([*options, "--out", str(tmp_path)]) == 0
    with (tmp_path / "benchmarks.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert [(line["row"], line["peer"], line["threads"]) for line in lines] == [
        (TINY.name, PEERS[peer].name, "1") for peer in ours
    ]
    for line in lines:
        numbers = {name: float(line[name]) for name in ("median", "first_step", "importing", "memory", "steps")}
        assert all(number > 0 and math.isfinite(number) for number in numbers.values()), numbers
        assert float(line["lower"]) <= float(line["median"]) <= float(line["upper"])
        assert float(line["difference"]) <= compare.TOLERANCE
    picture = imread(tmp_path / "benchmarks.png")
    assert picture.std() > 0.05  # something is drawn
    assert TINY.name in capsys.readouterr().out


def test_peers_that_disagree_are_not_timed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def other(peer: str, *_: object) -> list[list[float]]:
        return [[0.7], [0.5 if peer == "fast" else 0.6]]

    monkeypatch.setattr(compare, "figures", other)
    monkeypatch.setattr(Peer, "missing", lambda peer: [])
    assert main(["--rows", TINY.name, "--peers", "fnn", "fast", "--out", str(tmp_path)]) == 1
    assert "not timed, for it is not the same: fast" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_a_peer_that_fails_fails_its_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    (tmp_path / "python").write_text("#!/bin/sh\necho it broke >&2\nexit 3\n")
    (tmp_path / "python").chmod(0o755)
    assert main(["--rows", TINY.name, "--peers", "fnn", "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().out
    assert "ended with 3" in said
    assert "it broke" in said
    assert f"not measured, see above: {TINY.name}" in said


def test_names_of_rows_are_their_own() -> None:
    assert len({row.name for row in rows.TABLE}) == len(rows.TABLE)
    assert all(rows.find(row.name) == row for row in EVERY)


@pytest.mark.parametrize("row", [row for row in EVERY if row.task != "update" or row.name == "16 leaves"], ids=str)
def test_every_row_can_be_made(row: rows.Row) -> None:
    arrays = make(row)
    if row.task == "update":
        assert arrays["weight.0"].shape == arrays["gradient.15"].shape == (32, 32)
    else:
        assert arrays["inputs"].shape[:2] == arrays["targets"].shape[:2] == (rows.BATCHES, row.batch)
    assert {array.dtype for name, array in arrays.items() if name[0].isdigit()} <= {np.dtype(np.float32)}


@pytest.mark.parametrize("name", [TINY.name, "infer 1 x (784-512-512-10)", "16 leaves"])
def test_a_step_does_its_task(name: str) -> None:
    row = rows.find(name)
    arrays = make(row)
    step = build(row, arrays, 1)
    results = [settle(step(i)) for i in range(9)]
    if row.task == "train":  # the ninth batch is the first again, and was learned from
        assert [result.shape for result in results] == [(1,)] * 9
        assert results[8][0] < results[0][0]
    if row.task == "infer":
        assert results[0].shape == (10,)
        np.testing.assert_array_equal(results[8], results[0])
    if row.task == "update":  # with gradients that stay the same, Adam moves by the learning rate against their signs
        expected = -9 * rows.LEARNING_RATE * np.sign(arrays["gradient.15"].ravel()[:64])
        np.testing.assert_allclose(results[8], expected, rtol=1e-3)


def test_blocks_are_timed_by_the_step() -> None:
    taken: list[int] = []

    class Whole:
        def __call__(self, i: int, /) -> float:
            raise AssertionError("it can be taken many times at once")

        def many(self, count: int) -> None:
            taken.append(count)
            time.sleep(count * 1e-5)

    assert isinstance(Whole(), Many)
    count, times = blocks(Whole(), 0.01)
    assert count == taken[-1]
    assert set(taken[-len(times) :]) == {count}
    assert len(times) >= 5
    assert count & (count - 1) == 0


def test_thread_settings_of_the_machine_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    monkeypatch.setenv("MKL_DYNAMIC", "TRUE")
    before = processes.cores()
    code = "import json, os, tests.benchmarks.processes as p; print(json.dumps([dict(os.environ), len(p.cores())]))"
    variables, count = json.loads(processes.run(["-c", code], 1, {"FNN_KERNELS": "numpy"}))
    assert not {"OPENBLAS_CORETYPE", "MKL_DYNAMIC"} & variables.keys()
    assert (variables["OPENBLAS_NUM_THREADS"], variables["OMP_NUM_THREADS"]) == ("1", "1")
    assert variables["FNN_KERNELS"] == "numpy"
    assert count == (1 if hasattr(os, "sched_setaffinity") else len(before))
    assert processes.cores() == before


def test_a_process_that_fails_says_why() -> None:
    with pytest.raises(RuntimeError, match="no such thing"):
        processes.run(["-c", "raise SystemExit('no such thing')"], 1)


def test_ratios_are_to_the_fastest_of_the_others() -> None:
    figures = [figure("a", "fnn", 50), figure("a", "PyTorch", 100), figure("a", "JAX", 40), figure("a", "fnn", 9, 2)]
    best = compare.fastest(figures)
    assert {key: value.peer for key, value in best.items()} == {("a", 1): "JAX"}
    assert "1.25" in tables(figures).splitlines()[4]


def test_exponents_are_those_of_the_times() -> None:
    curve = {size: figure("a", "fnn", 3.0 * size) for size in (1, 2, 8)}
    assert exponents({"batch": {"fnn": curve}}) == {("batch", "fnn"): pytest.approx(1)}


def test_a_library_that_is_not_there_is_left_out() -> None:
    assert PEERS["fnn"].missing() == []
    assert PEERS["torch"]._replace(modules=("no_such_library.nn",)).missing() == ["no_such_library.nn"]
    assert not PEERS["sklearn"].runs(rows.find("CNN, batch 64"))


@pytest.mark.parametrize("options", [["--rows", "no such row"], ["--threads", "10000"]])
def test_what_cannot_be_measured_is_refused(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(options)
    assert "there are" in capsys.readouterr().err
