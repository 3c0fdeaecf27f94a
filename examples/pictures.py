"""Draw the pictures of the README: a decision boundary, a network, and a confusion matrix.

python examples/pictures.py --folder examples/pictures
"""

import argparse
from pathlib import Path

import numpy as np

import fnn
from fnn import plots


@fnn.record
class MLP:
    """The parameters of the networks drawn here."""

    hidden: fnn.Dense
    out: fnn.Dense


def spiral(path: Path, epochs: int) -> None:
    """Draw how 128 hidden neurons part three arms of a spiral."""
    x, labels = fnn.data.spiral(200, 3, fnn.Key(0), noise=0.15)
    model = (fnn.dense(2, 128) >> fnn.relu >> fnn.dense(128, 3)).into(MLP)
    optimizer = fnn.adam(fnn.cosine_decay(0.03, steps=10 * epochs))
    step = fnn.train_step(model, fnn.softmax_cross_entropy, optimizer, penalty=fnn.l2(2e-4))
    state = fnn.start(model, optimizer, fnn.Key(1))
    end = fnn.final(fnn.fit(step, state, fnn.batches(x, labels, batch_size=60, key=fnn.Key(2)), epochs=epochs))
    params = end.state.params
    plots.decision_boundary(lambda points: model.apply(params, points), x, labels).savefig(path, dpi=110)


def digits(network: Path, matrix: Path, epochs: int) -> None:
    """Draw a network for the digits, and what it takes for what."""
    data = fnn.data.digits()
    x = data.inputs.reshape(-1, 64) / np.float32(16)
    train, test = fnn.data.holdout(x, data.targets, fraction=0.3, key=fnn.Key(0), stratify=data.targets)
    model = (fnn.dense(64, 24) >> fnn.relu >> fnn.dense(24, 10)).into(MLP)
    optimizer = fnn.adamw(1e-2)
    step = fnn.train_step(model, fnn.softmax_cross_entropy, optimizer)
    state = fnn.start(model, optimizer, fnn.Key(1))
    end = fnn.final(fnn.fit(step, state, fnn.batches(*train, batch_size=64, key=fnn.Key(2)), epochs=epochs))
    logits = model.apply(end.state.params, test.inputs)
    plots.network(end.state.params, class_names=data.class_names).savefig(network, dpi=110)
    plots.confusion(fnn.confusion_matrix(logits, test.targets), data.class_names).savefig(matrix, dpi=110)


def main(folder: Path = Path("runs"), epochs: int = 200) -> None:
    """Draw all pictures into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    spiral(folder / "spiral.png", epochs)
    digits(folder / "network.png", folder / "confusion.png", max(1, epochs // 10))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("examples/pictures"))
    main(parser.parse_args().folder)
