"""Chapter 11, testing data: how good a network is with data that it has not learned from.

A network can learn its data by heart. Only data of the same kind that took no part in training tell how much of it is
knowledge. Look at the gap between training and test accuracy, how it opens while training goes on, and how far more
data closes it.

Draws the curves of both to testing.png.
"""

import argparse
from pathlib import Path

import fnn
from fnn import Array, IntArray, plots

Params = tuple[fnn.Dense, fnn.Dense]
End = fnn.End[Params, fnn.optim.AdamState]

MODEL = fnn.dense(2, 64) >> fnn.relu >> fnn.dense(64, 3)


def train(x: Array, labels: IntArray, test: fnn.Batches[Array, IntArray], steps: int) -> End:
    """Train with batches of 300 points; return the last event, with the history of all epochs."""
    optimizer = fnn.adam(fnn.inverse_time(0.05, decay=5e-7))
    step = fnn.train_step(MODEL, fnn.softmax_cross_entropy, optimizer, metrics={"accuracy": fnn.accuracy})
    data = fnn.batches(x, labels, batch_size=300, key=fnn.Key(2))
    run = fnn.fit(step, fnn.start(MODEL, optimizer, fnn.Key(1)), data, epochs=max(1, steps // len(data)), validate=test)
    return fnn.final(fnn.history(run))


def main(steps: int = 10_000, folder: Path = Path()) -> dict[int, float]:
    """Train with little and with more data; print the figures and return the test accuracies by number of points."""
    test = fnn.batches(*fnn.data.spiral(100, 3, fnn.Key(99)), batch_size=300)
    found: dict[int, float] = {}
    for samples in (100, 1000):
        x, labels = fnn.data.spiral(samples, 3, fnn.Key(0))
        end = train(x, labels, test, steps)
        print(f"{len(x)} points to learn from, {len(test)} x 300 new ones to test with")
        for row in end.history[:: max(1, len(end.history) // 5)] + end.history[-1:]:
            print(
                f"  epoch {row['epoch']:6}  training loss {row['loss']:.4f} accuracy {row['accuracy']:.3f}"
                f"  test loss {row['validation_loss']:.4f} accuracy {row['validation_accuracy']:.3f}"
            )
        found[len(x)] = end.metrics["validation_accuracy"]
        if samples == 100:
            plots.curves(end.history).savefig(folder / "testing.png", dpi=150)
    print(f"drawn to {folder / 'testing.png'}")
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, default=Path(), help="where to write the picture")
    arguments = parser.parse_args()
    main(arguments.steps, arguments.folder)
