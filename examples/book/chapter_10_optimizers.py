"""Chapter 10, optimizers: the same network and spiral, by gradient descent and its descendants.

Plain descent steps against the gradient. A decaying rate ends the zigzag; momentum carries on through dents; AdaGrad
and RMSProp give each weight a rate of its own; Adam does both. Look at the accuracies after the same number of steps,
each over all 300 points, as in the book. Every network begins with the same weights.

Draws what Adam found to spiral_adam.png.
"""

import argparse
from pathlib import Path
from typing import Any

import fnn
from fnn import Array, IntArray, plots

Params = tuple[fnn.Dense, fnn.Dense]

MODEL = fnn.dense(2, 64) >> fnn.relu >> fnn.dense(64, 3)

OPTIMIZERS: dict[str, fnn.Optimizer[Any]] = {
    "SGD, rate 1": fnn.sgd(1.0),
    "SGD, decay 0.001": fnn.sgd(fnn.inverse_time(1.0, decay=1e-3)),
    "momentum 0.5, decay 0.001": fnn.momentum(fnn.inverse_time(1.0, decay=1e-3), momentum=0.5),
    "momentum 0.9, decay 0.001": fnn.momentum(fnn.inverse_time(1.0, decay=1e-3), momentum=0.9),
    "AdaGrad, rate 1": fnn.adagrad(fnn.inverse_time(1.0, decay=1e-4)),
    "RMSProp, rate 0.02": fnn.rmsprop(fnn.inverse_time(0.02, decay=1e-5), rho=0.999),
    "Adam, rate 0.05": fnn.adam(fnn.inverse_time(0.05, decay=5e-7)),
}
"""The book's settings. Its decay is ``rate / (1 + decay * step)``, which is `fnn.inverse_time`."""


def train(optimizer: fnn.Optimizer[Any], x: Array, labels: IntArray, epochs: int) -> fnn.End[Params, Any]:
    """Return the last event of a run: its state, and the figures of its last epoch."""
    step = fnn.train_step(MODEL, fnn.softmax_cross_entropy, optimizer, metrics={"accuracy": fnn.accuracy})
    data = fnn.batches(x, labels, batch_size=len(x))  # one batch with everything: an epoch is one step
    return fnn.final(fnn.fit(step, fnn.start(MODEL, optimizer, fnn.Key(1)), data, epochs=epochs))


def main(epochs: int = 10_001, folder: Path = Path()) -> dict[str, float]:
    """Train with each optimizer, print the figures, and return the accuracies by name."""
    x, labels = fnn.data.spiral(100, 3, fnn.Key(0))
    found: dict[str, float] = {}
    print(f"{'':26} loss    accuracy  rate at the end, after {epochs} steps")
    for name, optimizer in OPTIMIZERS.items():
        end = train(optimizer, x, labels, epochs)
        found[name] = end.metrics["accuracy"]
        figures = (end.metrics["loss"], end.metrics["accuracy"], end.metrics["learning_rate"])
        print("{:26} {:.4f}  {:.3f}     {:.6f}".format(name, *figures))
    params = end.state.params  # Adam's, the last
    figure = plots.decision_boundary(lambda points: MODEL.apply(params, points), x, labels)
    figure.savefig(folder / "spiral_adam.png", dpi=150)
    print(f"drawn to {folder / 'spiral_adam.png'}")
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=10_001)
    parser.add_argument("--folder", type=Path, default=Path(), help="where to write the picture")
    arguments = parser.parse_args()
    main(arguments.epochs, arguments.folder)
