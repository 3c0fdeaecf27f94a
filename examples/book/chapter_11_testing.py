"""Chapter 11, testing data: how good a network is with data that it has not learned from.

A network can learn its data by heart. Only data of the same kind that took no part in training tell how much of it is
knowledge. Look at the gap between training and test accuracy: with few points the test loss even rises while the
training loss still falls; more data close the gap from both sides.

Draws the curves of the run with few points to testing.png.
"""

import argparse
from pathlib import Path

import fnn
from fnn import Array, IntArray, plots

Params = tuple[fnn.Dense, fnn.Dense]
End = fnn.End[Params, fnn.optim.AdamState]

MODEL = fnn.dense(2, 64) >> fnn.relu >> fnn.dense(64, 3)


def train(x: Array, labels: IntArray, test: fnn.Batches[Array, IntArray], epochs: int) -> End:
    """Train with batches of 300 points; return the last event, with the history of all epochs."""
    optimizer = fnn.adam(fnn.inverse_time(0.05, decay=5e-7))
    step = fnn.train_step(MODEL, fnn.softmax_cross_entropy, optimizer, metrics={"accuracy": fnn.accuracy})
    data = fnn.batches(x, labels, batch_size=300, key=fnn.Key(2))
    run = fnn.fit(step, fnn.start(MODEL, optimizer, fnn.Key(1)), data, epochs=epochs, validate=test)
    return fnn.final(fnn.history(run))


def report(end: End) -> None:
    """Print some rows of the history, the last one included."""
    rows = end.history
    for row in (*rows[:: max(1, len(rows) // 5)], rows[-1]):
        print(
            f"  epoch {row['epoch']:6}  training loss {row['loss']:.4f} accuracy {row['accuracy']:.3f}"
            f"  test loss {row['validation_loss']:.4f} accuracy {row['validation_accuracy']:.3f}"
        )


def main(steps: int = 5000, folder: Path = Path("runs")) -> dict[int, float]:
    """Train with little and with more data; print the figures and return the gaps by number of points."""
    folder.mkdir(parents=True, exist_ok=True)
    test = fnn.batches(*fnn.data.spiral(300, 3, fnn.Key(99)), batch_size=900)
    gaps: dict[int, float] = {}
    for samples in (100, 1000):
        x, labels = fnn.data.spiral(samples, 3, fnn.Key(0))
        end = train(x, labels, test, max(1, steps * 100 // samples))
        print(f"{len(x)} points to learn from, {test.samples} new ones to test with, {end.state.step} steps")
        report(end)
        gaps[len(x)] = end.metrics["accuracy"] - end.metrics["validation_accuracy"]
        print(f"  gap between the accuracies: {gaps[len(x)]:.3f}")
        if samples == 100:
            plots.curves(end.history).savefig(folder / "testing.png", dpi=150)
    print(f"drawn to {folder / 'testing.png'}")
    return gaps


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--folder", type=Path, default=Path("runs"), help="where to write the picture")
    arguments = parser.parse_args()
    main(arguments.steps, arguments.folder)
