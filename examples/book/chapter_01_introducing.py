"""Chapter 1, introducing neural networks: what one looks like, and how many numbers there are to be learned.

This and the next 21 scripts do what the chapters of a book teach: Kinsley and Kukieła (2020), "Neural Networks from
Scratch in Python". Each stands alone, says what to look at, and prints its figures.

A network is columns of neurons, each connected to all of the column before it. Every connection is a weight, every
neuron outside the input has a bias: ``inputs * neurons + neurons`` parameters a layer. Look at how fast their number
grows, and at the network before any training: its answers are chance.

Draws the first network to network.png.
"""

import argparse
import itertools
from pathlib import Path

import numpy as np

import fnn
from fnn import plots


@fnn.record
class Network:
    """The parameters of a network with two hidden layers: one field for each layer."""

    first: fnn.Dense
    second: fnn.Dense
    output: fnn.Dense


def build(inputs: int, hidden: int, outputs: int) -> fnn.Model[Network, fnn.Array, fnn.Array]:
    """Return a network with two hidden layers of ReLU neurons."""
    return (
        fnn.dense(inputs, hidden) >> fnn.relu >> fnn.dense(hidden, hidden) >> fnn.relu >> fnn.dense(hidden, outputs)
    ).into(Network)


def count(sizes: list[int]) -> int:
    """Return the number of parameters of a network with columns of these sizes, by the formula."""
    return sum(inputs * neurons + neurons for inputs, neurons in itertools.pairwise(sizes))


def main(folder: Path = Path("runs")) -> None:
    """Print the networks and their sizes, and draw the first into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    model = build(4, 8, 3)
    print(fnn.summary(model, (4,)))
    params = model.init(fnn.Key(0))
    print(f"\nparameters: {fnn.tree.size(params)}, by the formula {count([4, 8, 8, 3])}")
    print("of a network for images of 28 x 28 pixels in ten classes:")
    for hidden in (16, 64, 128, 512):
        print(f"  two hidden layers of {hidden:3}: {fnn.summary(build(784, hidden, 10), (784,)).parameters:7,}")

    sample = np.array([[5.1, 3.5, 1.4, 0.2]], np.float32)
    print("\nwhat new networks say of the same sample, as probabilities of three classes:")
    for seed in range(3):
        y = fnn.softmax(model.apply(model.init(fnn.Key(seed)), sample))
        print(f"  Key({seed}): {y[0].round(3)}")

    plots.network(params, class_names=("a", "b", "c")).savefig(folder / "network.png", dpi=150)
    print(f"drawn to {folder / 'network.png'}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("runs"), help="where to write the picture")
    main(parser.parse_args().folder)
