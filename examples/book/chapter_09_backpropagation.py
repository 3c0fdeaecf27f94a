"""Chapter 9, backpropagation: one neuron by hand, then a layer, then softmax with cross-entropy.

Backpropagation is the chain rule from the loss to every weight. Look at the single neuron first: its gradient with
respect to an input is the weight, with respect to a weight the input, each times the slope that arrives. A layer is the
same with matrices, and each op of fnn is one such link: `forward` returns what `backward` will need. Softmax followed
by cross-entropy ends in ``(softmax - target) / N``, and the long way by the Jacobian gives the same.

ReLU has no derivative at 0; the book and fnn both take 0 there.
"""

import numpy as np

import fnn
from fnn import Array, ops


def neuron() -> None:
    """Take one ReLU neuron apart, carry a slope of 1 back through it, and take a small step against the gradient."""
    x, w, b = np.array([[1.0, -2.0, 3.0]]), np.array([[-3.0], [-1.0], [2.0]]), np.array([1.0])
    print(f"neuron: x = {x[0].tolist()}, w = {w[:, 0].tolist()}, b = {b.tolist()}")
    products = x[0] * w[:, 0]
    z = float(products.sum() + b[0])
    print(f"forward: products {products.tolist()}, sum with bias {z:g}, ReLU {max(z, 0.0):g}")

    # Backward, link by link: ReLU passes the slope on where z > 0; the sum hands it to every term; a product
    # multiplies it by the other factor.
    dz = 1.0 * (z > 0)
    print(f"backward by hand: dz {dz:g}, dx {(dz * w[:, 0]).tolist()}, dw {(dz * x[0]).tolist()}, db {dz:g}")

    # The same by the ops.
    z_op, cache = ops.linear_forward(x, w, b)
    y, positive = ops.relu_forward(z_op)
    dx, dw, db = ops.linear_backward(ops.relu_backward(np.ones_like(y), positive), cache)
    print(f"backward by ops:  dx {dx[0].tolist()}, dw {dw[:, 0].tolist()}, db {db.tolist()}")
    w, b = w - 0.001 * dw, b - 0.001 * db
    after, _ = ops.relu_forward(ops.linear_forward(x, w, b)[0])
    print(f"output before and after a step of 0.001 against the gradient: {y[0, 0]:g}, {after[0, 0]:.3f}")


def layer() -> None:
    """Carry given slopes back through a layer and through ReLU."""
    x = np.array([[1.0, 2.0, 3.0, 2.5], [2.0, 5.0, -1.0, 2.0], [-1.5, 2.7, 3.3, -0.8]])
    weight = np.array([[0.2, 0.8, -0.5, 1.0], [0.5, -0.91, 0.26, -0.5], [-0.26, -0.27, 0.17, 0.87]]).T
    dy = np.array([[1.0, 1.0, 1.0], [2.0, 2.0, 2.0], [3.0, 3.0, 3.0]])
    _, cache = ops.linear_forward(x, weight, np.array([2.0, 3.0, 0.5]))
    dx, dweight, dbias = ops.linear_backward(dy, cache)
    print(f"\nlayer: dx = dy W^T\n{dx}\ndW = x^T dy\n{dweight}\ndb = column sums of dy\n{dbias}")

    z = np.array([[1.0, 2.0, -3.0, -4.0], [2.0, -7.0, -1.0, 3.0], [-1.0, 2.0, 5.0, -1.0]])
    _, positive = ops.relu_forward(z)
    print(f"ReLU lets slopes through where z > 0:\n{ops.relu_backward(np.arange(1.0, 13.0).reshape(3, 4), positive)}")


def softmax_jacobian(y: Array) -> Array:
    """Return ``J_ij = y_i (delta_ij - y_j)``, the derivative of every softmax output by every input, for one sample."""
    jacobian: Array = np.diag(y) - np.outer(y, y)
    return jacobian


def softmax_and_loss() -> tuple[Array, Array]:
    """Return the gradient of the mean cross-entropy with respect to the logits, the long way and the short way."""
    probabilities = np.array([[0.7, 0.1, 0.2], [0.1, 0.5, 0.4], [0.02, 0.9, 0.08]])
    labels = np.array([0, 1, 1])
    print(f"\nJacobian of the softmax at {probabilities[0].tolist()}:\n{softmax_jacobian(probabilities[0])}")

    # The long way: derivative of the loss by the probabilities, then row by row a product with the Jacobian.
    _, dprobabilities = fnn.categorical_cross_entropy(probabilities, labels)
    print(f"loss by probabilities, -1 / (N p) at the true class:\n{dprobabilities}")
    rows = zip(probabilities, dprobabilities, strict=True)
    by_jacobian: Array = np.array([softmax_jacobian(y) @ dy for y, dy in rows])
    # The op does the same without ever building the matrix: dx = y (dy - <dy, y>).
    by_op = ops.softmax_backward(dprobabilities, probabilities)

    # The short way: logits whose softmax is just these probabilities are their logarithms.
    _, combined = fnn.softmax_cross_entropy(np.log(probabilities), labels)
    print(f"by Jacobian:\n{by_jacobian}\nby op:\n{by_op}\ncombined, (softmax - target) / N:\n{combined}")
    print(f"largest difference: {abs(by_jacobian - combined).max():.0e}")
    return by_jacobian, combined


def network() -> None:
    """Check a whole network, loss included: the model's backward against numerical differences of the loss."""
    rng = fnn.Key(0).rng()
    x, labels = rng.standard_normal((5, 2)), np.array([0, 2, 1, 1, 0])
    model = fnn.dense(2, 8) >> fnn.relu >> fnn.dense(8, 3)
    params = fnn.tree.astype(model.init(fnn.Key(1)), np.float64)
    y, _, backward = model.forward(params, x, fnn.Key(2))
    value, dy = fnn.softmax_cross_entropy(y, labels)
    grads, _ = backward(dy)

    h = 1e-6
    moved = fnn.tree.set(params, "0.weight", params[0].weight + h * np.eye(2, 8))
    slope = (fnn.softmax_cross_entropy(model.apply(moved, x), labels)[0] - value) / h
    print(f"\nnetwork: moving weights (0, 0) and (1, 1) of the first layer changes the loss by {slope:.6f} a unit")
    print(f"backpropagation says {grads[0].weight[0, 0] + grads[0].weight[1, 1]:.6f}")
    report = fnn.check.gradients(model, x)
    print(f"all of it checked: worst relative error {report.worst.error:.0e}")


def main() -> None:
    """Print the chapter's figures."""
    with np.printoptions(precision=4, suppress=True):
        neuron()
        layer()
        softmax_and_loss()
        network()


if __name__ == "__main__":
    main()
