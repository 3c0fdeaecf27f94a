"""Chapter 17, regression: a network whose output is a number, on a sine.

The last layer has no activation, and the loss is the mean of squared errors. A number is hardly ever hit exactly, so
that accuracy needs a tolerance: the book takes the standard deviation of the targets over 250. Look at what depth and
the first weights do. With biases of 0 and inputs from 0 to 1 all neurons of one hidden layer bend at the same place,
and the network does not get far in the given time. Two layers fit the sine; but with very small weights at the
beginning, neurons die before they have learned anything, and a piece of the curve may stay flat.

Draws the sine and what the networks make of it to regression.png.
"""

import argparse
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import fnn
from fnn import Array, initializers


def shallow(weight: initializers.Initializer) -> fnn.Model[Any, Array, Array]:
    """Return a network with one hidden layer of 64 neurons."""
    return fnn.dense(1, 64, weight=weight) >> fnn.relu >> fnn.dense(64, 1, weight=weight)


def deep(weight: initializers.Initializer) -> fnn.Model[Any, Array, Array]:
    """Return a network with two hidden layers of 64 neurons."""
    hidden = fnn.dense(1, 64, weight=weight) >> fnn.relu >> fnn.dense(64, 64, weight=weight) >> fnn.relu
    return hidden >> fnn.dense(64, 1, weight=weight)


MODELS = {
    "one hidden layer, weights 0.1": shallow(initializers.normal(0.1)),
    "two hidden layers, weights 0.01": deep(initializers.normal(0.01)),
    "two hidden layers, weights 0.1": deep(initializers.normal(0.1)),
}


def train(model: fnn.Model[Any, Array, Array], x: Array, y: Array, epochs: int) -> fnn.End[Any, fnn.optim.AdamState]:
    """Return the last event of a run with the book's settings, all samples at each step."""
    optimizer = fnn.adam(fnn.inverse_time(0.005, decay=1e-3))
    hits = partial(fnn.regression_accuracy, tolerance=float(y.std()) / 250)
    step = fnn.train_step(model, fnn.mean_squared_error, optimizer, metrics={"accuracy": hits})
    data = fnn.batches(x, y, batch_size=len(x))
    return fnn.final(fnn.fit(step, fnn.start(model, optimizer, fnn.Key(0)), data, epochs=epochs))


def draw(x: Array, y: Array, predictions: dict[str, Array], path: Path) -> None:
    """Draw targets and predictions."""
    from matplotlib.figure import Figure  # the extra plots

    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    axes.plot(x[:, 0], y[:, 0], color="black", linewidth=4, alpha=0.2, label="sine")
    for name, predicted in predictions.items():
        axes.plot(x[:, 0], predicted[:, 0], label=name)
    axes.legend(fontsize=8)
    figure.savefig(path, dpi=150)


def main(epochs: int = 3000, samples: int = 1000, folder: Path = Path("runs")) -> dict[str, float]:
    """Train the networks, print their figures, draw into ``folder``, and return the accuracies by name."""
    folder.mkdir(parents=True, exist_ok=True)
    x, y = fnn.data.sine(samples)
    x_test = (x[:-1] + x[1:]) / 2  # new points, between those that were learned
    y_test: Array = np.sin(2 * np.pi * x_test).astype(np.float32)
    print(f"a hit is within {y.std() / 250:.5f} of the target")
    found: dict[str, float] = {}
    predictions: dict[str, Array] = {}
    for name, model in MODELS.items():
        end = train(model, x, y, epochs)
        predictions[name] = model.apply(end.state.params, x)
        found[name] = fnn.regression_accuracy(predictions[name], y)
        test = model.apply(end.state.params, x_test)
        between = fnn.r2_score(test, y_test), fnn.regression_accuracy(test, y_test)
        print(
            f"{name:32} loss {end.metrics['loss']:.6f}, accuracy {found[name]:.3f}; "
            f"between the points R2 {between[0]:.6f}, accuracy {between[1]:.3f}"
        )
    draw(x, y, predictions, folder / "regression.png")
    print(f"drawn to {folder / 'regression.png'}")
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=3000, help="the book takes 10,001")
    parser.add_argument("--folder", type=Path, default=Path("runs"), help="where to write the picture")
    arguments = parser.parse_args()
    main(arguments.epochs, folder=arguments.folder)
