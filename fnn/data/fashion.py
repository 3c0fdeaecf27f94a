"""Fashion-MNIST: 70,000 grey images of articles of clothing, 28 x 28, in 10 classes.

Source: Xiao, Rasul, Vollgraf (2017), "Fashion-MNIST: a novel image dataset for benchmarking machine learning
algorithms", arXiv:1708.07747. Copyright 2017 Zalando SE, licence MIT.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import attrs
import numpy as np

from fnn.arrays import IntArray
from fnn.data.idx import idx_bytes, read_idx
from fnn.data.images import Pixels
from fnn.errors import DataError, FileFormatError
from fnn.extras import require

CLASS_NAMES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
DEBIAN = Path("/usr/share/datasets/fashion-mnist")
URL = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"

# SHA-256 of the uncompressed content: the same whoever compressed it
_SHA256 = {
    "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
}


@attrs.frozen(eq=False)
class FashionMNIST:
    """60,000 training and 10,000 test images (n, 28, 28), 0 to 255, and labels (n,), 0 to 9; all read-only."""

    train_images: Pixels
    train_labels: IntArray
    test_images: Pixels
    test_labels: IntArray
    class_names: tuple[str, ...] = CLASS_NAMES


def fashion_mnist(folder: str | os.PathLike[str] | None = None, *, download: bool = False) -> FashionMNIST:
    """Read Fashion-MNIST, whose content is always checked against its SHA-256.

    With ``folder``, the four IDX files, plain or ending in ``.gz``, are looked for in it and nowhere else; without, in
    the folder of Debian's package dataset-fashion-mnist, then in the cache (``fnn/fashion-mnist`` under
    $XDG_CACHE_HOME, or ~/.cache). Where they are not found and ``download`` is true, they are fetched from Zalando's
    server (30 MB, with pooch) into ``folder`` or the cache.

    Raises DataError where the files are nowhere or cannot be fetched, FileFormatError for a file of other content,
    MissingExtraError for a download without pooch.
    """
    places = [DEBIAN, _cache()] if folder is None else [Path(folder)]
    for place in places:
        found = {name: path for name in _SHA256 if (path := _find(place, name))}
        if len(found) == len(_SHA256):
            return _collect([_read(path, name) for name, path in found.items()])
    if download:
        return _collect([_fetch(places[-1], name) for name in _SHA256])
    raise DataError(
        "fashion_mnist",
        f"the files {', '.join(_SHA256)} (or .gz)",
        f"not all of them in {' or '.join(map(str, places))}",
        "Get them in one of three ways: apt-get install dataset-fashion-mnist, on Debian; "
        'fashion_mnist(download=True), after pip install "fnn[download]"; '
        "fashion_mnist(folder), with a folder that has them.",
    )


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "fnn" / "fashion-mnist"


def _find(folder: Path, name: str) -> Path | None:
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)


def _read(path: Path, name: str) -> Pixels:
    """Read one file and check it: as an array has only one IDX content, the hash can be taken of the array."""
    values = read_idx(path)
    digest = hashlib.sha256(idx_bytes(values)).hexdigest()
    if digest != _SHA256[name]:
        hint = "It is damaged, or of another data set such as MNIST: delete it and fetch it again."
        raise FileFormatError(str(path), f"{name} of Fashion-MNIST, SHA-256 {_SHA256[name]}", digest, hint)
    values.setflags(write=False)
    return values


def _fetch(folder: Path, name: str) -> Pixels:
    """Return the array of a file that is there already, or download it; only what is checked gets its name."""
    there = _find(folder, name)
    if there:
        return _read(there, name)
    downloader: Callable[..., None] = require("pooch", "download", "downloading data", "fashion_mnist").HTTPDownloader()
    url = f"{URL}/{name}.gz"
    part = folder / f"{name}.{os.getpid()}.part"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        downloader(url, str(part), None)
        values = _read(part, name)
        part.replace(folder / f"{name}.gz")
    except OSError as error:
        hint = "Try again later, or apt-get install dataset-fashion-mnist on Debian."
        raise DataError("fashion_mnist", f"a download from {url}", str(error), hint) from error
    finally:
        part.unlink(missing_ok=True)
    return values


def _collect(arrays: list[Pixels]) -> FashionMNIST:
    train_images, train_labels, test_images, test_labels = arrays
    return FashionMNIST(train_images, _labels(train_labels), test_images, _labels(test_labels))


def _labels(values: Pixels) -> IntArray:
    """Widen, so that arithmetic on labels cannot run over."""
    labels = values.astype(np.int64)
    labels.setflags(write=False)
    return labels
