"""L-BFGS: known minima, PyTorch's, what the report says, and trees, buffers and dtypes left as they are."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, assert_type

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fnn
from fnn import tree
from fnn.arrays import Array
from fnn.errors import DivergenceError, DtypeError, HyperparameterError, ShapeError, StructureError
from fnn.optim import Minimum, lbfgs
from tests.optim.table import Net, net
from tests.optim.test_adam_family import PATHS

Place = tuple[Array]


def rosenbrock(params: Place) -> tuple[float, Place]:
    """The valley in any even number of dimensions."""
    x, y = params[0][::2], params[0][1::2]
    slope = np.empty_like(params[0])
    slope[::2], slope[1::2] = -2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)
    return float(((1 - x) ** 2 + 100 * (y - x * x) ** 2).sum()), (slope,)


def place(*at: float, dtype: Any = np.float64) -> Place:
    return (np.array(at, dtype),)


@pytest.mark.parametrize("memory", [1, 3, 10])
@pytest.mark.parametrize("size", [2, 10, 100])
def test_rosenbrocks_valley(size: int, memory: int) -> None:
    start = np.tile([-1.2, 1.0], size // 2) + 0.1 * np.random.default_rng(0).standard_normal(size)
    end = lbfgs(rosenbrock, place(*start), steps=500, memory=memory, gradient_tolerance=1e-8, value_tolerance=0)
    assert end.reason == "gradient"
    np.testing.assert_allclose(end.params[0], 1, atol=1e-6)
    assert end.evaluations < 300


@given(st.integers(1, 8), st.integers(0, 1000))
@settings(deadline=None, max_examples=50)
def test_bowls_in_about_as_many_steps_as_dimensions(size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    q, _ = np.linalg.qr(rng.standard_normal((size, size)))
    matrix, middle = (q * np.logspace(0, 2, size)) @ q.T, rng.standard_normal(size)

    def bowl(params: Place) -> tuple[float, Place]:
        gap = params[0] - middle
        return float(gap @ matrix @ gap) / 2, (matrix @ gap,)

    end = lbfgs(bowl, place(*rng.standard_normal(size)), gradient_tolerance=1e-9, value_tolerance=0)
    assert end.converged
    assert end.steps <= 8 * size + 8
    np.testing.assert_allclose(end.params[0], middle, atol=1e-8)


def logistic_regression() -> tuple[Callable[[fnn.Dense], tuple[float, fnn.Dense]], fnn.Dense]:
    model = fnn.dense(4, 3)
    labels: Any = PATHS["lbfgs.labels"]
    batch = fnn.Batch(PATHS["lbfgs.x"], labels)
    start = fnn.Dense(np.zeros((4, 3)), np.zeros(3))
    return fnn.objective(model, fnn.softmax_cross_entropy, batch, penalty=fnn.l2(0.01)), start


def test_the_minimum_that_pytorch_finds() -> None:
    objective, start = logistic_regression()
    end = lbfgs(objective, start, gradient_tolerance=1e-10, value_tolerance=0)
    assert_type(end, Minimum[fnn.Dense])
    np.testing.assert_allclose(end.params.weight, PATHS["lbfgs.w"], atol=1e-7)
    np.testing.assert_allclose(end.params.bias, PATHS["lbfgs.c"], atol=1e-7)
    assert end.value == pytest.approx(float(PATHS["lbfgs.value"]), rel=1e-14)


def test_a_start_far_away_where_the_objective_is_infinite_beyond() -> None:
    def barrier(params: Place) -> tuple[float, Place]:
        (x,) = params[0]
        return float(x - np.log(x)) if x > 0 else math.nan, (np.array([1 - 1 / x]),)

    end = lbfgs(barrier, (np.array([50.0]),))
    assert end.params[0].item() == pytest.approx(1, abs=1e-5)


# --- the report ---


def test_the_report() -> None:
    end = lbfgs(rosenbrock, place(-1.2, 1.0))
    assert end.steps == len(end.values) - 1
    assert list(end.values) == sorted(end.values, reverse=True)  # every step goes down
    value, (slope,) = rosenbrock(end.params)
    assert (end.value, end.slope) == (value, float(np.abs(slope).max()))
    text = str(end)
    assert text.startswith(f"converged ({end.reason}): 24.2 to ")
    assert f"in {end.steps} steps, {end.evaluations} evaluations; largest slope" in text


def test_why_it_ended() -> None:
    start = place(-1.2, 1.0)
    short = lbfgs(rosenbrock, start, steps=3)
    assert (short.reason, short.converged, short.steps) == ("steps", False, 3)
    assert str(short).startswith("not converged (steps): ")
    by_value = lbfgs(rosenbrock, start, gradient_tolerance=0, value_tolerance=1e-3)
    assert (by_value.reason, by_value.converged) == ("value", True)
    at_once = lbfgs(rosenbrock, place(1, 1))
    assert (at_once.reason, at_once.steps, at_once.evaluations) == ("gradient", 0, 1)

    def wrong_way(params: Place) -> tuple[float, Place]:
        value, (slope,) = rosenbrock(params)
        return value, (-slope,)

    stuck = lbfgs(wrong_way, start)
    assert (stuck.reason, stuck.converged, stuck.steps) == ("line search", False, 0)
    assert stuck.params[0].tolist() == [-1.2, 1.0]


def test_each_run_is_the_same() -> None:
    objective, start = logistic_regression()
    first, again = lbfgs(objective, start), lbfgs(objective, start)
    assert first.values == again.values
    assert tree.equal(first.params, again.params)


# --- trees ---


def test_a_tree_comes_to_its_target_and_its_buffers_stay() -> None:
    params, target = net(seed=1), net(seed=2)
    before = tree.copy(params)

    def distance(at: Net) -> tuple[float, Net]:
        gaps = tree.map(np.subtract, at, target)
        return sum(float((gap**4).sum()) for gap in tree.trained_leaves(gaps)), tree.map(lambda gap: 4 * gap**3, gaps)

    end = lbfgs(distance, params, gradient_tolerance=1e-9, value_tolerance=0)
    for got, wanted in zip(tree.trained_leaves(end.params), tree.trained_leaves(target), strict=True):
        np.testing.assert_allclose(got, wanted, atol=2e-3)
    assert end.params.hidden.running is params.hidden.running
    assert tree.equal(params, before)
    assert not any(leaf.flags.writeable for leaf in tree.trained_leaves(end.params))


def test_float32_stays_float32_and_comes_to_its_limit() -> None:
    seen = set()

    def narrow(params: Place) -> tuple[float, Place]:
        seen.add(params[0].dtype)
        return rosenbrock(params)

    end = lbfgs(narrow, place(-1.2, 1.0, dtype=np.float32), gradient_tolerance=0, value_tolerance=0)
    assert seen == {np.dtype(np.float32)} == {end.params[0].dtype}
    np.testing.assert_allclose(end.params[0], 1, atol=2e-3)


def test_digits_are_learned_in_a_few_steps() -> None:
    digits = fnn.data.digits()
    images = digits.inputs.reshape(-1, 64) / 16
    train, test = fnn.data.holdout(images.astype(np.float32), digits.targets, fraction=0.2, key=fnn.Key(0))
    model = fnn.dense(64, 10)
    objective = fnn.objective(model, fnn.softmax_cross_entropy, fnn.Batch(*train), penalty=fnn.l2(1e-3))
    end = lbfgs(objective, model.init(fnn.Key(0)), steps=50)
    assert fnn.accuracy(model.apply(end.params, test.inputs), test.targets) > 0.95


# --- fnn.objective ---


def test_an_objective_is_the_same_function_at_each_call_dropout_included() -> None:
    x = np.random.default_rng(0).standard_normal((6, 3))
    model = fnn.dense(3, 8) >> fnn.dropout(0.5) >> fnn.dense(8, 2)
    params = tree.astype(model.init(fnn.Key(0)), np.float64)
    labels = np.array([0, 1, 0, 1, 1, 0])
    one, other = (
        fnn.objective(model, fnn.softmax_cross_entropy, fnn.Batch(x, labels), key=fnn.Key(seed)) for seed in (1, 2)
    )
    assert one(params)[0] == one(params)[0] != other(params)[0]


def test_the_gradient_of_an_objective_is_that_of_its_value_penalty_included() -> None:
    x = np.random.default_rng(0).standard_normal((6, 3))
    model = fnn.dense(3, 2)
    objective = fnn.objective(model, fnn.mean_squared_error, fnn.Batch(x, x[:, :2]), penalty=fnn.l2(0.3))

    def value(params: fnn.Dense) -> tuple[Array, fnn.Dense]:
        number, grads = objective(params)
        return np.array([number]), grads

    def gradient(scale: Array, grads: fnn.Dense) -> fnn.Dense:
        return tree.map(lambda leaf: leaf * scale.item(), grads)

    fnn.check.gradients((value, gradient), tree.astype(model.init(fnn.Key(0)), np.float64))


# --- what is refused ---


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"steps": 0}, "lbfgs: expected steps as an integer of at least 1, got 0."),
        ({"memory": 0}, "lbfgs: expected memory as an integer of at least 1, got 0."),
        ({"gradient_tolerance": -1.0}, "lbfgs: expected gradient_tolerance in [0, inf), got -1.0."),
        ({"value_tolerance": math.nan}, "lbfgs: expected value_tolerance in [0, inf), got nan."),
    ],
)
def test_options_without_meaning(options: dict[str, Any], text: str) -> None:
    with pytest.raises(HyperparameterError) as error:
        lbfgs(rosenbrock, place(1, 1), **options)
    assert str(error.value) == text


def test_objectives_and_parameters_that_do_not_fit() -> None:
    with pytest.raises(DtypeError, match="0: expected parameter as a float32 or float64 array, got int64"):
        lbfgs(rosenbrock, (np.arange(2),))  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(ShapeError, match=r"0: expected a gradient of shape \(2,\), got shape \(3,\)"):
        lbfgs(lambda params: (0.0, (np.ones(3),)), (np.ones(2),))
    with pytest.raises(StructureError, match="expected the gradient of a tuple, got None"):
        lbfgs(lambda params: (0.0, None), (np.ones(2),))  # type: ignore[arg-type, return-value]  # wrong on purpose
    with pytest.raises(
        DivergenceError, match="lbfgs: expected a finite value and gradient at the start, got a value of"
    ):
        lbfgs(lambda params: (math.nan, params), (np.ones(2),))
