"""Chapter 12, validation data: choosing settings without looking at the test.

Whoever chooses the best of many networks by their test accuracy has trained on the test. Settings are chosen with data
put aside from the training data, and where these are few, by cross-validation: every part of them is put aside once,
and the results are averaged. Look at the spread between the folds (a difference smaller than it means nothing), and at
the test data, which are used once, at the very end.
"""

import argparse
import statistics

import fnn
from fnn import Array, IntArray

Params = tuple[fnn.Dense, fnn.Dense]


def train(neurons: int, x: Array, labels: IntArray, epochs: int) -> tuple[fnn.Model[Params, Array, Array], Params]:
    """Return a network with ``neurons`` hidden neurons, and its parameters after training."""
    model = fnn.dense(2, neurons) >> fnn.relu >> fnn.dense(neurons, 3)
    optimizer = fnn.adam(0.05)
    step = fnn.train_step(model, fnn.softmax_cross_entropy, optimizer)
    data = fnn.batches(x, labels, batch_size=len(x))
    return model, fnn.final(fnn.fit(step, fnn.start(model, optimizer, fnn.Key(1)), data, epochs=epochs)).state.params


def cross_validate(neurons: int, x: Array, labels: IntArray, epochs: int) -> list[float]:
    """Return the validation accuracy of each of five folds, with the classes in equal shares in each."""
    accuracies = []
    for fold in fnn.data.k_folds(len(x), 5, key=fnn.Key(2), stratify=labels):
        model, params = train(neurons, x[fold.train], labels[fold.train], epochs)
        accuracies.append(fnn.accuracy(model.apply(params, x[fold.validation]), labels[fold.validation]))
    return accuracies


def main(epochs: int = 500) -> tuple[int, float]:
    """Choose the number of neurons by cross-validation; print the figures, return the choice and its test accuracy."""
    x, labels = fnn.data.spiral(100, 3, fnn.Key(0))
    means: dict[int, float] = {}
    for neurons in (2, 8, 32, 128):
        accuracies = cross_validate(neurons, x, labels, epochs)
        means[neurons] = statistics.mean(accuracies)
        folds = " ".join(f"{accuracy:.3f}" for accuracy in accuracies)
        print(f"{neurons:3} neurons: {folds}   mean {means[neurons]:.3f} +- {statistics.stdev(accuracies):.3f}")
    best = max(means, key=lambda neurons: means[neurons])

    model, params = train(best, x, labels, epochs)
    x_test, labels_test = fnn.data.spiral(1000, 3, fnn.Key(99))
    accuracy = fnn.accuracy(model.apply(params, x_test), labels_test)
    print(f"chosen: {best} neurons, trained again with all training data; test accuracy {accuracy:.3f}")
    return best, accuracy


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=500)
    main(parser.parse_args().epochs)
