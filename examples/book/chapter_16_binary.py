"""Chapter 16, binary logistic regression: one output neuron that says yes or no.

The sigmoid makes a probability of the output, and binary cross-entropy is minus the logarithm of the probability given
to the right answer. Look at the two ways to the same gradient: from probabilities, as the book has it, and from the raw
output, `fnn.sigmoid_cross_entropy`, where the derivative is just ``(sigmoid - target) / N``.

The sigmoid as printed overflows far to the left, and its cross-entropy needs probabilities clipped away from 0 and 1.
From the raw output nothing overflows and nothing is clipped, so that an output that is wrong beyond measure still
learns: look at the gradients at -1000.

Draws what the network found to binary.png.
"""

import argparse
from pathlib import Path

import numpy as np

import fnn
from fnn import Array, plots

Params = tuple[fnn.Dense, fnn.Dense]

MODEL = fnn.dense(2, 64) >> fnn.relu >> fnn.dense(64, 1)


def losses() -> None:
    """Print losses and gradients, both ways."""
    z = np.array([[2.0], [-1.0], [0.5], [-1000.0]])
    target = np.array([[1], [0], [0], [1]])
    y, cache = fnn.ops.sigmoid_forward(z)
    by_probability, dy = fnn.binary_cross_entropy(y, target)
    slow = fnn.ops.sigmoid_backward(dy, cache)
    by_output, fast = fnn.sigmoid_cross_entropy(z, target)
    print(f"probabilities {y[:, 0].round(4)}, targets {target[:, 0]}")
    print(f"loss from probabilities, clipped: {by_probability:.4f}; from outputs: {by_output:.4f}")
    print(f"gradient through the sigmoid:  {slow[:, 0].round(4)}")
    print(f"gradient directly:             {fast[:, 0].round(4)}")


def train(epochs: int) -> tuple[Params, float]:
    """Return parameters after training on the spiral of two arms, and the accuracy on new points."""
    x, labels = fnn.data.spiral(100, 2, fnn.Key(0))
    x_test, labels_test = fnn.data.spiral(1000, 2, fnn.Key(99))
    # One output a sample, so targets are a column: (N,) against (N, 1) would be refused.
    targets, targets_test = labels[:, None], labels_test[:, None]
    optimizer = fnn.adam(fnn.inverse_time(0.001, decay=5e-7))
    step = fnn.train_step(MODEL, fnn.sigmoid_cross_entropy, optimizer, penalty=fnn.l2(5e-4, where="0.*"))
    data = fnn.batches(x, targets, batch_size=len(x))
    end = fnn.final(fnn.fit(step, fnn.start(MODEL, optimizer, fnn.Key(1)), data, epochs=epochs))
    params = end.state.params
    y, y_test = fnn.sigmoid(MODEL.apply(params, x)), fnn.sigmoid(MODEL.apply(params, x_test))
    accuracy = fnn.binary_accuracy(y_test, targets_test)
    print(f"\nspiral of two arms, {epochs} steps: loss {end.metrics['data_loss']:.4f}", end="")
    print(f" + penalty {end.metrics['penalty']:.4f}, accuracy {fnn.binary_accuracy(y, targets):.3f}")
    print(f"new points: loss {fnn.binary_cross_entropy(y_test, targets_test)[0]:.4f}, accuracy {accuracy:.3f}")
    return params, accuracy


def main(epochs: int = 10_001, folder: Path = Path("runs")) -> float:
    """Print the chapter's figures, draw into ``folder``, and return the test accuracy."""
    folder.mkdir(parents=True, exist_ok=True)
    losses()
    params, accuracy = train(epochs)
    x, labels = fnn.data.spiral(100, 2, fnn.Key(0))

    def probability(points: Array) -> Array:
        return fnn.sigmoid(MODEL.apply(params, points))

    plots.decision_boundary(probability, x, labels).savefig(folder / "binary.png", dpi=150)
    print(f"drawn to {folder / 'binary.png'}")
    return accuracy


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=10_001)
    parser.add_argument("--folder", type=Path, default=Path("runs"), help="where to write the picture")
    arguments = parser.parse_args()
    main(arguments.epochs, arguments.folder)
