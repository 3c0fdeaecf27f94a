"""Chapter 2, the first neurons: a neuron, a layer of neurons, a batch of samples.

A neuron multiplies each input by a weight, sums up and adds a bias. A layer does so for several neurons, a batch for
several samples, and all of it is one matrix product, ``y = x W + b``. Look at how the same 4.8 comes out of a loop, of
a dot product and of `fnn.dense`.

The book keeps the weights of a neuron in a row and transposes the matrix at every use. In fnn they stand in a column,
(inputs, neurons), so that nothing is transposed on the way forward.
"""

from collections.abc import Sequence

import numpy as np

import fnn

WEIGHT = np.array([[0.2, 0.8, -0.5, 1.0], [0.5, -0.91, 0.26, -0.5], [-0.26, -0.27, 0.17, 0.87]]).T
BIAS = np.array([2.0, 3.0, 0.5])
BATCH = np.array([[1.0, 2.0, 3.0, 2.5], [2.0, 5.0, -1.0, 2.0], [-1.5, 2.7, 3.3, -0.8]])


def neuron(inputs: Sequence[float], weights: Sequence[float], bias: float) -> float:
    """Return one neuron's output in plain Python: each input by its weight, the sum, and the bias."""
    return sum(x * w for x, w in zip(inputs, weights, strict=True)) + bias


def layer(inputs: Sequence[float], columns: Sequence[Sequence[float]], biases: Sequence[float]) -> list[float]:
    """Return the outputs of several neurons, each with its own weights, over the same inputs."""
    return [neuron(inputs, weights, bias) for weights, bias in zip(columns, biases, strict=True)]


def main() -> None:
    """Print the chapter's figures: from one neuron to a batch through a layer."""
    print(f"a neuron of three inputs: {neuron([1, 2, 3], [0.2, 0.8, -0.5], 2):.4g}")
    print(f"a neuron of four inputs:  {neuron([1, 2, 3, 2.5], [0.2, 0.8, -0.5, 1.0], 2):.4g}")

    outputs = layer(BATCH[0].tolist(), WEIGHT.T.tolist(), BIAS.tolist())
    print(f"a layer of three neurons, by loops: {[round(y, 6) for y in outputs]}")

    # What the inner loop does is a dot product; what all loops do together is a product of matrices.
    a, b = np.array([1.0, 2.0, 3.0]), np.array([2.0, 3.0, 4.0])
    print(f"dot product of two vectors: {a @ b:g}")
    print(f"the same as row times column, a 1 x 1 matrix: {(a[None, :] @ b[:, None]).tolist()}")
    print(f"a neuron as a dot product plus bias: {BATCH[0] @ WEIGHT[:, 0] + BIAS[0]:.4g}")

    # The op is a function of arrays; its second result is what the derivative will need (chapter 9).
    y, _ = fnn.ops.linear_forward(BATCH, WEIGHT, BIAS)
    print(f"a batch of three samples, by fnn.ops.linear_forward:\n{y}")

    # The layer is the same op with its parameters in a record. It checks what goes into it.
    params = fnn.Dense(WEIGHT, BIAS)
    print(f"the same by fnn.dense(4, 3): {np.array_equal(fnn.dense(4, 3).apply(params, BATCH), y)}")
    try:
        fnn.dense(4, 3).apply(params, BATCH[0])
    except fnn.errors.ShapeError as error:
        print(f"a sample that is no batch: {error}")


if __name__ == "__main__":
    main()
