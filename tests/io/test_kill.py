"""Processes killed while they save: whatever the moment, the file is whole."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

# Each round forks a child that saves without pause, and kills it after a random time. All in one process that has
# no threads and has imported everything already, so that the time is spent in saving.
ROUNDS = """
import os, random, signal, sys, time
import numpy as np
from fnn.io.load import load
from fnn.io.save import save

path, rounds = sys.argv[1], int(sys.argv[2])
draw = random.Random(0)

def tree(number):
    return {"a": np.full(200_000, number), "b": (np.full(7, number), None), "c": np.full((), number)}

save(path, tree(0.0))
began = time.perf_counter()
save(path, tree(0.0))
taken = time.perf_counter() - began  # on a busy machine moments are longer
highest = 0.0
for _ in range(rounds):
    child = os.fork()
    if child == 0:
        number = highest
        while True:
            number += 1
            save(path, tree(number))
    time.sleep(draw.uniform(0.2, 6) * taken)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    back = load(path, tree(0.0))
    number = float(back["c"])
    assert number >= highest, "an older file came back"
    assert (back["a"] == number).all() and (back["b"][0] == number).all(), "two files are mixed"
    highest = number
print(highest)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="fork and SIGKILL are a matter of POSIX")
def test_the_file_is_whole_whenever_the_process_is_killed(tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    folder.mkdir()
    command = [sys.executable, "-c", ROUNDS, str(folder / "a.npz"), "30"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) > 0, "nothing was saved between the kills"
    left = [name for name in os.listdir(folder) if name != "a.npz"]
    assert left, "no process was killed in the middle of writing: the test shows nothing"
    assert all(name.startswith(".fnn-") for name in left)
