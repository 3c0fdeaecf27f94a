"""A network of two layers on a table of four rows, after James Loy.

The article is "How to build your own neural network from scratch in Python" (Towards Data Science, 2018). The target
is 1 where the first two inputs differ (XOR; the third is always 1 and takes the place of a bias), which no single layer
can compute. Sigmoid after both layers, no biases, sum of squared errors, all four rows at each step, a learning rate of
1, and weights that begin between 0 and 1, all as in the article.

Look at the loss, which falls fast once the hidden neurons have come apart. How far 1500 steps get depends on the first
weights, of which the article shows one draw: the last lines try several (of 100, all ended below 0.004). The article's
sigmoid overflows for numbers far below zero; fnn's does not.

Draws the loss to two_layer.png if matplotlib is installed.
"""

import argparse
from pathlib import Path

import numpy as np

import fnn
from fnn import Array, plots

INPUTS = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], np.float32)
TARGETS = np.array([[0], [1], [1], [0]], np.float32)


@fnn.record
class TwoLayers:
    """The weights of the two layers; neither has a bias."""

    hidden: fnn.Linear
    out: fnn.Linear


End = fnn.End[TwoLayers, fnn.optim.SGDState]

BETWEEN_0_AND_1 = fnn.initializers.uniform(0, 1)

MODEL = (
    fnn.linear(3, 4, weight=BETWEEN_0_AND_1) >> fnn.sigmoid >> fnn.linear(4, 1, weight=BETWEEN_0_AND_1) >> fnn.sigmoid
).into(TwoLayers)


def train(key: fnn.Key, steps: int = 1500) -> End:
    """Return the last event of a run, with the loss before every step in its history."""
    optimizer = fnn.sgd(1.0)
    step = fnn.train_step(MODEL, fnn.sum_of_squares, optimizer)
    data = fnn.batches(INPUTS, TARGETS, batch_size=4)
    return fnn.final(fnn.history(fnn.fit(step, fnn.start(MODEL, optimizer, key), data, epochs=steps)))


def error_of(params: TwoLayers) -> tuple[Array, float]:
    """Return the predictions for the four rows, and their sum of squared errors."""
    y = MODEL.apply(params, INPUTS)
    return y, fnn.sum_of_squares(y, TARGETS)[0]


def main(steps: int = 1500, keys: int = 20, folder: Path = Path("runs")) -> float:
    """Train, print predictions and losses, draw the curve into ``folder``, and return the last loss."""
    folder.mkdir(parents=True, exist_ok=True)
    end = train(fnn.Key(0), steps)
    y, error = error_of(end.state.params)
    for x, target, prediction in zip(INPUTS, TARGETS, y, strict=True):
        print(f"{x.astype(int)}  target {target[0]:.0f}  prediction {prediction[0]:.4f}")
    for row in end.history[:: max(1, steps // 10)]:
        print(f"before step {row['epoch']:5}: sum of squared errors {row['loss']:.5f}")
    print(f"after {steps} steps:    sum of squared errors {error:.5f}")

    errors = sorted(error_of(train(fnn.Key(seed), steps).state.params)[1] for seed in range(keys))
    print(f"other beginnings, Key(0) to Key({keys - 1}): {sum(e < 0.004 for e in errors)} of {keys} end below 0.004")
    print(f"best {errors[0]:.5f}, median {errors[keys // 2]:.5f}, worst {errors[-1]:.5f}")

    try:
        plots.curves(end.history, metrics=["loss"]).savefig(folder / "two_layer.png", dpi=150)
        print(f"drawn to {folder / 'two_layer.png'}")
    except fnn.errors.MissingExtraError as missing:
        print(f"no picture: {missing}")
    return error


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--keys", type=int, default=20, help="how many beginnings to try")
    parser.add_argument("--folder", type=Path, default=Path("runs"), help="where to write the picture")
    arguments = parser.parse_args()
    main(arguments.steps, arguments.keys, arguments.folder)
