"""The figures that the texts print, by the public functions; where all digits are given, to the last of them."""

import math

import numpy as np
import pytest

import fnn
from fnn import Array, IntArray

BATCH = np.array([[1.0, 2.0, 3.0, 2.5], [2.0, 5.0, -1.0, 2.0], [-1.5, 2.7, 3.3, -0.8]])
FIRST = fnn.Dense(
    np.array([[0.2, 0.8, -0.5, 1.0], [0.5, -0.91, 0.26, -0.5], [-0.26, -0.27, 0.17, 0.87]]).T, np.array([2.0, 3.0, 0.5])
)
SECOND = fnn.Dense(
    np.array([[0.1, -0.14, 0.5], [-0.5, 0.12, -0.33], [-0.44, 0.73, -0.13]]).T, np.array([-1.0, 2.0, -0.5])
)
PROBABILITIES = np.array([[0.7, 0.1, 0.2], [0.1, 0.5, 0.4], [0.02, 0.9, 0.08]])
LABELS = np.array([0, 1, 1])
ONE_HOT = np.array([[1, 0, 0], [0, 1, 0], [0, 1, 0]])
COMBINED = [[-0.1, 0.0333, 0.0667], [0.0333, -0.1667, 0.1333], [0.0067, -0.0333, 0.0267]]


def same(value: float, printed: float) -> bool:
    """Equal to the last digit; exp and log differ between processors by a unit in the last place or two."""
    return math.isclose(value, printed, rel_tol=5e-16)


def neuron(inputs: list[float], weights: list[float], bias: float) -> float:
    y, _ = fnn.ops.linear_forward(np.array([inputs]), np.array(weights)[:, None], np.array([bias]))
    return float(y[0, 0])


# --- chapters 2 and 3 ---


def test_a_neuron_of_three_inputs() -> None:
    assert same(neuron([1, 2, 3], [0.2, 0.8, -0.5], 2), 2.3)


def test_a_neuron_of_four_inputs() -> None:
    assert same(neuron([1, 2, 3, 2.5], [0.2, 0.8, -0.5, 1.0], 2), 4.8)


def test_a_layer_and_a_batch() -> None:
    y = fnn.dense(4, 3).apply(FIRST, BATCH)
    np.testing.assert_allclose(y[0], [4.8, 1.21, 2.385], rtol=1e-14)
    np.testing.assert_allclose(y, [[4.8, 1.21, 2.385], [8.9, -1.81, 0.2], [1.41, 1.051, 0.026]], rtol=1e-13)


def test_a_dot_product_and_a_product_of_matrices() -> None:
    a, b = np.array([[1.0, 2.0, 3.0]]), np.array([[2.0], [3.0], [4.0]])
    y, _ = fnn.ops.linear_forward(a, b)
    assert y.tolist() == [[20.0]]
    assert float(fnn.ops.linear_forward(a[0], b)[0][0]) == 20.0


def test_two_layers() -> None:
    model = fnn.dense(4, 3) >> fnn.dense(3, 3)
    expected = [[0.5031, -1.04185, -2.03875], [0.2434, -2.7332, -5.7633], [-0.99314, 1.41254, -0.35655]]
    np.testing.assert_allclose(model.apply((FIRST, SECOND), BATCH), expected, atol=5e-6)


# --- chapters 4 and 5 ---


def test_relu() -> None:
    x = np.array([[0.0, 2.0, -1.0, 3.3, -2.7, 1.1, 2.2, -100.0]])
    assert fnn.relu(x).tolist() == [[0.0, 2.0, 0.0, 3.3, 0.0, 1.1, 2.2, 0.0]]


def test_softmax() -> None:
    y = fnn.softmax(np.array([[4.8, 1.21, 2.385]]))
    np.testing.assert_allclose(y, [[0.89528266, 0.02470831, 0.08000903]], atol=5e-9)


def test_a_constant_added_to_a_row_changes_nothing_and_no_row_spoils_another() -> None:
    y = fnn.softmax(np.array([[1.0, 2.0, 3.0], [-2.0, -1.0, 0.0], [1001.0, 1002.0, 1003.0]]))
    np.testing.assert_allclose(y, [[0.09003057, 0.24472847, 0.66524096]] * 3, atol=5e-9)


@pytest.mark.filterwarnings("error")
def test_the_sigmoid_that_overflows_as_printed_does_not() -> None:
    assert fnn.sigmoid(np.array([[-1000.0, 0.0, 1000.0]])).tolist() == [[0.0, 0.5, 1.0]]


@pytest.mark.parametrize("target", [LABELS[:1], ONE_HOT[:1]], ids=["labels", "one-hot"])
def test_cross_entropy_of_a_sample(target: IntArray) -> None:
    assert same(fnn.categorical_cross_entropy(PROBABILITIES[:1], target)[0], 0.35667494393873245)


@pytest.mark.parametrize("target", [LABELS, ONE_HOT], ids=["labels", "one-hot"])
def test_cross_entropy_of_a_batch_takes_the_logarithm_of_each_sample(target: IntArray) -> None:
    value, _ = fnn.categorical_cross_entropy(PROBABILITIES, target)
    assert same(value, 0.38506088005216804)
    summed_too_early = -math.log(float((PROBABILITIES * ONE_HOT).sum()))  # what a text prints
    assert summed_too_early < 0 < value


def test_a_confident_miss_is_clipped() -> None:
    value, _ = fnn.categorical_cross_entropy(np.array([[1.0, 0.0, 0.0]]), np.array([1]))
    assert same(value, 16.11809565095832)


def test_accuracy() -> None:
    y = np.array([[0.7, 0.2, 0.1], [0.5, 0.1, 0.4], [0.02, 0.9, 0.08]])
    assert fnn.accuracy(y, LABELS) == fnn.accuracy(y, ONE_HOT) == 2 / 3


# --- chapters 8 and 9 ---


def test_a_neurons_gradient_and_step() -> None:
    x, w, b = np.array([[1.0, -2.0, 3.0]]), np.array([[-3.0], [-1.0], [2.0]]), np.array([1.0])
    z, cache = fnn.ops.linear_forward(x, w, b)
    y, positive = fnn.ops.relu_forward(z)
    assert y.item() == 6.0
    dx, dw, db = fnn.ops.linear_backward(fnn.ops.relu_backward(np.ones((1, 1)), positive), cache)
    assert dx.tolist() == [[-3.0, -1.0, 2.0]]
    assert dw.tolist() == [[1.0], [-2.0], [3.0]]
    assert db.tolist() == [1.0]
    moved = fnn.ops.linear_forward(x, w - 0.001 * dw, b - 0.001 * db)[0]
    assert moved.item() == pytest.approx(5.985)


def test_a_layers_gradients() -> None:
    dy = np.array([[1.0] * 3, [2.0] * 3, [3.0] * 3])
    _, cache = fnn.ops.linear_forward(BATCH, FIRST.weight, FIRST.bias)
    dx, dweight, dbias = fnn.ops.linear_backward(dy, cache)
    np.testing.assert_allclose(
        dx, [[0.44, -0.38, -0.07, 1.37], [0.88, -0.76, -0.14, 2.74], [1.32, -1.14, -0.21, 4.11]], rtol=1e-13
    )
    np.testing.assert_allclose(dweight, [[0.5] * 3, [20.1] * 3, [10.9] * 3, [4.1] * 3], rtol=1e-13)
    assert dbias.tolist() == [6.0, 6.0, 6.0]


def test_relus_gradient() -> None:
    z = np.array([[1.0, 2.0, -3.0, -4.0], [2.0, -7.0, -1.0, 3.0], [-1.0, 2.0, 5.0, -1.0]])
    _, positive = fnn.ops.relu_forward(z)
    dx = fnn.ops.relu_backward(np.arange(1.0, 13.0).reshape(3, 4), positive)
    assert dx.tolist() == [[1, 2, 0, 0], [5, 0, 0, 8], [0, 10, 11, 0]]


def test_softmaxs_jacobian() -> None:
    rows = [fnn.ops.softmax_backward(unit, PROBABILITIES[0]) for unit in np.eye(3)]
    np.testing.assert_allclose(rows, [[0.21, -0.07, -0.14], [-0.07, 0.09, -0.02], [-0.14, -0.02, 0.16]], rtol=1e-13)


def test_softmax_and_cross_entropy_combined() -> None:
    _, dy = fnn.softmax_cross_entropy(np.log(PROBABILITIES), LABELS)
    np.testing.assert_allclose(dy, COMBINED, atol=5e-5)


def test_softmax_and_cross_entropy_one_after_the_other() -> None:
    _, dprobabilities = fnn.categorical_cross_entropy(PROBABILITIES, LABELS)
    np.testing.assert_allclose(fnn.ops.softmax_backward(dprobabilities, PROBABILITIES), COMBINED, atol=5e-5)


# --- chapters 10 to 17 ---


@pytest.mark.parametrize(("step", "rate"), [(0, 1.0), (1, 1 / 1.1), (19, 1 / 2.9)])
def test_the_books_decay(step: int, rate: float) -> None:
    assert fnn.inverse_time(1.0, decay=0.1)(step) == pytest.approx(rate, rel=1e-15)


def test_penalties_and_their_gradients() -> None:
    weights = {"weight": np.array([[0.2, 0.8, -0.5, 1.0], [0.5, -0.91, 0.26, -0.5]])}
    value, slope = fnn.l1(0.1)(weights)
    assert value == pytest.approx(0.1 * 4.67)
    np.testing.assert_allclose(slope["weight"], 0.1 * np.sign(weights["weight"]))
    value, slope = fnn.l2(0.1)(weights)
    assert value == pytest.approx(0.1 * (0.04 + 0.64 + 0.25 + 1 + 0.25 + 0.8281 + 0.0676 + 0.25))
    np.testing.assert_allclose(slope["weight"], 0.2 * weights["weight"])


def test_dropout_keeps_the_mean() -> None:
    x = np.array([[0.27, -1.03, 0.67, 0.99, 0.05, -0.37, -2.01, 1.13, -0.07, 0.73]])
    sums = [fnn.dropout(0.2).forward(x, key)[0].sum() for key in fnn.Key(0).split(10_000)]
    assert np.mean(sums) == pytest.approx(0.36, abs=0.05)  # the standard error is 0.016
    assert fnn.dropout(0.2)(x).sum() == pytest.approx(0.36)


def test_the_tolerance_of_regression() -> None:
    x: Array
    x, y = fnn.data.sine(1000)
    tolerance = float(y.std()) / 250
    assert tolerance == pytest.approx(math.sqrt(0.5) / 250, rel=1e-3)
    assert fnn.regression_accuracy(y + np.float32(0.9 * tolerance), y) == 1.0
    assert fnn.regression_accuracy(y + np.float32(1.1 * tolerance), y) == 0.0
    assert x.shape == y.shape == (1000, 1)


# --- the lecture ---


def test_a_network_of_equal_neurons() -> None:
    model = fnn.dense(2, 2) >> fnn.sigmoid >> fnn.dense(2, 1) >> fnn.sigmoid
    hidden = fnn.Dense(np.array([[0.0, 0.0], [1.0, 1.0]]), np.zeros(2))
    output = fnn.Dense(np.array([[0.0], [1.0]]), np.zeros(1))
    y = model.apply((hidden, output), np.array([[2.0, 3.0]]))
    assert same(float(y[0, 0]), 0.7216325609518421)


def test_mean_squared_error() -> None:
    assert fnn.mean_squared_error(np.zeros(4), np.array([1.0, 0.0, 0.0, 1.0]))[0] == 0.5
