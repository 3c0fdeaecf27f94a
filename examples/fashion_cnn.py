"""Train a small convolutional network on Fashion-MNIST for twelve epochs; evaluated on the 10,000 test images, saved.

python examples/fashion_cnn.py    writes fashion_cnn.npz and three pictures to the folder runs

The data comes from --data, from Debian's package dataset-fashion-mnist, or from the internet with --download.
"""

import argparse
import time
from pathlib import Path
from typing import TypeVar

import numpy as np

import fnn
from fnn import plots

S = TypeVar("S")


@fnn.record
class CNN:
    """The parameters of the network: two convolutions, and two dense layers on the 7 x 7 features they leave."""

    conv1: fnn.Conv2D
    conv2: fnn.Conv2D
    hidden: fnn.Dense
    out: fnn.Dense


def cnn() -> fnn.Model[CNN, fnn.Array, fnn.Array]:
    """Return the network, from (batch, 28, 28, 1) to ten logits; pooling first leaves relu a quarter of the work."""
    first = fnn.conv2d(1, 32, 3, padding="same") >> fnn.max_pool2d(2) >> fnn.relu
    second = first >> fnn.conv2d(32, 32, 3, padding="same") >> fnn.max_pool2d(2) >> fnn.relu
    hidden = second >> fnn.flatten >> fnn.dense(7 * 7 * 32, 64) >> fnn.relu >> fnn.dropout(0.3)
    return (hidden >> fnn.dense(64, 10)).into(CNN)


def draw(end: fnn.End[CNN, S], logits: fnn.Array, data: fnn.data.FashionMNIST, folder: Path) -> None:
    """Draw the curves, what is taken for what, and the first images that are wrong."""
    plots.curves(end.history).savefig(folder / "fashion_cnn_curves.png", dpi=150)
    matrix = fnn.confusion_matrix(logits, data.test_labels)
    plots.confusion(matrix, data.class_names).savefig(folder / "fashion_cnn_confusion.png", dpi=150)
    predicted = logits.argmax(axis=1)
    wrong = np.flatnonzero(predicted != data.test_labels)[:24]
    picture = plots.images(
        data.test_images[wrong],
        labels=data.test_labels[wrong],
        predicted=predicted[wrong],
        class_names=data.class_names,
    )
    picture.savefig(folder / "fashion_cnn_wrong.png", dpi=150)


def main(folder: Path = Path("runs"), epochs: int = 12, data: fnn.data.FashionMNIST | None = None) -> float:
    """Train, save, draw; return the accuracy on the test images."""
    folder.mkdir(parents=True, exist_ok=True)
    data = fnn.data.fashion_mnist() if data is None else data
    began = time.perf_counter()

    # A convolution wants an axis of channels, here a single one. Images stay bytes until their batch is loaded.
    train_images, test_images = data.train_images[..., None], data.test_images[..., None]
    scaler = fnn.data.fit_standardize(train_images, per_feature=False)
    train_batches = fnn.batches(
        train_images,
        data.train_labels,
        batch_size=64,
        key=fnn.Key(0),
        transform=scaler.transform,
        augment=fnn.data.flip_horizontal(0.5),
    )
    test_batches = fnn.batches(test_images, data.test_labels, batch_size=500, transform=scaler.transform)

    model = cnn()
    rate = fnn.linear_warmup(200, fnn.cosine_decay(2.5e-3, steps=epochs * len(train_batches)))
    optimizer = fnn.adamw(rate, weight_decay=0.05)
    print(fnn.summary(model, (28, 28, 1), batch_size=64, optimizer=optimizer))
    step = fnn.train_step(model, fnn.softmax_cross_entropy, optimizer, metrics={"accuracy": fnn.accuracy})
    run = fnn.fit(step, fnn.start(model, optimizer, fnn.Key(1)), train_batches, epochs=epochs, validate=test_batches)
    end = fnn.final(fnn.history(fnn.progress(run)))

    params = end.state.params
    fnn.save(folder / "fashion_cnn.npz", fnn.Bundle(params, scaler=scaler, class_names=data.class_names))
    logits = fnn.predict(model, params, scaler.transform(test_images), batch_size=500)
    draw(end, logits, data, folder)
    accuracy = fnn.accuracy(logits, data.test_labels)
    print(f"accuracy on the {len(logits):,} test images: {accuracy:.4f}")
    print(f"{time.perf_counter() - began:.1f} s; model and pictures are in {folder.resolve()}")
    return accuracy


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("runs"), help="where to write the model and the pictures")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--data", type=Path, help="a folder with the four IDX files")
    parser.add_argument("--download", action="store_true", help="fetch the data if it is not on this machine")
    arguments = parser.parse_args()
    main(arguments.folder, arguments.epochs, fnn.data.fashion_mnist(arguments.data, download=arguments.download))
