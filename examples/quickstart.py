"""Train a network on the handwritten digits that ship with fnn; evaluate, save, reload, predict, draw.

python examples/quickstart.py    writes digits.npz and digits.png to the folder runs
"""

import argparse
from pathlib import Path

import numpy as np

import fnn
from fnn import plots


@fnn.record
class MLP:
    """The parameters of the network: one field for each stage that has any."""

    hidden: fnn.Dense
    out: fnn.Dense


def main(folder: Path = Path("runs"), epochs: int = 25) -> float:
    """Run the whole story, write its two files to ``folder``, and return the accuracy on the test images."""
    folder.mkdir(parents=True, exist_ok=True)

    # The data: 1797 images of 8 x 8 pixels, a fifth of them put aside for the test, scaled by what training data shows.
    digits = fnn.data.digits()
    x = digits.inputs.reshape(-1, 64).astype(np.float32)
    train, test = fnn.data.holdout(x, digits.targets, fraction=0.2, key=fnn.Key(0), stratify=digits.targets)
    scaler = fnn.data.fit_min_max(train.inputs, per_feature=False)
    train_batches = fnn.batches(scaler.transform(train.inputs), train.targets, batch_size=32, key=fnn.Key(1))
    test_batches = fnn.batches(scaler.transform(test.inputs), test.targets, batch_size=256)

    # The model: functions composed with >>, whose parameters are a record. Then optimizer, step, and first state.
    model = (fnn.dense(64, 128) >> fnn.relu >> fnn.dropout(0.2) >> fnn.dense(128, 10)).into(MLP)
    print(fnn.summary(model, (64,)))
    optimizer = fnn.adam(fnn.cosine_decay(3e-3, steps=epochs * len(train_batches)))
    step = fnn.train_step(model, fnn.softmax_cross_entropy, optimizer, metrics={"accuracy": fnn.accuracy})
    state = fnn.start(model, optimizer, fnn.Key(2))

    # Training is a generator of events; wrappers around it show them and keep their figures.
    run = fnn.fit(step, state, train_batches, epochs=epochs, validate=test_batches)
    end = fnn.final(fnn.history(fnn.progress(run)))
    accuracy = end.metrics["validation_accuracy"]
    print(f"test accuracy {accuracy:.4f}")

    # All that inference needs goes into one file, which any NumPy can read.
    path = folder / "digits.npz"
    fnn.save(path, fnn.Bundle(end.state.params, scaler=scaler, class_names=digits.class_names))
    bundle = fnn.load(path, fnn.Bundle[MLP])
    before = fnn.predict(model, end.state.params, scaler.transform(test.inputs))
    after = fnn.predict(model, bundle.params, bundle.transform(test.inputs))
    print(f"saved to {path} and reloaded: predictions identical: {np.array_equal(before, after)}")
    names = [bundle.class_names[i] for i in after[:8].argmax(axis=1)]
    print(f"first test images: {' '.join(names)} (true: {' '.join(map(str, test.targets[:8]))})")

    plots.curves(end.history).savefig(folder / "digits.png", dpi=150)
    print(f"curves drawn to {folder / 'digits.png'}")
    return accuracy


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("runs"), help="where to write its files")
    parser.add_argument("--epochs", type=int, default=25)
    arguments = parser.parse_args()
    main(arguments.folder, arguments.epochs)
