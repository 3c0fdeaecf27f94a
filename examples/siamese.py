"""Learn when two images show the same kind of thing, and then tell apart kinds that were never trained.

python examples/siamese.py                       holds out T-shirts, trousers and pullovers of Fashion-MNIST
python examples/siamese.py --hold-out 2 3 4      chooses which three of the ten classes
python examples/siamese.py --all-splits          five splits in turn, in which each class is held out at least once

One network with one set of weights embeds both members of a pair: an image, and the same image moved a little. The loss
draws together what is of one class, and parts it from all others in the batch. As there are few classes to train on,
each image comes in one of eight positions, turned and mirrored, and each position of a class is a class of its own.

The test is one-shot: of each class held out one test image is known, and another is to be assigned to the nearest of
these, a thousand times. The same is done without a network, with the distance, and the angle, between raw pixels. In
the mean over the splits the embedding is better by 0.07 than the distance, and by 0.04 than the angle; but it gains
nothing on pullovers, dresses and coats (2 3 4), whose differences the other classes do not teach.

Writes a picture for each split, siamese_012.png say, to the folder runs: the embedding of the classes held out.

The data comes from --data, from Debian's package dataset-fashion-mnist, or from the internet with --download.
"""

import argparse
import math
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import fnn
from fnn import plots

SPLITS = [(0, 1, 2), (2, 3, 4), (4, 5, 6), (6, 7, 8), (8, 9, 0)]
POSITIONS = 8  # four quarter turns, each as it is and mirrored


@fnn.record
class Embed:
    """The parameters: two convolutions, and a dense layer to the embedding."""

    conv1: fnn.Conv2D
    conv2: fnn.Conv2D
    out: fnn.Dense


def embed(features: int = 64) -> fnn.Model[Embed, fnn.Array, fnn.Array]:
    """Return the network, from (batch, 28, 28, 1) to embeddings (batch, features), of which the direction counts."""
    first = fnn.conv2d(1, 16, 3, padding="same") >> fnn.max_pool2d(2) >> fnn.relu
    second = first >> fnn.conv2d(16, 32, 3, padding="same") >> fnn.max_pool2d(2) >> fnn.relu
    return (second >> fnn.flatten >> fnn.dense(7 * 7 * 32, features)).into(Embed)


def scaled(images: NDArray[np.uint8]) -> fnn.Array:
    """Return images with pixels from 0 to 1 and an axis of channels."""
    return images[..., None] / np.float32(255)


def turned(images: fnn.Array, position: fnn.IntArray) -> fnn.Array:
    """Turn each image (n, side, side, 1) by ``position % 4`` quarters, and mirror it if the position is 4 or more."""
    result: fnn.Array = images.copy()
    for p in range(POSITIONS):
        quarter: fnn.Array = np.rot90(images[position == p], p % 4, axes=(1, 2))
        result[position == p] = quarter if p < 4 else quarter[:, :, ::-1]
    return result


def pairs(
    images: NDArray[np.uint8], labels: fnn.IntArray, *, key: fnn.Key
) -> fnn.Batches[tuple[fnn.Array, fnn.Array], fnn.IntArray]:
    """Return batches of pairs, an image in a position drawn by chance and the same moved, with their common label."""
    move = fnn.data.shift(2)

    def load(rows: slice | fnn.IntArray, key: fnn.Key | None) -> fnn.Batch[tuple[fnn.Array, fnn.Array], fnn.IntArray]:
        first, second, which = (key or fnn.Key(0)).split(3)
        position = which.rng().integers(0, POSITIONS, len(labels[rows]))
        x = turned(scaled(images[rows]), position)
        return fnn.Batch((move(first, x), move(second, x)), POSITIONS * labels[rows].astype(np.int64) + position)

    return fnn.Batches(load, len(images), batch_size=64, key=key, drop_last=True)


def unit(x: fnn.Array) -> fnn.Array:
    """Return vectors (n, features) scaled to length 1: the nearest of them is the nearest in angle."""
    directions: fnn.Array = x / np.linalg.norm(x, axis=1, keepdims=True)
    return directions


def episodes(labels: fnn.IntArray, count: int, key: fnn.Key) -> tuple[fnn.IntArray, fnn.IntArray]:
    """Draw one known image and another one to be assigned of each class: two arrays of rows (count, classes)."""
    rng = key.rng()
    rows = [np.flatnonzero(labels == c) for c in np.unique(labels)]
    drawn = np.array([[rng.choice(own, 2, replace=False) for own in rows] for _ in range(count)])
    return drawn[:, :, 0], drawn[:, :, 1]


def one_shot(x: fnn.Array, known: fnn.IntArray, asked: fnn.IntArray) -> tuple[float, float]:
    """Return the share of ``x[asked]`` whose nearest in ``x[known]`` is of their class, and its standard error."""
    distance = np.linalg.norm(x[asked][:, :, None] - x[known][:, None], axis=3)  # (episodes, asked, known)
    right = (distance.argmin(axis=2) == np.arange(known.shape[1])).mean(axis=1)
    return float(right.mean()), float(right.std(ddof=1) / math.sqrt(len(right)))


def train(hold_out: Sequence[int], samples: int, data: fnn.data.FashionMNIST) -> Embed:
    """Train for one epoch on the first ``samples`` training images of the other classes."""
    rows = np.flatnonzero(~np.isin(data.train_labels, hold_out))[:samples]
    batches = pairs(data.train_images[rows], data.train_labels[rows], key=fnn.Key(0))
    twin = fnn.shared(embed())
    optimizer = fnn.adamw(fnn.linear_warmup(50, fnn.cosine_decay(2e-3, steps=len(batches))))
    step = fnn.train_step(twin, fnn.supervised_contrastive, optimizer)
    run = fnn.fit(step, fnn.start(twin, optimizer, fnn.Key(1)), batches, epochs=1)
    return fnn.final(fnn.progress(run)).state.params


def draw(embedding: fnn.Array, labels: fnn.IntArray, names: Sequence[str], path: Path) -> None:
    """Draw the first 600 embeddings in the plane of their two principal components."""
    x = embedding[:600] - embedding[:600].mean(axis=0)
    points = x @ np.linalg.svd(x, full_matrices=False).Vh[:2].T
    axes = "first principal component", "second principal component"
    title = "Embedding of classes never trained"
    plots.scatter(points, labels[:600], class_names=names, feature_names=axes, title=title).savefig(path, dpi=150)


def main(
    folder: Path = Path("runs"),
    splits: Sequence[Sequence[int]] = SPLITS[:1],
    samples: int = 20_000,
    data: fnn.data.FashionMNIST | None = None,
) -> NDArray[np.float64]:
    """Train, test and draw for each split; return the accuracies of the embedding, of pixels, and of their angles."""
    folder.mkdir(parents=True, exist_ok=True)
    data = fnn.data.fashion_mnist() if data is None else data
    print(fnn.summary(embed(), (28, 28, 1)))
    accuracies = []
    for hold_out in splits:
        began = time.perf_counter()
        params = train(hold_out, samples, data)
        names = [data.class_names[c] for c in hold_out]
        print(f"without {', '.join(names)}: trained for {time.perf_counter() - began:.1f} s")

        rows = np.flatnonzero(np.isin(data.test_labels, hold_out))
        images = scaled(data.test_images[rows])
        labels = np.argmax(data.test_labels[rows, None] == np.array(hold_out), axis=1)
        pixels = images.reshape(len(images), -1)
        embedding = unit(fnn.predict(embed(), params, images, batch_size=500))
        known, asked = episodes(labels, 1000, fnn.Key(2))
        figures = {"embedding": embedding, "pixels": pixels, "pixels, by angle": unit(pixels)}
        results = {title: one_shot(x, known, asked) for title, x in figures.items()}
        print("\n".join(f"  {title:16}  {share:.3f} ± {error:.3f}" for title, (share, error) in results.items()))
        accuracies.append([share for share, _ in results.values()])
        draw(embedding, labels, names, folder / f"siamese_{''.join(map(str, hold_out))}.png")
    print("mean: embedding {:.3f}, pixels {:.3f}, by angle {:.3f}".format(*np.mean(accuracies, axis=0)))
    print(f"pictures are in {folder.resolve()}")
    return np.array(accuracies)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("runs"), help="where to write the pictures")
    parser.add_argument("--hold-out", type=int, nargs=3, choices=range(10), default=SPLITS[0], metavar="CLASS")
    parser.add_argument("--all-splits", action="store_true", help="hold out each class at least once")
    parser.add_argument("--samples", type=int, default=20_000, help="training images")
    parser.add_argument("--data", type=Path, help="a folder with the four IDX files")
    parser.add_argument("--download", action="store_true", help="fetch the data if it is not on this machine")
    arguments = parser.parse_args()
    if len(set(arguments.hold_out)) < 3:
        parser.error("--hold-out takes three different classes")
    main(
        arguments.folder,
        SPLITS if arguments.all_splits else [arguments.hold_out],
        arguments.samples,
        fnn.data.fashion_mnist(arguments.data, download=arguments.download),
    )
