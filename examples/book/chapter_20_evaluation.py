"""Chapter 20, evaluation: what a trained network knows, and what it takes for what.

`fnn.evaluate` computes loss and metrics over any data, and changes nothing, for there is nothing that could be changed.
Look at the figures on training and on test data side by side; at precision and recall of each class, which one accuracy
hides; and at the confusion matrix, whose rows are the true classes.

Trains on the digits that come with fnn. Draws confusion.png and, of what is wrong, mistakes.png.
"""

import argparse
from pathlib import Path

import numpy as np

import fnn
from fnn import Array, IntArray, plots


@fnn.record
class MLP:
    """The parameters: one field for each stage that has any."""

    hidden: fnn.Dense
    out: fnn.Dense


MODEL = (fnn.flatten >> fnn.dense(64, 32) >> fnn.relu >> fnn.dense(32, 10)).into(MLP)


def train(data: fnn.Batches[Array, IntArray], epochs: int) -> MLP:
    """Return the parameters after training."""
    optimizer = fnn.adam(fnn.inverse_time(0.005, decay=1e-3))
    step = fnn.train_step(MODEL, fnn.softmax_cross_entropy, optimizer)
    return fnn.final(fnn.fit(step, fnn.start(MODEL, optimizer, fnn.Key(2)), data, epochs=epochs)).state.params


def main(epochs: int = 20, folder: Path = Path("runs")) -> float:
    """Train, evaluate, draw into ``folder``, and return the test accuracy."""
    folder.mkdir(parents=True, exist_ok=True)
    digits = fnn.data.digits()
    learned, test = fnn.data.holdout(
        digits.inputs / 16, digits.targets, fraction=0.3, key=fnn.Key(0), stratify=digits.targets
    )
    params = train(fnn.batches(*learned, batch_size=32, key=fnn.Key(1)), epochs)

    metrics: dict[str, fnn.Metric[Array, IntArray]]
    metrics = {"accuracy": fnn.accuracy, "F1": fnn.f1, "precision": fnn.precision, "recall": fnn.recall}
    for name, part in (("training", learned), ("test", test)):
        figures = fnn.evaluate(
            MODEL, params, fnn.batches(*part, batch_size=128), loss=fnn.softmax_cross_entropy, metrics=metrics
        )
        print(f"{name:8} data: " + ", ".join(f"{key} {value:.4f}" for key, value in figures.items()))

    y = fnn.predict(MODEL, params, test.inputs)
    precision, recall = (score(y, test.targets, average=None) for score in (fnn.precision, fnn.recall))
    print("\nclass  precision  recall")
    for name, p, r in zip(digits.class_names, precision, recall, strict=True):
        print(f"{name:5}  {p:.3f}      {r:.3f}")

    matrix = fnn.confusion_matrix(y, test.targets)
    print(f"\nconfusion matrix\n{matrix}")
    mistaken = matrix - np.diag(matrix.diagonal())
    true, taken = np.unravel_index(int(mistaken.argmax()), matrix.shape)
    print(f"most often: {mistaken.max()} times a {digits.class_names[true]} taken for a {digits.class_names[taken]}")

    # The probability that the network gives to its answer: mistakes are mostly less sure.
    sure = fnn.softmax(y).max(axis=1)
    wrong = y.argmax(axis=1) != test.targets
    print(f"mean probability of the answer where it is right {sure[~wrong].mean():.3f}, ", end="")
    print(f"where it is wrong {sure[wrong].mean():.3f}" if wrong.any() else "and it is right everywhere")

    plots.confusion(matrix, digits.class_names).savefig(folder / "confusion.png", dpi=150)
    if wrong.any():
        plots.images(test.inputs[wrong], labels=test.targets[wrong], predicted=y.argmax(axis=1)[wrong]).savefig(
            folder / "mistakes.png", dpi=150
        )
    print(f"drawn to {folder.resolve()}")
    return fnn.accuracy(y, test.targets)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--folder", type=Path, default=Path("runs"), help="where to write the pictures")
    arguments = parser.parse_args()
    main(arguments.epochs, arguments.folder)
