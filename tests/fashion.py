"""Fashion-MNIST for tests: required where CI runs, otherwise a visible skip if it is not on the machine."""

import os

import pytest

from fnn.data import FashionMNIST, fashion_mnist
from fnn.errors import DataError


def fashion_or_skip() -> FashionMNIST:
    """Return the data; without it fail if the environment says CI, and skip elsewhere."""
    try:
        return fashion_mnist()
    except DataError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
