"""Chapter 14, L1 and L2 regularization: large weights cost something, so that a network keeps to what is plain.

The penalty joins the loss, and its derivative the gradient: ``strength * sign(w)`` for L1, ``2 * strength * w`` for L2.
Look at the small example first, then at the spiral: training accuracy falls a little, the weights shrink, and the test
accuracy is what it is about. L1 leaves many weights near zero, L2 makes all of them smaller.

At a weight of exactly 0, where ``|w|`` has a kink, the book takes a slope of +1; fnn takes 0, so that a weight that has
reached zero may stay there.
"""

import argparse

import numpy as np

import fnn
from fnn import Array, IntArray


@fnn.record
class MLP:
    """The parameters: one field for each stage that has any."""

    hidden: fnn.Dense
    out: fnn.Dense


MODEL = (fnn.dense(2, 64) >> fnn.relu >> fnn.dense(64, 3)).into(MLP)

# As in the book, the penalty is on weights and biases of the hidden layer; the paths say which parameters.
PENALTIES: dict[str, fnn.Penalty | None] = {
    "none": None,
    "L1 0.0005": fnn.l1(5e-4, where="hidden.*"),
    "L2 0.0005": fnn.l2(5e-4, where="hidden.*"),
    "both": fnn.l1(5e-4, where="hidden.*") + fnn.l2(5e-4, where="hidden.*"),
}


def train(x: Array, labels: IntArray, penalty: fnn.Penalty | None, epochs: int) -> MLP:
    """Return the parameters after training with a penalty."""
    optimizer = fnn.adam(fnn.inverse_time(0.05, decay=5e-7))
    step = fnn.train_step(MODEL, fnn.softmax_cross_entropy, optimizer, penalty=penalty)
    data = fnn.batches(x, labels, batch_size=len(x))
    return fnn.final(fnn.fit(step, fnn.start(MODEL, optimizer, fnn.Key(1)), data, epochs=epochs)).state.params


def main(epochs: int = 10_001) -> dict[str, float]:
    """Train with each penalty, print the figures, and return the test accuracies by name."""
    weights = {"weight": np.array([[0.2, 0.8, -0.5], [0.5, -0.91, 0.0]])}
    for name, penalty in (("L1", fnn.l1(0.1)), ("L2", fnn.l2(0.1))):
        value, slope = penalty(weights)
        print(f"{name} of strength 0.1 on\n{weights['weight']}\nis {value:.4f}, with the gradient\n{slope['weight']}")

    x, labels = fnn.data.spiral(100, 3, fnn.Key(0))
    x_test, labels_test = fnn.data.spiral(1000, 3, fnn.Key(99))
    found: dict[str, float] = {}
    print("\npenalty     training  test   mean |weight|  hidden weights below 0.01")
    for name, chosen in PENALTIES.items():
        params = train(x, labels, chosen, epochs)
        found[name] = fnn.accuracy(MODEL.apply(params, x_test), labels_test)
        sizes = np.abs(params.hidden.weight)
        training = fnn.accuracy(MODEL.apply(params, x), labels)
        print(f"{name:11} {training:.3f}     {found[name]:.3f}  {sizes.mean():8.3f}       {(sizes < 0.01).mean():6.0%}")
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=10_001)
    main(parser.parse_args().epochs)
