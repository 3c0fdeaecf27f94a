"""Chapter 21, saving and loading: parameters, the whole of what inference needs, and a run to go on with.

Nothing is pickled: a file is an .npz of plain arrays under dotted names, and a header in JSON. So it can be read
without fnn, it holds no code that loading would run, and it says what it is. Look at the three kinds: parameters alone,
for a model that the program builds; a bundle with the scaler and the class names, for whoever predicts; a training
state, from which training goes on to the same bits as if it had never stopped. And look at what is said when a file
does not fit.

Trains on the irises that come with fnn. Writes three .npz files.
"""

import argparse
from pathlib import Path

import numpy as np

import fnn
from fnn import Array, IntArray


@fnn.record
class MLP:
    """The parameters: one field for each stage that has any."""

    hidden: fnn.Dense
    out: fnn.Dense


@fnn.record
class Deeper:
    """The parameters of another network."""

    first: fnn.Dense
    second: fnn.Dense
    out: fnn.Dense


MODEL = (fnn.dense(4, 16) >> fnn.relu >> fnn.dense(16, 3)).into(MLP)
OPTIMIZER = fnn.adam(0.01)
STEP = fnn.train_step(MODEL, fnn.softmax_cross_entropy, OPTIMIZER, metrics={"accuracy": fnn.accuracy})
START = fnn.start(MODEL, OPTIMIZER, fnn.Key(2))

State = fnn.TrainState[MLP, fnn.optim.AdamState]


def train(state: State, data: fnn.Batches[Array, IntArray], epochs: int) -> State:
    """Return the state after ``epochs`` epochs in all."""
    return fnn.final(fnn.fit(STEP, state, data, epochs=epochs)).state


def main(epochs: int = 40, folder: Path = Path("runs")) -> float:
    """Train, save in three ways into ``folder``, load, compare; return the test accuracy."""
    folder.mkdir(parents=True, exist_ok=True)
    iris = fnn.data.iris()
    learned, test = fnn.data.holdout(iris.inputs, iris.targets, fraction=0.3, key=fnn.Key(0), stratify=iris.targets)
    scaler = fnn.data.fit_standardize(learned.inputs)
    data = fnn.batches(scaler.transform(learned.inputs), learned.targets, batch_size=16, key=fnn.Key(1))
    state = train(START, data, epochs)
    expected = MODEL.apply(state.params, scaler.transform(test.inputs))
    print(f"trained: test accuracy {fnn.accuracy(expected, test.targets):.3f}")

    # Parameters alone.
    path = folder / "iris_parameters.npz"
    fnn.save(path, state.params, metadata={"epochs": epochs, "source": iris.source})
    params = fnn.load(path, MLP)
    print(f"\n{fnn.inspect(path)}")
    print(f"parameters loaded, the same bits: {fnn.tree.equal(params, state.params)}")
    with np.load(path) as file:
        print(f"read by NumPy alone: hidden.bias {file['hidden.bias'][:3]}")
    try:
        fnn.load(path, Deeper)
    except fnn.errors.FileFormatError as error:
        print(f"as another network: {error}")

    # All that inference needs.
    path = folder / "iris.npz"
    fnn.save(path, fnn.Bundle(state.params, scaler=scaler, class_names=iris.class_names, config={"neurons": 16}))
    bundle = fnn.load(path, fnn.Bundle[MLP])
    y = MODEL.apply(bundle.params, bundle.transform(test.inputs))
    print(f"\nbundle loaded, the same predictions: {np.array_equal(y, expected)}")
    print(f"first test flower: {bundle.class_names[int(y[0].argmax())]}, truly {iris.class_names[test.targets[0]]}")

    # A run to go on with: parameters, the optimizer's moments, the key, the position in the data.
    path = folder / "iris_run.npz"
    fnn.save(path, train(START, data, epochs // 2))
    resumed = train(fnn.resume(path, START), data, epochs)
    print(f"\nrun saved in the middle, loaded, finished: the same bits: {fnn.tree.equal(resumed, state)}")

    # Or a new run that begins with old parameters.
    again = fnn.start(MODEL, OPTIMIZER, fnn.Key(3), params=params)
    print(f"a new run from loaded parameters begins with them: {fnn.tree.equal(again.params, params)}")
    return fnn.accuracy(y, test.targets)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--folder", type=Path, default=Path("runs"), help="where to write the files")
    arguments = parser.parse_args()
    main(arguments.epochs, arguments.folder)
