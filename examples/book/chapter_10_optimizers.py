"""Chapter 10, optimizers: the same network and spiral, by gradient descent and its descendants.

Plain descent steps against the gradient. A decaying rate ends the zigzag; momentum carries on through dents; AdaGrad
and RMSProp give each weight a rate of its own; Adam does both. Look at the accuracies after the same number of steps,
each over all 300 points, as in the book. But one beginning says little: with other keys the figures differ by ten
points and more (try --keys 5), and what the weights begin with matters as much as the optimizer. The book's are normal
with a deviation of 0.01, from which Adam got above 0.93 with 9 of 12 keys; the last row has those of He et al. (2015),
which `fnn.dense` takes by default: 12 of 12.

Draws what Adam found to spiral_adam.png.
"""

import argparse
import statistics
from pathlib import Path
from typing import Any

import fnn
from fnn import Array, IntArray, initializers, plots

Params = tuple[fnn.Dense, fnn.Dense]

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


def build(weight: initializers.Initializer) -> fnn.Model[Params, Array, Array]:
    """Return the book's network: 64 hidden neurons, 3 classes."""
    return fnn.dense(2, 64, weight=weight) >> fnn.relu >> fnn.dense(64, 3, weight=weight)


def train(
    model: fnn.Model[Params, Array, Array],
    optimizer: fnn.Optimizer[Any],
    x: Array,
    labels: IntArray,
    epochs: int,
    key: fnn.Key,
) -> fnn.End[Params, Any]:
    """Return the last event of a run: its state, and the figures of its last epoch."""
    step = fnn.train_step(model, fnn.softmax_cross_entropy, optimizer, metrics={"accuracy": fnn.accuracy})
    data = fnn.batches(x, labels, batch_size=len(x))  # one batch with everything: an epoch is one step
    return fnn.final(fnn.fit(step, fnn.start(model, optimizer, key), data, epochs=epochs))


def main(epochs: int = 10_001, keys: int = 1, folder: Path = Path("runs")) -> dict[str, float]:
    """Train with each optimizer, print the figures, and return the mean accuracies by name."""
    folder.mkdir(parents=True, exist_ok=True)
    x, labels = fnn.data.spiral(100, 3, fnn.Key(0))
    book, he = build(initializers.normal(0.01)), build(initializers.he_normal)
    runs = [(name, book, optimizer) for name, optimizer in OPTIMIZERS.items()]
    adam = OPTIMIZERS["Adam, rate 0.05"]
    runs.append(("Adam, He weights", he, adam))
    found: dict[str, float] = {}
    print(f"after {epochs} steps            loss    accuracy  rate")
    for name, model, optimizer in runs:
        ends = [train(model, optimizer, x, labels, epochs, fnn.Key(1 + i)) for i in range(keys)]
        accuracies = [end.metrics["accuracy"] for end in ends]
        found[name] = statistics.mean(accuracies)
        spread = f"   from {min(accuracies):.3f} to {max(accuracies):.3f}" if keys > 1 else ""
        loss, rate = statistics.mean(end.metrics["loss"] for end in ends), ends[0].metrics["learning_rate"]
        print(f"{name:28} {loss:.4f}  {found[name]:.3f}     {rate:.6f}{spread}", flush=True)
    params = ends[0].state.params
    figure = plots.decision_boundary(lambda points: he.apply(params, points), x, labels)
    figure.savefig(folder / "spiral_adam.png", dpi=150)
    print(f"the last one's regions drawn to {folder / 'spiral_adam.png'}")
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=10_001)
    parser.add_argument("--keys", type=int, default=1, help="how many beginnings to average over")
    parser.add_argument("--folder", type=Path, default=Path("runs"), help="where to write the picture")
    arguments = parser.parse_args()
    main(arguments.epochs, arguments.keys, arguments.folder)
