"""Classify sequences of different lengths: images of clothing read row by row, by a GRU in both directions.

python examples/sequence_classify.py    writes sequence_classify.npz and two pictures to the folder runs

Blank rows above and below each image are cut off, so that a sneaker has some 13 rows and a dress 28. Each row of 28
pixels is one step. The sequences are padded to one length, and a mask keeps what stands in the padding out of the
result. The data is Fashion-MNIST, from --data, from Debian's package dataset-fashion-mnist, or from the internet with
--download.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

import fnn
from fnn import plots

S = TypeVar("S")


@fnn.record
class Reader:
    """The parameters of the network: a GRU for each direction, twice, and the classes."""

    rows: fnn.Bidirectional[fnn.GRU]
    above: fnn.Bidirectional[fnn.GRU]
    out: fnn.Dense


def reader(units: int = 64) -> fnn.Model[Reader, fnn.Padded[fnn.Array], fnn.Array]:
    """Return the network, from padded rows (batch, time, 28) to ten logits, by the mean over the steps there are."""
    rows = fnn.padded(fnn.bidirectional(fnn.gru(28, units)))
    above = rows >> fnn.padded(fnn.bidirectional(fnn.gru(2 * units, units))) >> fnn.mean_valid_steps
    return (above >> fnn.dropout(0.2) >> fnn.dense(2 * units, 10)).into(Reader)


def trimmed(images: NDArray[np.uint8]) -> fnn.Padded[NDArray[np.uint8]]:
    """Cut blank rows off above and below each image (n, height, width); what is left begins at step 0."""
    height = images.shape[1]
    inked: fnn.BoolArray = images.max(axis=2) > 0
    inked[:, 0] |= ~inked.any(axis=1)  # an image without ink keeps one row
    first = inked.argmax(axis=1)
    lengths = height - inked[:, ::-1].argmax(axis=1) - first
    mask = fnn.length_mask(lengths, height)
    rows = np.minimum(first[:, None] + np.arange(height), height - 1)
    values = np.take_along_axis(images, rows[:, :, None], axis=1) * mask[:, :, None]
    return fnn.Padded(values, mask)


def scaled(padded: fnn.Padded[NDArray[np.uint8]]) -> fnn.Padded[fnn.Array]:
    """Return a batch with pixels from 0 to 1, no longer than the longest sequence in it."""
    longest = int(padded.mask.sum(axis=1).max())
    return fnn.Padded(padded.values[:, :longest] / np.float32(255), padded.mask[:, :longest])


def draw(
    end: fnn.End[Reader, S],
    sequences: fnn.Padded[NDArray[np.uint8]],
    labels: fnn.IntArray,
    predicted: fnn.IntArray,
    names: Sequence[str],
    folder: Path,
) -> None:
    """Draw the curves, and sequences from short to long, the padding black below, with what they are taken for."""
    plots.curves(end.history).savefig(folder / "sequence_classify_curves.png", dpi=150)
    order = sequences.mask.sum(axis=1).argsort(kind="stable")
    chosen = order[np.linspace(0, len(order) - 1, 32).astype(int)]
    picture = plots.images(
        sequences.values[chosen], labels=labels[chosen], predicted=predicted[chosen], class_names=names, columns=8
    )
    picture.savefig(folder / "sequence_classify_lengths.png", dpi=150)


def main(
    folder: Path = Path("runs"), epochs: int = 6, units: int = 64, data: fnn.data.FashionMNIST | None = None
) -> float:
    """Train, save, draw; return the accuracy on the test images."""
    folder.mkdir(parents=True, exist_ok=True)
    data = fnn.data.fashion_mnist() if data is None else data
    train, test = trimmed(data.train_images), trimmed(data.test_images)
    train_batches = fnn.batches(train, data.train_labels, batch_size=100, key=fnn.Key(0), transform=scaled)
    test_batches = fnn.batches(test, data.test_labels, batch_size=500, transform=scaled)

    model = reader(units)
    print(fnn.summary(model, (28, 28)))
    rate = fnn.linear_warmup(100, fnn.cosine_decay(4e-3, steps=epochs * len(train_batches)))
    optimizer = fnn.chain(fnn.clip_by_global_norm(1.0), fnn.adam(rate))
    step = fnn.train_step(model, fnn.softmax_cross_entropy, optimizer, metrics={"accuracy": fnn.accuracy})
    began = time.perf_counter()
    run = fnn.fit(step, fnn.start(model, optimizer, fnn.Key(1)), train_batches, epochs=epochs, validate=test_batches)
    end = fnn.final(fnn.history(fnn.progress(run)))
    print(f"trained for {time.perf_counter() - began:.1f} s")

    params = end.state.params
    fnn.save(folder / "sequence_classify.npz", fnn.Bundle(params, class_names=data.class_names))
    logits = fnn.predict(model, params, scaled(test), batch_size=500)
    lengths = test.mask.sum(axis=1)
    for low, high in ((1, 14), (15, 21), (22, 27), (28, 28)):
        there = (low <= lengths) & (lengths <= high)
        if there.any():
            accuracy = fnn.accuracy(logits[there], data.test_labels[there])
            print(f"{low:2} to {high:2} rows: {there.sum():5,} images, accuracy {accuracy:.4f}")
    accuracy = fnn.accuracy(logits, data.test_labels)
    print(f"accuracy on the {len(logits):,} test images: {accuracy:.4f}")
    draw(end, test, data.test_labels, logits.argmax(axis=1), data.class_names, folder)
    print(f"model and pictures are in {folder.resolve()}")
    return accuracy


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("runs"), help="where to write the model and the pictures")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--units", type=int, default=64, help="of each GRU, in each direction")
    parser.add_argument("--data", type=Path, help="a folder with the four IDX files")
    parser.add_argument("--download", action="store_true", help="fetch the data if it is not on this machine")
    arguments = parser.parse_args()
    main(
        arguments.folder,
        arguments.epochs,
        arguments.units,
        fnn.data.fashion_mnist(arguments.data, download=arguments.download),
    )
