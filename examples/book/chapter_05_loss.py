"""Chapter 5, loss and accuracy: how wrong a classifier is, and how often.

Cross-entropy is minus the logarithm of the probability given to the true class. It tells a confident miss from a near
one, where accuracy only counts. Look at the mean at the end: the logarithm is taken *of each sample*, then the mean.

Two things in printed texts are done right here. A loss for one-hot targets that sums without an axis adds up the whole
batch before it takes the logarithm: its value is no mean of anything, and falls below zero (shown below). And a
probability of 0 has no logarithm: the book clips to 1e-7, and so does `fnn.categorical_cross_entropy`; the loss from
scores, `fnn.softmax_cross_entropy`, needs no clipping at all.
"""

import math

import numpy as np

import fnn

PROBABILITIES = np.array([[0.7, 0.1, 0.2], [0.1, 0.5, 0.4], [0.02, 0.9, 0.08]])
LABELS = np.array([0, 1, 1])


def summed_before_the_logarithm(y: fnn.Array, one_hot: fnn.IntArray) -> float:
    """Return the faulty loss of some texts: the sum runs over all samples, as no axis is given."""
    return -math.log(float((y * one_hot).sum()))


def main() -> None:
    """Print the chapter's figures."""
    x = math.log(5.2)
    print(f"the logarithm asks for an exponent: e ** {x!r} = {math.exp(x):.10g}")

    one = PROBABILITIES[:1]
    by_hand = -sum(t * math.log(p) for t, p in zip([1, 0, 0], one[0].tolist(), strict=True) if t)
    print(f"\none sample {one[0].tolist()} of class 0: by hand {by_hand!r}")
    print(f"by fnn.categorical_cross_entropy: {fnn.categorical_cross_entropy(one, LABELS[:1])[0]!r}")
    for p in (1.0, 0.95, 0.5, 0.05, 0.01):
        print(f"  confidence {p:<4} in the true class costs {math.log(1 / p):.4f}")

    loss, _ = fnn.categorical_cross_entropy(PROBABILITIES, LABELS)
    one_hot = np.eye(3, dtype=int)[LABELS]
    each = [fnn.categorical_cross_entropy(PROBABILITIES[i : i + 1], LABELS[i : i + 1])[0] for i in range(3)]
    print(f"\nbatch: losses {[round(value, 6) for value in each]}, mean {sum(each) / 3:.12g}")
    print(f"by fnn.categorical_cross_entropy, labels:  {loss!r}")
    print(f"by fnn.categorical_cross_entropy, one-hot: {fnn.categorical_cross_entropy(PROBABILITIES, one_hot)[0]!r}")
    print(f"by fnn.softmax_cross_entropy, from scores: {fnn.softmax_cross_entropy(np.log(PROBABILITIES), LABELS)[0]!r}")
    print(f"the faulty sum over the batch would say:   {summed_before_the_logarithm(PROBABILITIES, one_hot):.6f}")

    sure, true = np.array([[1.0, 0.0, 0.0]]), np.array([1])
    print(f"\nsure of class 0, but it is class 1: clipped loss {fnn.categorical_cross_entropy(sure, true)[0]:.6f}")
    print(f"from scores, unclipped: {fnn.softmax_cross_entropy(1000 * sure, true)[0]:.6f}")

    predictions = np.array([[0.7, 0.2, 0.1], [0.5, 0.1, 0.4], [0.02, 0.9, 0.08]])
    print(f"\npredicted classes {predictions.argmax(axis=1)}, true {LABELS}")
    print(f"accuracy {fnn.accuracy(predictions, LABELS):.4f}, from one-hot {fnn.accuracy(predictions, one_hot):.4f}")

    points, labels = fnn.data.spiral(100, 3, fnn.Key(0))
    weight = fnn.initializers.normal(0.01)
    network = fnn.dense(2, 3, weight=weight) >> fnn.relu >> fnn.dense(3, 3, weight=weight)
    y = network.apply(network.init(fnn.Key(1)), points)
    loss, _ = fnn.softmax_cross_entropy(y, labels)
    print(f"\nuntrained on the spiral: loss {loss:.4f} (undecided among 3 costs log 3 = {math.log(3):.4f}), ", end="")
    print(f"accuracy {fnn.accuracy(y, labels):.3f}")


if __name__ == "__main__":
    main()
