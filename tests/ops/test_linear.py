from __future__ import annotations

import numpy as np
import pytest

from fnn.errors import ShapeError
from fnn.ops import linear_backward, linear_forward

WEIGHT = np.array([[0.2, 0.5, -0.26], [0.8, -0.91, -0.27], [-0.5, 0.26, 0.17], [1.0, -0.5, 0.87]])
BIAS = np.array([2.0, 3.0, 0.5])
BATCH = np.array([[1.0, 2.0, 3.0, 2.5], [2.0, 5.0, -1.0, 2.0], [-1.5, 2.7, 3.3, -0.8]])


def test_figures_of_the_book() -> None:
    neuron, _ = linear_forward(np.array([[1.0, 2.0, 3.0]]), np.array([[0.2], [0.8], [-0.5]]), np.array([2.0]))
    np.testing.assert_allclose(neuron, [[2.3]], rtol=1e-14)
    layer, _ = linear_forward(BATCH[0], WEIGHT, BIAS)
    np.testing.assert_allclose(layer, [4.8, 1.21, 2.385], rtol=1e-14)
    batch, _ = linear_forward(BATCH, WEIGHT, BIAS)
    np.testing.assert_allclose(batch, [[4.8, 1.21, 2.385], [8.9, -1.81, 0.2], [1.41, 1.051, 0.026]], rtol=1e-13)
    product, _ = linear_forward(np.array([[1.0, 2.0, 3.0]]), np.array([[2.0], [3.0], [4.0]]))
    assert product.tolist() == [[20.0]]


def test_two_layers_of_the_book() -> None:
    second = np.array([[0.1, -0.5, -0.44], [-0.14, 0.12, 0.73], [0.5, -0.33, -0.13]])
    hidden, _ = linear_forward(BATCH, WEIGHT, BIAS)
    out, _ = linear_forward(hidden, second, np.array([-1.0, 2.0, -0.5]))
    expected = [[0.5031, -1.04185, -2.03875], [0.2434, -2.7332, -5.7633], [-0.99314, 1.41254, -0.35655]]
    np.testing.assert_allclose(out, expected, rtol=1e-10)


def test_gradients_of_the_book() -> None:
    """Its chapter on backpropagation, where the gradient that comes from behind is 1, 2, 3 in the rows."""
    dy = np.array([[1.0, 1.0, 1.0], [2.0, 2.0, 2.0], [3.0, 3.0, 3.0]])
    _, cache = linear_forward(BATCH, WEIGHT, BIAS)
    dx, dweight, dbias = linear_backward(dy, cache)
    np.testing.assert_allclose(dx, np.outer([1, 2, 3], [0.44, -0.38, -0.07, 1.37]), rtol=1e-13)
    np.testing.assert_allclose(dweight, np.repeat([[0.5], [20.1], [10.9], [4.1]], 3, axis=1), rtol=1e-13)
    assert dbias.tolist() == [6, 6, 6]


def test_bias_does_not_change_the_product_that_others_hold() -> None:
    x, weight = np.ones((2, 3)), np.ones((3, 2))
    linear_forward(x, weight, np.full(2, 7.0))
    assert (x == 1).all()
    assert (weight == 1).all()


def test_shapes_that_do_not_fit() -> None:
    with pytest.raises(ShapeError) as caught:
        linear_forward(np.ones((2, 3)), np.ones((4, 2)))
    expected = "linear: expected x (..., inputs) and weight (inputs, outputs), got (2, 3) and (4, 2)."
    assert str(caught.value) == expected
    with pytest.raises(ShapeError, match=r"^linear: expected bias of shape \(2,\), got shape \(1, 2\)\."):
        linear_forward(np.ones((2, 3)), np.ones((3, 2)), np.ones((1, 2)))
    for x in (np.ones((2, 3)), np.array(1.0)):
        with pytest.raises(ShapeError):
            linear_forward(x, np.ones(3))


@pytest.mark.parametrize("shape", [(2,), (1, 2), (4, 3), (4, 1, 2)])
def test_gradient_that_does_not_fit(shape: tuple[int, ...]) -> None:
    _, cache = linear_forward(np.ones((4, 3)), np.ones((3, 2)))
    with pytest.raises(ShapeError) as caught:
        linear_backward(np.ones(shape), cache)
    assert str(caught.value) == f"linear: expected dy of the output's shape (4, 2), got shape {shape}."
