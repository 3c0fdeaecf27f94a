"""Chapter 19, a real data set: clothes, 28 x 28 pixels, ten classes.

Fashion-MNIST has 60,000 images to learn from and 10,000 to test with (Xiao, Rasul, Vollgraf 2017). Look at the data
before training: shapes, counts a class, the range of the pixels. The bytes stay bytes in memory; each batch is scaled
to [-1, 1] as it is loaded, by a scaler fitted on the training images. And look at the last line: with the samples in
order of class, as folders of images give them, a network that gets no new order each epoch sees one class at a time,
and knows the last one best.

Without Fashion-MNIST on this machine the script says how to get it; --digits takes the small images that come with fnn.
Draws some of the images to images.png.
"""

import argparse
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import fnn
from fnn import Array, IntArray, plots


class Images(NamedTuple):
    """Images (n, height, width) and labels (n,), to learn from and to test with, and the names of the classes."""

    train: NDArray[np.uint8]
    train_labels: IntArray
    test: NDArray[np.uint8]
    test_labels: IntArray
    class_names: tuple[str, ...]


@fnn.record
class MLP:
    """The parameters: one field for each stage that has any."""

    hidden1: fnn.Dense
    hidden2: fnn.Dense
    out: fnn.Dense


def fashion() -> Images:
    """Return Fashion-MNIST; raise DataError, which says how to get it, if it is not on this machine."""
    data = fnn.data.fashion_mnist()
    return Images(data.train_images, data.train_labels, data.test_images, data.test_labels, data.class_names)


def digits() -> Images:
    """Return the digits that come with fnn, a fifth of them to test with."""
    data = fnn.data.digits()
    pixels = data.inputs.astype(np.uint8)
    train, test = fnn.data.holdout(pixels, data.targets, fraction=0.2, key=fnn.Key(0), stratify=data.targets)
    return Images(*train, *test, data.class_names)


def describe(images: Images) -> None:
    """Print what the data are like."""
    print(f"training images {images.train.shape} {images.train.dtype}, labels {images.train_labels.shape}")
    print(f"test images {images.test.shape}; pixels from {images.train.min()} to {images.train.max()}")
    for name, count in zip(images.class_names, np.bincount(images.train_labels), strict=True):
        print(f"  {name:12} {count}")


def build(pixels: int, classes: int, neurons: int = 64) -> fnn.Model[MLP, Array, Array]:
    """Return the chapter's network: two hidden layers of 64 neurons."""
    hidden1 = fnn.flatten >> fnn.dense(pixels, neurons) >> fnn.relu
    return (hidden1 >> fnn.dense(neurons, neurons) >> fnn.relu >> fnn.dense(neurons, classes)).into(MLP)


def train(images: Images, epochs: int, *, shuffle: bool = True) -> float:
    """Train with the chapter's settings, Adam with a decay of 5e-5 in batches of 128; return the test accuracy."""
    scaler = fnn.data.fit_min_max(images.train, (-1, 1), per_feature=False)
    order = slice(None) if shuffle else np.argsort(images.train_labels, kind="stable")
    data = fnn.batches(
        images.train[order],
        images.train_labels[order],
        batch_size=128,
        key=fnn.Key(1) if shuffle else None,
        transform=scaler.transform,
    )
    test = fnn.batches(images.test, images.test_labels, batch_size=1000, transform=scaler.transform)
    model = build(images.train[0].size, len(images.class_names))
    optimizer = fnn.adam(fnn.inverse_time(1e-3, decay=5e-5))
    step = fnn.train_step(model, fnn.softmax_cross_entropy, optimizer, metrics={"accuracy": fnn.accuracy})
    run = fnn.fit(step, fnn.start(model, optimizer, fnn.Key(2)), data, epochs=epochs, validate=test)
    return fnn.final(fnn.progress(run)).metrics["validation_accuracy"]


def main(use_digits: bool = False, epochs: int = 5, folder: Path = Path("runs")) -> float | None:
    """Look at the data, train, and return the test accuracy, or None if there are no data."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        images = digits() if use_digits else fashion()
    except fnn.errors.DataError as error:
        print(error)
        return None
    describe(images)
    plots.images(images.train, labels=images.train_labels, class_names=images.class_names, limit=40).savefig(
        folder / "images.png", dpi=150
    )
    print(f"drawn to {folder / 'images.png'}")
    accuracy = train(images, epochs)
    print(f"test accuracy after {epochs} epochs: {accuracy:.4f}")
    print(f"after as many epochs in order of class: {train(images, epochs, shuffle=False):.4f}")
    return accuracy


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--digits", action="store_true", help="use the digits that come with fnn")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=Path("runs"), help="where to write the picture")
    arguments = parser.parse_args()
    main(arguments.digits, arguments.epochs, arguments.folder)
