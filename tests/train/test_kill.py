"""A run that is killed again and again, at random moments, ends with the very same bits as one left in peace."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np

import fnn
from tests.train.long_run import prepare, run

KILLS = 22
NEVER_DONE = 1_000_000


def start_process(folder: Path, epochs: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.train.long_run", str(folder), str(epochs)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_a_run_killed_at_random_moments_equals_the_uninterrupted_run(tmp_path: Path) -> None:
    killed, peaceful = tmp_path / "killed", tmp_path / "peaceful"
    killed.mkdir()
    peaceful.mkdir()

    rng = np.random.default_rng()  # really random: any moment must do
    steps_reached = []
    for _ in range(KILLS):
        with start_process(killed, NEVER_DONE) as process:
            assert process.stdout is not None
            for _ in range(rng.integers(1, 16)):  # events, and not time alone, in which a busy machine may do nothing
                assert process.stdout.readline().startswith("step ")
            time.sleep(rng.uniform(0, 0.005))
            process.kill()
        steps_reached.append(fnn.resume(killed / "run.npz", prepare()[1]).step)
    assert steps_reached == sorted(steps_reached)
    assert len(set(steps_reached)) > 5  # the kills fell on different steps

    epochs = fnn.resume(killed / "run.npz", prepare()[1]).epoch + 2
    with start_process(killed, epochs) as process:
        output, _ = process.communicate(timeout=120)
    assert output.endswith("finished\n")
    expected = fnn.final(run(peaceful, epochs)).state
    assert fnn.tree.equal(fnn.resume(killed / "run.npz", prepare()[1]), expected)
    for name in ("best.npz", "log.csv"):
        assert (killed / name).read_bytes() == (peaceful / name).read_bytes()
