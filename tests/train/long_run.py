"""A training run with everything that a resumed run must restore; test_kill starts it as a process and kills it.

Usage: python -m tests.train.long_run FOLDER EPOCHS
"""

import sys
from pathlib import Path
from typing import TypeAlias

import fnn
from fnn.optim import AdamState, ClipState, EMAState
from fnn.train import Events


@fnn.record
class Net:
    """Parameters of the network under test."""

    hidden: fnn.Dense
    out: fnn.Dense


OptimizerState: TypeAlias = tuple[ClipState, AdamState, EMAState]
Step: TypeAlias = fnn.TrainStep[Net, OptimizerState, fnn.Array, fnn.Array, fnn.IntArray]
State: TypeAlias = fnn.TrainState[Net, OptimizerState]
Data: TypeAlias = fnn.Batches[fnn.Array, fnn.IntArray]


def prepare() -> tuple[Step, State, Data]:
    """Return a step with dropout, clipping, a schedule and a moving average, the first state, and shuffled data."""
    model = (fnn.dense(2, 24) >> fnn.relu >> fnn.dropout(0.1) >> fnn.dense(24, 3)).into(Net)
    optimizer = fnn.chain(fnn.clip_by_global_norm(1.0), fnn.adam(fnn.inverse_time(0.02, decay=1e-3)), fnn.ema(0.9))
    step: Step = fnn.train_step(
        model, fnn.softmax_cross_entropy, optimizer, penalty=fnn.l2(1e-4), metrics={"accuracy": fnn.accuracy}
    )
    x, labels = fnn.data.spiral(40, 3, fnn.Key(5))
    return step, fnn.start(model, optimizer, fnn.Key(6)), fnn.batches(x, labels, batch_size=16, key=fnn.Key(7))


def run(folder: Path, epochs: int) -> Events[Net, OptimizerState]:
    """Begin the run in ``folder`` or go on with it; checkpoint, history and early stopping keep their files there."""
    step, state, data = prepare()
    state = fnn.resume(folder / "run.npz", state)
    events = fnn.fit(step, state, data, epochs=epochs, validate=data)
    events = fnn.early_stopping(events, patience=1000, keep=folder / "best.npz")
    return fnn.checkpoint(fnn.history(events, folder / "log.csv"), folder / "run.npz", every=3)


if __name__ == "__main__":
    for event in run(Path(sys.argv[1]), int(sys.argv[2])):
        print("step", event.state.step, flush=True)
    print("finished", flush=True)
