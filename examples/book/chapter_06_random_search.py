"""Chapter 6, introducing optimization: guessing, and guessing around the best guess so far.

Both ways need no derivative. Drawing all weights anew each time finds next to nothing. Keeping small random changes
that lower the loss works on the vertical data, which a line can nearly separate, and gets stuck on the spiral. Look at
how much worse than the 96 % of chapter 10 that is, with as many trials as chapter 10 takes steps.
"""

import argparse

import numpy as np

import fnn
from fnn import Array, IntArray

Params = tuple[fnn.Dense, fnn.Dense]

SMALL = fnn.initializers.normal(0.01)
MODEL = fnn.dense(2, 3, weight=SMALL) >> fnn.relu >> fnn.dense(3, 3, weight=SMALL)


def loss_of(params: Params, x: Array, labels: IntArray) -> float:
    """Return the loss of the network with these parameters."""
    return fnn.softmax_cross_entropy(MODEL.apply(params, x), labels)[0]


def accuracy_of(params: Params, x: Array, labels: IntArray) -> float:
    """Return the accuracy of the network with these parameters."""
    return fnn.accuracy(MODEL.apply(params, x), labels)


def draw_anew(params: Params, rng: np.random.Generator) -> Params:
    """Return parameters like ``params`` that are drawn anew, normal with a deviation of 0.05."""
    return fnn.tree.map(lambda leaf: np.float32(0.05) * rng.standard_normal(leaf.shape, dtype=np.float32), params)


def change_a_little(params: Params, rng: np.random.Generator) -> Params:
    """Return ``params`` with normal numbers of deviation 0.05 added."""
    return fnn.tree.map(np.add, params, draw_anew(params, rng))


def search(x: Array, labels: IntArray, trials: int, key: fnn.Key, *, around_the_best: bool) -> Params:
    """Return the parameters of lowest loss among ``trials``, drawn anew each time or around the best so far."""
    key_init, key_search = key.split()
    rng = key_search.rng()
    propose = change_a_little if around_the_best else draw_anew
    best = MODEL.init(key_init)
    lowest = loss_of(best, x, labels)
    for _ in range(trials):
        params = propose(best, rng)
        loss = loss_of(params, x, labels)
        if loss < lowest:
            best, lowest = params, loss
    return best


def main(trials: int = 10_000) -> dict[str, float]:
    """Search in both ways over both data sets; print losses and return the accuracies by name."""
    found: dict[str, float] = {}
    for name, (x, labels) in {
        "vertical": fnn.data.vertical(100, 3, fnn.Key(0)),
        "spiral": fnn.data.spiral(100, 3, fnn.Key(0)),
    }.items():
        for way, around in (("drawn anew", False), ("around the best", True)):
            params = search(x, labels, trials, fnn.Key(1), around_the_best=around)
            accuracy = accuracy_of(params, x, labels)
            found[f"{name}, {way}"] = accuracy
            loss = loss_of(params, x, labels)
            print(f"{name:8} {way:16} {trials} trials: loss {loss:.4f}, accuracy {accuracy:.3f}")
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=10_000)
    main(parser.parse_args().trials)
