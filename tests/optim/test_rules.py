"""The update rules by hand, their options, and where they are told apart."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fnn.arrays import Array
from fnn.errors import HyperparameterError
from fnn.optim import (
    AdamState,
    MomentumState,
    Optimizer,
    adagrad,
    adam,
    adamw,
    ema,
    momentum,
    nesterov,
    piecewise_constant,
    rmsprop,
    sgd,
    weight_decay,
)


def walk(optimizer: Optimizer[Any], slopes: list[float]) -> list[float]:
    params = (np.array([0.0]),)
    state = optimizer.start(params)
    path = []
    for slope in slopes:
        params, state = optimizer.update((np.array([slope]),), state, params)
        path.append(float(params[0][0]))
    return path


def test_a_lower_rate_leaves_the_velocity_gathered_so_far() -> None:
    """``v <- 0.5 v - rate g``: -1, then -0.5 - 0.1, then -0.3 - 0.1; PyTorch's form would go -1, -0.15, -0.175."""
    schedule = piecewise_constant([1], [1.0, 0.1])
    assert np.diff(walk(momentum(schedule, momentum=0.5), [1.0, 1.0, 1.0]), prepend=0) == pytest.approx(
        [-1, -0.6, -0.4]
    )


def test_nesterov_walks_on_the_points_looked_ahead_to() -> None:
    """Against the equations as Nesterov has them, with the gradient taken ahead of the weights."""

    def slope(w: Array) -> Array:
        return 3 * w + np.sin(w)

    optimizer = nesterov(0.05, momentum=0.8)
    ahead = (np.array([1.0]),)
    state = optimizer.start(ahead)
    w, v = np.array([1.0]), np.array([0.0])
    for _ in range(10):
        v = 0.8 * v - 0.05 * slope(w + 0.8 * v)
        w = w + v
        ahead, state = optimizer.update((slope(ahead[0]),), state, ahead)
        np.testing.assert_allclose(ahead[0], w + 0.8 * v, rtol=1e-13)
        np.testing.assert_allclose(state.velocity[0], v, rtol=1e-13)


def test_without_momentum_all_is_plain_descent() -> None:
    slopes = [1.0, -2.0, 0.5]
    plain = walk(sgd(0.1), slopes)
    assert walk(momentum(0.1, momentum=0.0), slopes) == pytest.approx(plain, rel=1e-15)
    assert walk(nesterov(0.1, momentum=0.0), slopes) == pytest.approx(plain, rel=1e-15)


def test_adam_as_the_paper_has_it() -> None:
    optimizer = adam(0.1, beta1=0.7, beta2=0.8, eps=0.01)
    m = s = w = 0.0
    expected = []
    slopes = [1.0, -2.0, 0.5, 1e-3]
    for t, g in enumerate(slopes, 1):
        m = 0.7 * m + 0.3 * g
        s = 0.8 * s + 0.2 * g * g
        w -= 0.1 * (m / (1 - 0.7**t)) / (math.sqrt(s / (1 - 0.8**t)) + 0.01)
        expected.append(w)
    assert walk(optimizer, slopes) == pytest.approx(expected, rel=1e-13)


def test_adam_takes_steps_of_the_rate_whatever_the_size_of_the_gradient() -> None:
    for size in (1e-3, 1.0, 1e6):
        assert walk(adam(0.1), [size] * 5) == pytest.approx([-0.1, -0.2, -0.3, -0.4, -0.5], rel=1e-3)


@pytest.mark.parametrize("optimizer", [adagrad(0.1), rmsprop(0.1), adam(0.1)], ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gradients_of_zero_move_nothing_and_give_no_nan(
    optimizer: Optimizer[Any], dtype: type[np.float32 | np.float64]
) -> None:
    params = (np.ones(2, dtype),)
    new, state = optimizer.update((np.zeros(2, dtype),), optimizer.start(params), params)
    new, _ = optimizer.update((np.zeros(2, dtype),), state, new)
    assert new[0].tolist() == [1.0, 1.0]


@pytest.mark.parametrize("make", [sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw])
def test_a_rate_of_zero_moves_nothing(make: Callable[[float], Optimizer[Any]]) -> None:
    optimizer = make(0.0)
    params = {"weight": np.ones(2)}
    new, _ = optimizer.update({"weight": np.array([3.0, -4.0])}, optimizer.start(params), params)
    assert new["weight"].tolist() == [1.0, 1.0]


def test_states_hold_what_they_say() -> None:
    params = (np.zeros(2),)
    slope = (np.array([2.0, -4.0]),)
    _, velocity = momentum(0.5).update(slope, MomentumState(7, 0.1, (np.ones(2),)), params)
    assert (velocity.count, velocity.learning_rate) == (8, 0.5)
    np.testing.assert_allclose(velocity.velocity[0], [-0.1, 2.9])
    _, moments = adam(0.5).update(slope, AdamState(0, 0.1, (np.zeros(2),), (np.zeros(2),)), params)
    np.testing.assert_allclose(moments.mean[0], [0.2, -0.4])
    np.testing.assert_allclose(moments.square[0], [0.004, 0.016])
    np.testing.assert_allclose(adagrad(0.5).update(slope, adagrad(0.5).start(params), params)[1].square[0], [4, 16])
    np.testing.assert_allclose(rmsprop(0.5).update(slope, rmsprop(0.5).start(params), params)[1].square[0], [0.4, 1.6])


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: sgd(-0.1), "sgd: expected learning_rate in [0, inf), got -0.1."),
        (lambda: sgd(math.nan), "sgd: expected learning_rate in [0, inf), got nan."),
        (lambda: momentum(-0.1), "momentum: expected learning_rate in [0, inf), got -0.1."),
        (lambda: momentum(0.1, momentum=1.0), "momentum: expected momentum in [0, 1), got 1.0."),
        (lambda: nesterov(0.1, momentum=-0.1), "nesterov: expected momentum in [0, 1), got -0.1."),
        (lambda: adagrad(0.1, eps=0.0), "adagrad: expected eps in (0, inf), got 0.0."),
        (lambda: rmsprop(0.1, rho=1.0), "rmsprop: expected rho in [0, 1), got 1.0."),
        (lambda: rmsprop(0.1, eps=-1e-7), "rmsprop: expected eps in (0, inf), got -1e-07."),
        (lambda: adam(math.inf), "adam: expected learning_rate in [0, inf), got inf."),
        (lambda: adam(0.1, beta1=1.0), "adam: expected beta1 in [0, 1), got 1.0."),
        (lambda: adam(0.1, beta2=math.nan), "adam: expected beta2 in [0, 1), got nan."),
        (lambda: adam(0.1, eps=0.0), "adam: expected eps in (0, inf), got 0.0."),
        (lambda: adamw(0.1, beta1=1.0), "adamw: expected beta1 in [0, 1), got 1.0."),
        (lambda: adamw(0.1, weight_decay=-1.0), "adamw: expected weight_decay in [0, inf), got -1.0."),
        (lambda: weight_decay(-1.0), "weight_decay: expected strength in [0, inf), got -1.0."),
        (lambda: ema(1.0), "ema: expected decay in [0, 1), got 1.0."),
    ],
)
def test_options_without_meaning_are_refused(make: Callable[[], Any], text: str) -> None:
    with pytest.raises(HyperparameterError) as error:
        make()
    assert str(error.value) == text


def test_names_show_what_was_chosen() -> None:
    assert str(momentum(0.1, momentum=0.5)) == "momentum(0.1, momentum=0.5)"
    assert str(adamw(1e-3, weight_decay=0.1)) == "adamw(0.001, weight_decay=0.1)"
    assert str(rmsprop(1e-3)) == "rmsprop(0.001)"
