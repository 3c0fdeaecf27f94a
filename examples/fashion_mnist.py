"""Train on Fashion-MNIST: 60,000 images of clothing in ten classes; evaluate on 10,000 others, draw, save.

python examples/fashion_mnist.py                  the book's network, 784-128-128-10, ten epochs
python examples/fashion_mnist.py --preset best    784-256-128-100-10, dropout, mirrored images, cosine schedule

Writes fashion.npz (for predict_image.py) and three pictures to --folder. The data comes from --data, from Debian's
package dataset-fashion-mnist, or from the internet with --download.
"""

import argparse
import time
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np

import fnn
from fnn import plots

P = TypeVar("P")
S = TypeVar("S")


@fnn.record
class BookMLP:
    """Parameters of the network of chapter 19: 784-128-128-10."""

    hidden1: fnn.Dense
    hidden2: fnn.Dense
    out: fnn.Dense


@fnn.record
class BestMLP:
    """Parameters of the deeper network: 784-256-128-100-10."""

    hidden1: fnn.Dense
    hidden2: fnn.Dense
    hidden3: fnn.Dense
    out: fnn.Dense


def book_model() -> fnn.Model[BookMLP, fnn.Array, fnn.Array]:
    """Return the book's network."""
    return (
        fnn.flatten >> fnn.dense(784, 128) >> fnn.relu >> fnn.dense(128, 128) >> fnn.relu >> fnn.dense(128, 10)
    ).into(BookMLP)


def best_model() -> fnn.Model[BestMLP, fnn.Array, fnn.Array]:
    """Return the deeper network, with dropout after the first two hidden layers."""
    hidden1 = fnn.flatten >> fnn.dense(784, 256) >> fnn.relu >> fnn.dropout(0.2)
    hidden2 = hidden1 >> fnn.dense(256, 128) >> fnn.relu >> fnn.dropout(0.1)
    hidden3 = hidden2 >> fnn.dense(128, 100) >> fnn.relu
    return (hidden3 >> fnn.dense(100, 10)).into(BestMLP)


def train(
    model: fnn.Model[P, fnn.Array, fnn.Array],
    optimizer: fnn.Optimizer[S],
    data: fnn.data.FashionMNIST,
    scaler: fnn.data.MinMax | fnn.data.Standardize,
    epochs: int,
    flip: float,
) -> fnn.train.End[P, S]:
    """Train ``model``, with a share ``flip`` of the training images mirrored, and return the last event."""
    train_batches = fnn.batches(
        data.train_images,
        data.train_labels,
        batch_size=128,
        key=fnn.Key(0),
        transform=scaler.transform,
        augment=fnn.data.flip_horizontal(flip),
    )
    test_batches = fnn.batches(data.test_images, data.test_labels, batch_size=1000, transform=scaler.transform)
    step = fnn.train_step(model, fnn.softmax_cross_entropy, optimizer, metrics={"accuracy": fnn.accuracy})
    state = fnn.start(model, optimizer, fnn.Key(1))
    run = fnn.fit(step, state, train_batches, epochs=epochs, every=10, validate=test_batches)
    return fnn.final(fnn.history(fnn.progress(run)))


def report(
    preset: str,
    model: fnn.Model[P, fnn.Array, fnn.Array],
    end: fnn.train.End[P, S],
    data: fnn.data.FashionMNIST,
    scaler: fnn.data.MinMax | fnn.data.Standardize,
    folder: Path,
) -> float:
    """Save the model, evaluate it on the test images, draw what it gets wrong; return its accuracy."""
    params = end.state.params
    fnn.save(
        folder / "fashion.npz",
        fnn.Bundle(params, scaler=scaler, class_names=data.class_names, config={"preset": preset}),
        metadata={"preset": preset},
    )
    logits = fnn.predict(model, params, scaler.transform(data.test_images))
    matrix = fnn.confusion_matrix(logits, data.test_labels)
    plots.confusion(matrix, data.class_names).savefig(folder / "fashion_confusion.png", dpi=150)
    plots.curves(end.history).savefig(folder / "fashion_curves.png", dpi=150)

    predicted = logits.argmax(axis=1)
    wrong = np.flatnonzero(predicted != data.test_labels)[:24]
    picture = plots.images(
        data.test_images[wrong],
        labels=data.test_labels[wrong],
        predicted=predicted[wrong],
        class_names=data.class_names,
    )
    picture.savefig(folder / "fashion_wrong.png", dpi=150)

    accuracy = fnn.accuracy(logits, data.test_labels)
    f1 = fnn.f1(logits, data.test_labels, average=None)
    for name, value in zip(data.class_names, f1, strict=True):
        print(f"  {name:<12} F1 {value:.3f}")
    print(f"accuracy on the {len(logits):,} test images: {accuracy:.4f}")
    return accuracy


def main(
    preset: Literal["book", "best"] = "book",
    folder: Path = Path("runs"),
    epochs: int | None = None,
    data: fnn.data.FashionMNIST | None = None,
) -> float:
    """Train, report and return the accuracy on the test images."""
    folder.mkdir(parents=True, exist_ok=True)
    data = fnn.data.fashion_mnist() if data is None else data
    began = time.perf_counter()
    if preset == "book":
        # The book's scaling: 0..255 to -1..1.
        book_scaler = fnn.data.fit_min_max(data.train_images, to=(-1.0, 1.0), per_feature=False)
        book = book_model()
        optimizer = fnn.adam(fnn.inverse_time(1e-3, decay=1e-3), eps=1e-7)
        book_end = train(book, optimizer, data, book_scaler, epochs or 10, flip=0.0)
        accuracy = report(preset, book, book_end, data, book_scaler, folder)
    else:
        scaler = fnn.data.fit_standardize(data.train_images, per_feature=False)
        best, count = best_model(), epochs or 20
        steps = count * -(-len(data.train_images) // 128)
        adamw = fnn.adamw(fnn.cosine_decay(1e-3, steps=steps), weight_decay=0.02)
        accuracy = report(preset, best, train(best, adamw, data, scaler, count, flip=0.5), data, scaler, folder)
    print(f"{time.perf_counter() - began:.1f} s; model and pictures are in {folder.resolve()}")
    return accuracy


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", choices=("book", "best"), default="book")
    parser.add_argument("--folder", type=Path, default=Path("runs"), help="where to write the model and the pictures")
    parser.add_argument("--epochs", type=int, help="10 for book, 20 for best")
    parser.add_argument("--data", type=Path, help="a folder with the four IDX files")
    parser.add_argument("--download", action="store_true", help="fetch the data if it is not on this machine")
    arguments = parser.parse_args()
    main(
        arguments.preset,
        arguments.folder,
        arguments.epochs,
        fnn.data.fashion_mnist(arguments.data, download=arguments.download),
    )
