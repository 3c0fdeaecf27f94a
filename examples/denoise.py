"""Clean noisy images with a convolutional autoencoder that was trained on pairs of noisy and true ones.

python examples/denoise.py    writes denoise.png to the folder runs: noisy, cleaned and true images in three rows

The measure is the peak signal-to-noise ratio, PSNR = 10 log10(1 / mean squared error) in decibels for pixels from 0 to
1, of test images. The data is Fashion-MNIST, from --data, from Debian's package dataset-fashion-mnist, or from the
internet with --download.
"""

import argparse
import math
import time
from pathlib import Path

import numpy as np

import fnn
from fnn import plots


@fnn.record
class Autoencoder:
    """The parameters: two convolutions that halve the image, two transposed ones that bring its size back."""

    down1: fnn.Conv2D
    norm1: fnn.BatchNorm
    down2: fnn.Conv2D
    norm2: fnn.BatchNorm
    up1: fnn.ConvTranspose2D
    norm3: fnn.BatchNorm
    up2: fnn.ConvTranspose2D


def autoencoder() -> fnn.Model[Autoencoder, fnn.Array, fnn.Array]:
    """Return the network, from (batch, 28, 28, 1) through (batch, 7, 7, 64) back to (batch, 28, 28, 1)."""
    down1 = fnn.conv2d(1, 32, 3, stride=2) >> fnn.batch_norm(32) >> fnn.relu
    down2 = down1 >> fnn.conv2d(32, 64, 3, stride=2) >> fnn.batch_norm(64) >> fnn.relu
    up1 = down2 >> fnn.conv_transpose2d(64, 32, 4, stride=2) >> fnn.batch_norm(32) >> fnn.relu
    return (up1 >> fnn.conv_transpose2d(32, 1, 4, stride=2)).into(Autoencoder)


def noisy(key: fnn.Key, images: fnn.Array, noise: float) -> fnn.Array:
    """Return the images with normal noise of a standard deviation added to each pixel."""
    return images + np.float32(noise) * key.rng().standard_normal(images.shape, np.float32)


def pairs(images: fnn.Array, *, noise: float, key: fnn.Key) -> fnn.Batches[fnn.Array, fnn.Array]:
    """Return batches of noisy images with the true ones as targets; the noise is new in each epoch."""

    def load(rows: slice | fnn.IntArray, key: fnn.Key | None) -> fnn.Batch[fnn.Array, fnn.Array]:
        return fnn.Batch(noisy(key or fnn.Key(0), images[rows], noise), images[rows])

    return fnn.Batches(load, len(images), batch_size=64, key=key)


def psnr(images: fnn.Array, true: fnn.Array) -> float:
    """Return the peak signal-to-noise ratio in decibels, of pixels from 0 to 1."""
    return -10 * math.log10(fnn.mean_squared_error(images, true)[0])


def main(
    folder: Path = Path("runs"),
    epochs: int = 3,
    noise: float = 0.3,
    data: fnn.data.FashionMNIST | None = None,
) -> tuple[float, float]:
    """Train and draw; return the PSNR of the test images with noise, and cleaned."""
    folder.mkdir(parents=True, exist_ok=True)
    data = fnn.data.fashion_mnist() if data is None else data
    began = time.perf_counter()
    train_images, true = (x[..., None] / np.float32(255) for x in (data.train_images[:30_000], data.test_images))
    batches = pairs(train_images, noise=noise, key=fnn.Key(0))

    model = autoencoder()
    print(fnn.summary(model, (28, 28, 1)))
    optimizer = fnn.adam(fnn.cosine_decay(5e-3, steps=epochs * len(batches)))
    step = fnn.train_step(model, fnn.mean_squared_error, optimizer)
    run = fnn.fit(step, fnn.start(model, optimizer, fnn.Key(1)), batches, epochs=epochs)
    params = fnn.final(fnn.progress(run)).state.params

    spoiled = noisy(fnn.Key(2), true, noise)
    cleaned = np.clip(fnn.predict(model, params, spoiled, batch_size=500), 0, 1)
    shown = np.clip(spoiled, 0, 1)  # the fairest picture, and measure, of what pixels from 0 to 1 can be
    before, after = psnr(shown, true), psnr(cleaned, true)
    print(f"PSNR of {len(true):,} test images: noisy {before:.2f} dB, cleaned {after:.2f} dB, +{after - before:.2f} dB")

    rows = np.concatenate([images[:10, :, :, 0] for images in (shown, cleaned, true)])
    titles = [*["noisy"] * 10, *["cleaned"] * 10, *["true"] * 10]
    plots.images(rows, titles, columns=10).savefig(folder / "denoise.png", dpi=150)
    print(f"{time.perf_counter() - began:.1f} s; picture drawn to {folder / 'denoise.png'}")
    return before, after


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("runs"), help="where to write the picture")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--noise", type=float, default=0.3, help="standard deviation, for pixels from 0 to 1")
    parser.add_argument("--data", type=Path, help="a folder with the four IDX files")
    parser.add_argument("--download", action="store_true", help="fetch the data if it is not on this machine")
    arguments = parser.parse_args()
    main(
        arguments.folder,
        arguments.epochs,
        arguments.noise,
        fnn.data.fashion_mnist(arguments.data, download=arguments.download),
    )
