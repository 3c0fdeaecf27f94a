"""Reading Fashion-MNIST without any library but NumPy, for the scripts of the others."""

import gzip
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


def read(folder: str) -> list[NDArray[Any]]:
    """Return training images (n, 784) in [-1, 1] and labels (n,), then those to test with."""
    arrays: list[NDArray[Any]] = []
    for name in FILES:
        content = gzip.decompress((Path(folder) / name).read_bytes())
        if "images" in name:
            pixels = np.frombuffer(content, np.uint8, offset=16).reshape(-1, 784)
            arrays.append(pixels.astype(np.float32) / np.float32(127.5) - 1)
        else:
            arrays.append(np.frombuffer(content, np.uint8, offset=8).astype(np.int64))
    return arrays
