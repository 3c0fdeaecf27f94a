"""A run that is killed again and again, at random moments, ends with the very same bits as one left in peace."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np

import fnn
from tests.train.long_run import prepare, run

KILLS = 22
EPOCHS = 60


def start_process(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.train.long_run", str(folder), str(EPOCHS)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_a_run_killed_at_random_moments_equals_the_uninterrupted_run(tmp_path: Path) -> None:
    peaceful, killed = tmp_path / "peaceful", tmp_path / "killed"
    peaceful.mkdir()
    killed.mkdir()
    expected = fnn.final(run(peaceful, EPOCHS)).state

    rng = np.random.default_rng()  # really random: any moment must do
    steps_reached = set()
    for _ in range(KILLS):
        with start_process(killed) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "running\n"
            time.sleep(rng.uniform(0, 0.05))
            process.kill()
            rest = process.stdout.read()
        assert "finished" not in rest, "the run ended before it could be killed often enough; give it more epochs"
        steps_reached.add(fnn.resume(killed / "run.npz", prepare()[1]).step)
    assert len(steps_reached) > 5  # the kills fell on different steps

    with start_process(killed) as process:
        output, _ = process.communicate(timeout=120)
    assert output == "running\nfinished\n"
    assert fnn.tree.equal(fnn.resume(killed / "run.npz", prepare()[1]), expected)
    for name in ("best.npz", "log.csv"):
        assert (killed / name).read_bytes() == (peaceful / name).read_bytes()
