"""Chapter 4, activation functions: the bend between two layers, and the end of a classifier.

A network of linear layers is linear. With ReLU between them it is made of straight pieces, and can follow any curve:
look at the sine that eight, sixteen and thirty-two hand-set neurons follow. Softmax turns a row of scores into
probabilities; what counts is that the maximum of *each row* is subtracted first, so that no power overflows.

The texts' sigmoid is ``1 / (1 + exp(-x))`` as it stands, which overflows in ``exp`` far to the left (the value is still
right, but NumPy warns, and a program that takes warnings seriously stops). `fnn.sigmoid` gives the same without it.
"""

import math
import warnings

import numpy as np

import fnn


def printed_sigmoid(x: fnn.Array) -> fnn.Array:
    """Return the sigmoid as it stands in the texts."""
    y: fnn.Array = 1 / (1 + np.exp(-x))
    return y


def overflows(function: fnn.Fn[fnn.Array, fnn.Array], x: fnn.Array) -> bool:
    """Tell whether NumPy warns of an overflow."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        function(x)
    return any("overflow" in str(warning.message) for warning in caught)


def curve_of_relus(knots: fnn.Array, heights: fnn.Array) -> tuple[fnn.Dense, fnn.Dense]:
    """Return the parameters of dense >> relu >> dense that joins the points ``(knots, heights)`` by straight lines.

    Neuron k is ``relu(x - knots[k])``: nothing before its knot, slope 1 after it. Its output weight is the change of
    slope at the knot, so that the slopes add up to those of the pieces.
    """
    slopes = np.diff(heights) / np.diff(knots)
    bends = np.diff(slopes, prepend=0.0)
    count = len(bends)
    return fnn.Dense(np.ones((1, count)), -knots[:-1]), fnn.Dense(bends[:, None], heights[:1])


def activations() -> None:
    """Print what each activation makes of the same numbers, and where the printed sigmoid overflows."""
    x = np.array([[0.0, 2.0, -1.0, 3.3, -2.7, 1.1, 2.2, -100.0]])
    print("x        ", x[0])
    for stage in (fnn.step, fnn.identity, fnn.sigmoid, fnn.tanh, fnn.relu, fnn.leaky_relu(0.1)):
        print(f"{stage.name:16}", stage(x)[0].round(4))

    far = np.array([[-1000.0]])
    naive: fnn.Fn[fnn.Array, fnn.Array] = fnn.fn(lambda x: (printed_sigmoid(x), x), lambda dy, x: dy, name="printed")
    print(f"\nsigmoid(-1000) as printed overflows: {overflows(naive, far)}; in fnn: {overflows(fnn.sigmoid, far)}")


def sine() -> None:
    """Print how closely hand-set neurons follow a sine."""
    print("\nsine from 0 to 1, by hand-set ReLU neurons")
    fine = np.linspace(0, 1, 1001)[:, None]
    for neurons in (8, 16, 32):
        knots = np.linspace(0, 1, neurons + 1)
        model = fnn.dense(1, neurons) >> fnn.relu >> fnn.dense(neurons, 1)
        y = model.apply(curve_of_relus(knots, np.sin(2 * math.pi * knots)), fine)
        error = abs(y - np.sin(2 * math.pi * fine)).max()
        print(f"{neurons:3} neurons: largest error {error:.4f}")


def softmax() -> None:
    """Print probabilities, what does not spoil them, and those of a network that has learned nothing."""
    scores = np.array([[4.8, 1.21, 2.385], [8.9, -1.81, 0.2], [1.41, 1.051, 0.026]])
    probabilities = fnn.softmax(scores)
    print(f"\nsoftmax of\n{scores}\nis\n{probabilities}\nrows sum to {probabilities.sum(axis=1)}")
    print(f"a constant on top changes nothing: {np.allclose(fnn.softmax(scores + 100), probabilities)}")
    print(f"and large scores do not overflow: {fnn.softmax(np.array([[1000.0, 0.0, 999.0]]))[0]}")
    # With the maximum of the whole array instead of each row's, the last row would be 0/0.
    rows = np.array([[1000.0, 0.0], [0.0, -1.0]])
    print(f"nor does a row with large scores spoil another:\n{fnn.softmax(rows)}")

    points, _ = fnn.data.spiral(100, 3, fnn.Key(0))
    weight = fnn.initializers.normal(0.01)
    network = fnn.dense(2, 3, weight=weight) >> fnn.relu >> fnn.dense(3, 3, weight=weight) >> fnn.softmax
    y32 = network.apply(network.init(fnn.Key(1)), points)
    print(f"\na network that has learned nothing is undecided about the spiral:\n{y32[:3]}")


def main() -> None:
    """Print the chapter's figures."""
    with np.printoptions(precision=8, suppress=True):
        activations()
        sine()
        softmax()


if __name__ == "__main__":
    main()
