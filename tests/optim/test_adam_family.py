"""Adadelta, Adamax, AMSGrad, NAdam, RAdam and Lion: the rules by hand, PyTorch's paths, options and valleys."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fnn import tree
from fnn.arrays import Array
from fnn.errors import HyperparameterError, StructureError
from fnn.optim import (
    AdamState,
    Optimizer,
    Rate,
    adadelta,
    adam,
    adamax,
    amsgrad,
    chain,
    clip_by_global_norm,
    cosine_decay,
    exponential_decay,
    lion,
    nadam,
    plateau,
    radam,
)
from tests.optim.test_pytorch import slope
from tests.optim.test_rules import walk

with np.load(Path(__file__).parents[1] / "fixtures" / "optimizers.npz") as file:
    PATHS: dict[str, Array] = dict(file)

OPTIMIZERS: dict[str, Optimizer[Any]] = {
    "adadelta": adadelta(0.7, rho=0.8, eps=1e-3),
    "adamax": adamax(0.1, beta1=0.8, beta2=0.95, eps=1e-5),
    "amsgrad": amsgrad(0.1, beta1=0.8, beta2=0.7, eps=1e-5),
    "nadam": nadam(0.1, beta1=0.8, beta2=0.95, eps=1e-5, momentum_decay=0.02),
    "radam": radam(0.1, beta1=0.8, beta2=0.95, eps=1e-5),
    "radam, short memory": radam(0.1, beta1=0.8, beta2=0.6, eps=1e-5),
    "lion": lion(0.05, beta1=0.8, beta2=0.9),
    "lion, decay": lion(0.05, beta1=0.8, beta2=0.9, weight_decay=0.5),
}
MAKERS: list[Callable[[Rate], Optimizer[Any]]] = [adadelta, adamax, amsgrad, nadam, radam, lion]


# --- PyTorch's paths ---


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_path_of_pytorch(name: str) -> None:
    optimizer = OPTIMIZERS[name]
    params = {"weight": np.array([0.5, -1.5]), "bias": np.array([0.25])}
    state = optimizer.start(params)
    path = []
    for _ in PATHS[name]:
        params, state = optimizer.update(slope(params), state, params)
        path.append((*params["weight"], *params["bias"]))
    np.testing.assert_allclose(path, PATHS[name], rtol=1e-12)


def test_all_paths_are_looked_at() -> None:
    assert {name for name in PATHS if not name.startswith(("plateau", "lbfgs"))} == set(OPTIMIZERS)


# --- the rules, written as their references have them ---

SLOPES = [1.0, -2.0, 0.5, 1e-3, 0.0, 3.0, -0.25, 0.75]


def by_adadelta(slopes: list[float], rate: float, rho: float, eps: float) -> list[float]:
    w = squares = steps = 0.0
    path = []
    for g in slopes:
        squares = rho * squares + (1 - rho) * g * g
        delta = -math.sqrt(steps + eps) / math.sqrt(squares + eps) * g
        steps = rho * steps + (1 - rho) * delta * delta
        w += rate * delta
        path.append(w)
    return path


def by_adam(slopes: list[float], rate: float, b1: float, b2: float, direction: Callable[..., float]) -> list[float]:
    """Descend along ``direction(t, g, m, history of s)``, with the plain moments."""
    w = m = s = 0.0
    seen: list[float] = []
    path = []
    for t, g in enumerate(slopes, 1):
        m = b1 * m + (1 - b1) * g
        s = b2 * s + (1 - b2) * g * g
        seen.append(s)
        w -= rate * direction(t, g, m, seen)
        path.append(w)
    return path


def test_adadelta_as_the_paper_has_it() -> None:
    expected = by_adadelta(SLOPES, 0.5, 0.8, 0.01)
    assert walk(adadelta(0.5, rho=0.8, eps=0.01), SLOPES) == pytest.approx(expected, rel=1e-12)


def test_adamax_as_the_paper_has_it() -> None:
    """Up to eps, which the paper does without: the maximum of all gradients, each faded by its age."""

    def direction(t: int, g: float, m: float, seen: list[float]) -> float:
        largest = max(0.8 ** (t - i) * abs(x) for i, x in enumerate(SLOPES[:t], 1))
        return m / (1 - 0.7**t) / largest

    expected = by_adam(SLOPES, 0.1, 0.7, 0.8, direction)
    assert walk(adamax(0.1, beta1=0.7, beta2=0.8, eps=1e-15), SLOPES) == pytest.approx(expected, rel=1e-9)


def test_amsgrad_remembers_the_largest_mean_square() -> None:
    def direction(t: int, g: float, m: float, seen: list[float]) -> float:
        return m / (1 - 0.7**t) / (math.sqrt(max(seen) / (1 - 0.8**t)) + 0.01)

    expected = by_adam(SLOPES, 0.1, 0.7, 0.8, direction)
    assert walk(amsgrad(0.1, beta1=0.7, beta2=0.8, eps=0.01), SLOPES) == pytest.approx(expected, rel=1e-12)


def test_nadam_looks_one_momentum_ahead() -> None:
    def momentum(t: int) -> float:
        return float(0.7 * (1 - 0.5 * 0.96 ** (0.1 * t)))

    def direction(t: int, g: float, m: float, seen: list[float]) -> float:
        product = math.prod(momentum(i) for i in range(1, t + 1))
        ahead = momentum(t + 1) * m / (1 - product * momentum(t + 1)) + (1 - momentum(t)) * g / (1 - product)
        return ahead / (math.sqrt(seen[-1] / (1 - 0.8**t)) + 0.01)

    expected = by_adam(SLOPES, 0.1, 0.7, 0.8, direction)
    optimizer = nadam(0.1, beta1=0.7, beta2=0.8, momentum_decay=0.1, eps=0.01)
    assert walk(optimizer, SLOPES) == pytest.approx(expected, rel=1e-12)


def test_radam_follows_the_mean_until_the_mean_square_is_worth_something() -> None:
    b1, b2 = 0.7, 0.9
    limit = 2 / (1 - b2) - 1
    lengths = [limit - 2 * t * b2**t / (1 - b2**t) for t in range(1, 9)]
    assert lengths[0] == pytest.approx(1)
    assert lengths[4] < 5 < lengths[5]  # both branches are walked

    def direction(t: int, g: float, m: float, seen: list[float]) -> float:
        mean, n = m / (1 - b1**t), lengths[t - 1]
        if n <= 5:
            return mean
        r = math.sqrt((n - 4) * (n - 2) * limit / ((limit - 4) * (limit - 2) * n))
        return r * mean / math.sqrt(seen[-1] / (1 - b2**t))

    expected = by_adam(SLOPES, 0.1, b1, b2, direction)
    assert walk(radam(0.1, beta1=b1, beta2=b2, eps=1e-15), SLOPES) == pytest.approx(expected, rel=1e-10)


def test_radam_becomes_adam() -> None:
    """After many steps the factor r is 1."""
    params, g = (np.array([1.0, 1.0]),), (np.array([3.0, -0.1]),)
    late = AdamState(10**6, 0.1, (np.array([0.2, 0.3]),), (np.array([2.0, 0.5]),))
    other, expected = (make(0.1, eps=1e-12).update(g, late, params)[0][0] for make in (radam, adam))
    np.testing.assert_allclose(other, expected, rtol=1e-12)


def test_lion_by_hand() -> None:
    w, m, expected = 0.0, 0.0, []
    for g in SLOPES:
        w -= 0.1 * float(np.sign(0.7 * m + 0.3 * g))
        m = 0.8 * m + 0.2 * g
        expected.append(w)
    assert walk(lion(0.1, beta1=0.7, beta2=0.8), SLOPES) == pytest.approx(expected, rel=1e-12)


@given(st.lists(st.floats(-1e6, 1e6).filter(lambda g: abs(g) > 1e-6), min_size=1, max_size=5))
@settings(deadline=None, max_examples=50)
def test_every_step_of_lion_is_as_long_as_the_rate(slopes: list[float]) -> None:
    path = walk(lion(0.5), slopes)
    steps = np.diff(path, prepend=0.0)
    assert set(np.abs(steps).round(12)) <= {0.5}
    scaled = walk(lion(0.5), [1e-3 * g for g in slopes])
    assert scaled == path


def test_lions_decay_is_decoupled_and_chosen_by_path() -> None:
    optimizer = lion(0.1, weight_decay=0.5)
    params = {"weight": np.array([2.0]), "bias": np.array([2.0])}
    zero = {"weight": np.zeros(1), "bias": np.zeros(1)}
    new, _ = optimizer.update(zero, optimizer.start(params), params)
    assert (new["weight"].item(), new["bias"].item()) == (1.9, 2.0)
    with pytest.raises(StructureError, match=r"lion\(0.1, weight_decay=0.5\): expected '\*weight' to choose at least"):
        optimizer.update((np.zeros(1),), optimizer.start((np.ones(1),)), (np.ones(1),))
    lion(0.1).update((np.zeros(1),), lion(0.1).start((np.ones(1),)), (np.ones(1),))  # without decay nothing is chosen


def test_a_large_gradient_is_never_forgotten_by_amsgrad() -> None:
    slopes = [100.0] + [0.1] * 200
    steps_adam, steps_amsgrad = (np.diff(walk(make(0.1, beta2=0.5), slopes)) for make in (adam, amsgrad))
    assert steps_adam[-1] == pytest.approx(-0.1, rel=1e-3)
    assert abs(steps_amsgrad[-1]) < 0.001


def test_adadelta_does_not_care_for_the_size_of_the_gradient() -> None:
    """Far above eps, and but for the start, which eps sets."""
    paths = [walk(adadelta(eps=1e-8), [scale * g for g in (1.0, 2.0, 1.5, 1.0)]) for scale in (1.0, 1e3)]
    assert paths[0] == pytest.approx(paths[1], rel=1e-5)


# --- valleys ---


@pytest.mark.parametrize(
    ("optimizer", "steps", "tolerance"),
    [
        (adamax(0.05), 4000, 1e-3),
        (amsgrad(0.05), 4000, 1e-3),
        (nadam(cosine_decay(0.05, steps=4000)), 4000, 1e-2),
        (chain(clip_by_global_norm(1.0), radam(cosine_decay(0.05, steps=4000))), 4000, 1e-3),
        (lion(cosine_decay(0.01, steps=4000)), 4000, 1e-2),
    ],
    ids=str,
)
def test_rosenbrocks_valley_is_walked_to_its_end(optimizer: Optimizer[Any], steps: int, tolerance: float) -> None:
    params = (np.array([-1.2, 1.0]),)
    state = optimizer.start(params)
    for _ in range(steps):
        x, y = params[0]
        steepest = np.array([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)])
        params, state = optimizer.update((steepest,), state, params)
    assert np.abs(params[0] - 1).max() < tolerance


@pytest.mark.parametrize(
    ("optimizer", "tolerance"),
    [
        (adadelta(), 1e-2),
        (adamax(0.1), 1e-6),
        (amsgrad(0.1), 1e-5),
        (nadam(0.1), 1e-10),
        (radam(0.02), 1e-4),
        (lion(exponential_decay(0.1, factor=0.98)), 1e-3),
    ],
    ids=str,
)
def test_a_bowl_a_hundred_times_as_steep_one_way(optimizer: Optimizer[Any], tolerance: float) -> None:
    params = (np.array([-1.0, 3.0, 2.0]),)
    state = optimizer.start(params)
    for _ in range(2000 if optimizer.name in ("adadelta(1.0)", "radam(0.02)") else 300):
        params, state = optimizer.update((np.array([1.0, 10.0, 100.0]) * (params[0] - 1),), state, params)
    assert np.abs(params[0] - 1).max() < tolerance


# --- rules that all keep ---


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gradients_of_zero_move_nothing_and_give_no_nan(make: Callable[[Rate], Optimizer[Any]], dtype: Any) -> None:
    optimizer = make(0.1)
    params = (np.ones(2, dtype),)
    state = optimizer.start(params)
    for _ in range(8):
        params, state = optimizer.update((np.zeros(2, dtype),), state, params)
    assert params[0].tolist() == [1.0, 1.0]


@pytest.mark.parametrize("make", MAKERS)
def test_a_rate_of_zero_moves_nothing(make: Callable[[Rate], Optimizer[Any]]) -> None:
    assert walk(make(0.0), SLOPES) == [0.0] * len(SLOPES)


@pytest.mark.parametrize(
    "make",
    [
        lambda x: adadelta(x, rho=x, eps=x),
        lambda x: adamax(x, beta1=x, beta2=x, eps=x),
        lambda x: amsgrad(x, beta1=x, beta2=x, eps=x),
        lambda x: nadam(x, beta1=x, beta2=x, momentum_decay=x, eps=x),
        lambda x: radam(x, beta1=x, beta2=np.float64(0.999), eps=x),
        lambda x: lion(x, beta1=x, beta2=x, weight_decay=x, where="*"),
        lambda x: plateau(adam, x, factor=x, minimum_change=x, minimum_scale=x),
    ],
)
def test_numpy_scalars_as_options_keep_float32(make: Callable[[Any], Optimizer[Any]]) -> None:
    params, grads = (np.ones(2, np.float32),), (np.ones(2, np.float32),)
    optimizer = make(np.float64(0.5))
    state = optimizer.start(params)
    for _ in range(8):
        params, state = optimizer.update(grads, state, params)
    assert {leaf.dtype for leaf in tree.leaves((params, state))} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: adadelta(-0.1), "adadelta: expected learning_rate in [0, inf), got -0.1."),
        (lambda: adadelta(rho=1.0), "adadelta: expected rho in [0, 1), got 1.0."),
        (lambda: adadelta(eps=0.0), "adadelta: expected eps in (0, inf), got 0.0."),
        (lambda: adamax(0.1, beta1=1.0), "adamax: expected beta1 in [0, 1), got 1.0."),
        (lambda: adamax(0.1, eps=-1.0), "adamax: expected eps in (0, inf), got -1.0."),
        (lambda: amsgrad(0.1, beta2=1.0), "amsgrad: expected beta2 in [0, 1), got 1.0."),
        (lambda: amsgrad(math.inf), "amsgrad: expected learning_rate in [0, inf), got inf."),
        (lambda: nadam(0.1, momentum_decay=-1.0), "nadam: expected momentum_decay in [0, inf), got -1.0."),
        (lambda: nadam(0.1, beta1=-0.1), "nadam: expected beta1 in [0, 1), got -0.1."),
        (lambda: radam(0.1, beta2=math.nan), "radam: expected beta2 in [0, 1), got nan."),
        (lambda: radam(0.1, eps=0.0), "radam: expected eps in (0, inf), got 0.0."),
        (lambda: lion(0.1, beta1=1.0), "lion: expected beta1 in [0, 1), got 1.0."),
        (lambda: lion(0.1, weight_decay=-1.0), "lion: expected weight_decay in [0, inf), got -1.0."),
        (lambda: lion(-1.0), "lion: expected learning_rate in [0, inf), got -1.0."),
    ],
)
def test_options_without_meaning_are_refused(make: Callable[[], Any], text: str) -> None:
    with pytest.raises(HyperparameterError) as error:
        make()
    assert str(error.value) == text


def test_names_show_what_was_chosen() -> None:
    assert [str(make(0.1)) for make in MAKERS] == [
        "adadelta(0.1)",
        "adamax(0.1)",
        "amsgrad(0.1)",
        "nadam(0.1)",
        "radam(0.1)",
        "lion(0.1)",
    ]
    assert str(lion(1e-4, weight_decay=0.1)) == "lion(0.0001, weight_decay=0.1)"
