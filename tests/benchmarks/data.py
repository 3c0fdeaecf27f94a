"""What all peers are given: initial weights and batches, in one file of arrays.

The inputs of all batches are the same numbers, in memory of their own, and their labels are drawn at random: the loss
cannot be brought to 0, however long a run is, and no arithmetic slows down on tiny numbers.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import fnn
from tests.benchmarks.peers.ours import model_of
from tests.benchmarks.rows import BATCHES, CNN, LSTM, MLP, Leaves, Row, Transformer


def make(row: Row) -> dict[str, NDArray[Any]]:
    """Return the weights by their paths, with ``inputs`` (batches, batch, ...) and ``targets`` (batches, batch, ...).

    For the optimizer alone there are ``weight.0`` ..., which are 0, so that all they hold is their change, and
    ``gradient.0`` ...
    """
    rng, network = np.random.default_rng(0), row.network
    if isinstance(network, Leaves):
        weights = {f"weight.{i}": np.zeros(network.shape, np.float32) for i in range(network.number)}
        gradients = {f"gradient.{i}": rng.standard_normal(network.shape, np.float32) for i in range(network.number)}
        return {**weights, **gradients}
    params: dict[str, NDArray[Any]] = dict(fnn.tree.leaves_with_paths(model_of(network).init(fnn.Key(0))))
    labels: tuple[int, ...] = (BATCHES, row.batch)
    match network:
        case MLP(sizes=sizes):
            inputs, classes = rng.standard_normal((row.batch, sizes[0]), np.float32), sizes[-1]
        case CNN(side=side, channels=channels, classes=classes):
            inputs = rng.standard_normal((row.batch, side, side, channels[0]), np.float32)
        case LSTM(steps=steps, features=features, classes=classes):
            inputs = rng.standard_normal((row.batch, steps, features), np.float32)
        case Transformer(steps=steps, vocabulary=classes):
            tokens, labels = rng.integers(classes, size=(row.batch, steps)), (*labels, steps)
            return {**params, "inputs": np.stack([tokens] * BATCHES), "targets": rng.integers(classes, size=labels)}
    return {**params, "inputs": np.stack([inputs] * BATCHES), "targets": rng.integers(classes, size=labels)}


def write(row: Row, path: Path) -> None:
    """Write the arrays of a row to a .npz file."""
    np.savez(path, **make(row))  # type: ignore[arg-type]  # its stub takes no arrays by computed names
