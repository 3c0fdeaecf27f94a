"""Chapter 13, training data: scaling, balance, and more of it.

A network learns best from numbers of about unit size. Scale is measured on the training data alone, and the same
scaler then goes with the network wherever it is used. Look at what one feature in other units does to training; at how
a rare class is overlooked until its samples count for more; and at how turned and shifted copies of images make a
network that bears turning and shifting.
"""

import argparse
from functools import partial

import numpy as np

import fnn
from fnn import Array, IntArray

Params = tuple[fnn.Dense, fnn.Dense]
Network = fnn.Model[Params, Array, Array]


def train(
    model: Network,
    data: fnn.Batches[Array, IntArray],
    epochs: int,
    *,
    optimizer: fnn.Optimizer[fnn.optim.AdamState] | None = None,
    class_weight: list[float] | None = None,
) -> Params:
    """Return the parameters after training, with Adam at a rate of 0.01 if nothing else is said."""
    optimizer = fnn.adam(0.01) if optimizer is None else optimizer
    loss = partial(fnn.softmax_cross_entropy, class_weight=class_weight)
    step = fnn.train_step(model, loss, optimizer)
    return fnn.final(fnn.fit(step, fnn.start(model, optimizer, fnn.Key(0)), data, epochs=epochs)).state.params


def scaling(epochs: int) -> dict[str, float]:
    """Train on iris with one feature in micrometres, and with three ways of scaling; return test accuracies."""
    iris = fnn.data.iris()
    x = iris.inputs * np.array([1, 1, 10_000, 1], np.float32)  # petal length in micrometres, the rest in centimetres
    train_part, test = fnn.data.holdout(x, iris.targets, fraction=0.3, key=fnn.Key(0), stratify=iris.targets)
    scalers: dict[str, fnn.data.Scaler | None] = {
        "as it is": None,
        "by the largest, to [-1, 1]": fnn.data.fit_max_abs(train_part.inputs),
        "from lowest and highest, to [-1, 1]": fnn.data.fit_min_max(train_part.inputs, (-1, 1)),
        "to mean 0, deviation 1": fnn.data.fit_standardize(train_part.inputs),
    }
    model = fnn.dense(4, 16) >> fnn.relu >> fnn.dense(16, 3)
    found: dict[str, float] = {}
    print(f"iris, petal length in micrometres: first training sample {train_part.inputs[0]}")
    for name, scaler in scalers.items():
        scale = (lambda x: x) if scaler is None else scaler.transform
        inputs = scale(train_part.inputs)
        params = train(model, fnn.batches(inputs, train_part.targets, batch_size=16, key=fnn.Key(1)), epochs)
        found[name] = fnn.accuracy(model.apply(params, scale(test.inputs)), test.targets)
        print(f"  {name:36} from {inputs.min():6.2f} to {inputs.max():8.2f}: test accuracy {found[name]:.3f}")
    return found


def balance(epochs: int) -> dict[str, float]:
    """Train where one class is rare, without and with weights; return the recall of the rare class."""
    x, labels = fnn.data.vertical(1000, 2, fnn.Key(0), noise=0.2)
    kept = np.concatenate([np.flatnonzero(labels == 0), np.flatnonzero(labels == 1)[:50]])
    counts = np.bincount(labels[kept])
    x_test, labels_test = fnn.data.vertical(1000, 2, fnn.Key(99), noise=0.2)
    model = fnn.dense(2, 16) >> fnn.relu >> fnn.dense(16, 2)
    found: dict[str, float] = {}
    print(f"\ntwo overlapping classes, {counts[0]} and {counts[1]} samples")
    for name, weights in (("equal weights", None), ("weights 1/count", (counts.sum() / (2 * counts)).tolist())):
        data = fnn.batches(x[kept], labels[kept], batch_size=100, key=fnn.Key(1))
        y = model.apply(train(model, data, epochs, class_weight=weights), x_test)
        recall = fnn.recall(y, labels_test, average=None)
        found[name] = float(recall[1])
        print(f"  {name:16} found of the common class {recall[0]:.3f}, of the rare one {recall[1]:.3f}")
    return found


def augmentation(epochs: int) -> dict[str, float]:
    """Train on digits as they are, and turned and shifted anew in each epoch; return accuracies on moved digits."""
    digits = fnn.data.digits()
    images = digits.inputs / 16
    train_part, test = fnn.data.holdout(images, digits.targets, fraction=0.3, key=fnn.Key(0), stratify=digits.targets)

    moved = fnn.data.compose(fnn.data.rotate(15), fnn.data.shift(1))
    moved_test = moved(fnn.Key(99), test.inputs)
    model = fnn.flatten >> fnn.dense(64, 64) >> fnn.relu >> fnn.dense(64, 10)
    found: dict[str, float] = {}
    print("\ndigits: accuracy on test images as they are, and turned by up to 15 degrees and shifted by up to a pixel")
    plain = fnn.batches(*train_part, batch_size=64, key=fnn.Key(1))
    augmented = fnn.batches(*train_part, batch_size=64, key=fnn.Key(1), augment=moved)
    for name, data in (("learned as they are", plain), ("learned turned and shifted", augmented)):
        params = train(model, data, epochs)
        found[name] = fnn.accuracy(model.apply(params, moved_test), test.targets)
        print(f"  {name:27} {fnn.accuracy(model.apply(params, test.inputs), test.targets):.3f}  {found[name]:.3f}")
    return found


def main(epochs: int = 30) -> dict[str, float]:
    """Print what scaling, balance and augmentation do, and return the figures by name."""
    return scaling(epochs) | balance(epochs) | augmentation(epochs)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=30)
    main(parser.parse_args().epochs)
