"""A network neuron by neuron: Victor Zhou, "Machine learning for beginners: an introduction to neural networks" (2019),
and lectures made of it.

Two inputs, two hidden neurons, one output, sigmoid everywhere: six weights and three biases, which learn to tell from
weight and height whether a person is a woman (1) or a man (0). Each derivative is first written out with scalars, as
the text does, and compared with what the layers compute; then the network learns, one person at a time.

The text gives pounds and inches, minus 135 and 66. A lecture's variant adds Steve in kilograms and centimetres, and
swaps the two. Here they are converted: a pound is 0.45359237 kg, an inch 2.54 cm. Steve's figures are chosen here: 75
kg and 178 cm. Look at the last lines, too: from most beginnings the predictions end close together, but not from all.
"""

import argparse
import math

import numpy as np

import fnn
from fnn import Array


@fnn.record
class Network:
    """The parameters: two hidden neurons and one output neuron."""

    hidden: fnn.Dense
    out: fnn.Dense


NORMAL = fnn.initializers.normal(1.0)
"""All weights and biases begin standard normal, as in the text."""

HIDDEN = fnn.dense(2, 2, weight=NORMAL, bias=NORMAL) >> fnn.sigmoid
MODEL = (HIDDEN >> fnn.dense(2, 1, weight=NORMAL, bias=NORMAL) >> fnn.sigmoid).into(Network)

PEOPLE = {"Alice": (133, 65, 1), "Bob": (160, 72, 0), "Charlie": (152, 70, 0), "Diana": (120, 60, 1)}
"""Pounds, inches, and whether the person is a woman."""

EXPECTED = {"Emily": (0.93, 0.98), "Frank": (0.03, 0.05), "Steve": (0.03, 0.05)}
"""Between what the predictions for new people should end."""


def from_metric(kilograms: float, centimetres: float) -> tuple[float, float]:
    """Return pounds and inches."""
    return kilograms / 0.45359237, centimetres / 2.54


def features(pounds: float, inches: float) -> Array:
    """Return a batch of one person, shifted as in the text so that both numbers are near zero."""
    return np.array([[pounds - 135, inches - 66]], np.float32)


def sigmoid(z: float) -> float:
    """Return the sigmoid of a number, without overflow on either side."""
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


def by_hand(params: Network, x: tuple[float, float], target: float) -> tuple[float, Network]:
    """Return the squared error of one sample, and its derivative with respect to all nine parameters, scalar by scalar.

    With ``s' = s (1 - s)`` for every sigmoid, ``L = (t - o)^2``, ``o = s(v1 h1 + v2 h2 + c)`` and ``h_j = s(w_1j x1 +
    w_2j x2 + b_j)``, the chain rule gives

        dL/dc = -2 (t - o) o'      dL/dv_j = dL/dc h_j      dL/db_j = dL/dc v_j h_j'      dL/dw_ij = dL/db_j x_i
    """
    w, b = params.hidden.weight.tolist(), params.hidden.bias.tolist()
    v, c = params.out.weight[:, 0].tolist(), float(params.out.bias[0])
    h = [sigmoid(w[0][j] * x[0] + w[1][j] * x[1] + b[j]) for j in (0, 1)]
    o = sigmoid(v[0] * h[0] + v[1] * h[1] + c)
    to_output = -2 * (target - o) * o * (1 - o)
    to_hidden = [to_output * v[j] * h[j] * (1 - h[j]) for j in (0, 1)]
    return (target - o) ** 2, Network(
        fnn.Dense(np.array([[to_hidden[j] * x[i] for j in (0, 1)] for i in (0, 1)]), np.array(to_hidden)),
        fnn.Dense(np.array([[to_output * h[j]] for j in (0, 1)]), np.array([to_output])),
    )


def neurons() -> None:
    """Print the text's first figures: a network of equal neurons, and a mean squared error."""
    one = fnn.Dense(np.array([[0.0], [1.0]]), np.zeros(1))
    two = fnn.Dense(np.array([[0.0, 0.0], [1.0, 1.0]]), np.zeros(2))
    y = MODEL.apply(Network(two, one), np.array([[2.0, 3.0]]))
    print(f"weights [0, 1], bias 0, input [2, 3]: {float(y[0, 0])!r}")
    error, _ = fnn.mean_squared_error(np.zeros(4), np.array([1.0, 0.0, 0.0, 1.0]))
    print(f"mean squared error of all zeros for [1, 0, 0, 1]: {error}")


def check_by_hand() -> float:
    """Compare all nine derivatives by hand with those of the layers; return the largest difference."""
    params = fnn.tree.astype(MODEL.init(fnn.Key(0)), np.float64)
    x = (-2.0, -1.0)
    loss, expected = by_hand(params, x, 1.0)
    y, _, backward = MODEL.forward(params, np.array([x]), fnn.Key(0))
    value, dy = fnn.mean_squared_error(y, np.array([[1.0]]))
    grads, _ = backward(dy)
    pairs = zip(fnn.tree.leaves(expected), fnn.tree.leaves(grads), strict=True)
    return max(abs(loss - value), *(float(abs(a - b).max()) for a, b in pairs))


def train(key: fnn.Key, epochs: int = 1000) -> Network:
    """Return the parameters after learning from one person at a time, in order, at a rate of 0.1."""
    x = np.concatenate([features(pounds, inches) for pounds, inches, _ in PEOPLE.values()])
    targets = np.array([[woman] for _, _, woman in PEOPLE.values()], np.float32)
    optimizer = fnn.sgd(0.1)
    step = fnn.train_step(MODEL, fnn.mean_squared_error, optimizer)
    data = fnn.batches(x, targets, batch_size=1)
    return fnn.final(fnn.fit(step, fnn.start(MODEL, optimizer, key), data, epochs=epochs)).state.params


def predict(params: Network) -> dict[str, float]:
    """Return the predictions for three new people."""
    people = {"Emily": (128.0, 63.0), "Frank": (155.0, 68.0), "Steve": from_metric(75, 178)}
    return {name: float(MODEL.apply(params, features(*figures))[0, 0]) for name, figures in people.items()}


def main(epochs: int = 1000, keys: int = 20) -> dict[str, float]:
    """Print the text's figures, train from several beginnings, and return the first one's predictions."""
    neurons()
    print(f"nine derivatives by hand and by the layers: largest difference {check_by_hand():.0e}")
    pounds, inches = from_metric(75, 178)
    print(f"Steve, 75 kg and 178 cm, is {pounds:.1f} pounds and {inches:.1f} inches")
    found = [predict(train(fnn.Key(seed), epochs)) for seed in range(keys)]
    print(f"after {epochs} epochs: " + ", ".join(f"{name} {y:.3f}" for name, y in found[0].items()))
    for name, (low, high) in EXPECTED.items():
        outputs = [predictions[name] for predictions in found]
        inside = sum(low <= y <= high for y in outputs)
        print(
            f"  {name} from {keys} beginnings: {min(outputs):.3f} to {max(outputs):.3f}, "
            f"{inside} of them between {low} and {high}"
        )
    return found[0]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=1000)
    parser.add_argument("--keys", type=int, default=20, help="how many beginnings to try")
    arguments = parser.parse_args()
    main(arguments.epochs, arguments.keys)
