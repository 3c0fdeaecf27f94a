"""What holds for every optimizer and transform: the same problems, the same rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fnn
from fnn import tree
from fnn.arrays import Array
from fnn.errors import DtypeError, ShapeError, StructureError
from fnn.optim import (
    Optimizer,
    adagrad,
    adam,
    adamw,
    chain,
    cosine_decay,
    ema,
    exponential_decay,
    inverse_time,
    learning_rate,
    momentum,
    nesterov,
    rmsprop,
    sgd,
)
from tests.optim.table import OPTIMIZERS, Net, net

ALL = pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS.keys())


def run(optimizer: Optimizer[Any], slope: Callable[[Array], Array], start: Array, steps: int) -> Array:
    params, state = (start,), optimizer.start((start,))
    for _ in range(steps):
        params, state = optimizer.update((slope(params[0]),), state, params)
    return params[0]


def anywhere(path: str) -> bool:
    return True


# --- convergence ---


@pytest.mark.parametrize(
    ("optimizer", "steps", "tolerance"),
    [
        (sgd(2e-3), 10000, 1e-3),
        (momentum(1e-3), 4000, 1e-6),
        (nesterov(1e-3), 4000, 1e-6),
        (adagrad(0.5), 10000, 1e-3),
        (rmsprop(cosine_decay(1e-2, steps=4000)), 4000, 2e-2),
        (adam(0.05), 4000, 1e-6),
        (adamw(0.05, weight_decay=0.0, where=anywhere), 4000, 1e-6),
    ],
    ids=str,
)
def test_rosenbrocks_valley_is_walked_to_its_end(optimizer: Optimizer[Any], steps: int, tolerance: float) -> None:
    def slope(w: Array) -> Array:
        x, y = w
        return np.array([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)])

    assert np.abs(run(optimizer, slope, np.array([-1.2, 1.0]), steps) - 1).max() < tolerance


@pytest.mark.parametrize(
    ("optimizer", "steps", "tolerance"),
    [
        (sgd(0.01), 1000, 1e-3),
        (momentum(0.01), 300, 1e-5),
        (nesterov(0.01), 300, 1e-5),
        (adagrad(1.0), 300, 1e-8),
        (rmsprop(exponential_decay(0.05, factor=0.98)), 300, 1e-8),
        (adam(0.1), 300, 1e-5),
        (adamw(0.1, weight_decay=0.0, where=anywhere), 300, 1e-5),
    ],
    ids=str,
)
def test_a_bowl_a_hundred_times_as_steep_one_way(optimizer: Optimizer[Any], steps: int, tolerance: float) -> None:
    steepness = np.array([1.0, 10.0, 100.0])
    end = run(optimizer, lambda w: steepness * (w - 1), np.array([-1.0, 3.0, 2.0]), steps)
    assert np.abs(end - 1).max() < tolerance


@ALL
def test_a_tree_comes_to_its_target_and_its_buffers_stay(make: Callable[[float], Optimizer[Any]]) -> None:
    params, target = net(seed=1), net(seed=2)
    buffers = params.hidden.running
    optimizer = make(0.1)
    state = optimizer.start(params)

    def distance(a: Net) -> float:
        pairs = zip(tree.trained_leaves(a), tree.trained_leaves(target), strict=True)
        return float(sum(((x - y) ** 2).sum() for x, y in pairs))

    first = distance(params)
    for _ in range(300):
        params, state = optimizer.update(tree.map(np.subtract, params, target), state, params)
    assert distance(params) < 0.02 * first
    assert params.hidden.running is buffers


# --- rules ---


@ALL
def test_nothing_given_is_changed_and_what_is_returned_is_read_only(make: Callable[[float], Optimizer[Any]]) -> None:
    params, grads = net(seed=1), net(seed=2)
    optimizer = make(0.1)
    state = optimizer.start(params)
    assert not any(leaf.flags.writeable for leaf in tree.leaves(state))
    for _ in range(2):
        before = tree.copy((params, grads, state))
        new, after = optimizer.update(grads, state, params)
        assert tree.equal(before, (params, grads, state))
        params, state = new, after
    assert not any(leaf.flags.writeable for leaf in (*tree.trained_leaves(params), *tree.leaves(state)))
    assert all(leaf.flags.writeable for leaf in tree.leaves(grads))


@ALL
def test_the_callers_first_parameters_stay_writeable(make: Callable[[float], Optimizer[Any]]) -> None:
    params = net(seed=1)
    optimizer = make(0.1)
    optimizer.update(net(seed=2), optimizer.start(params), params)
    assert all(leaf.flags.writeable for leaf in tree.leaves(params))


@ALL
def test_the_same_call_gives_the_same_bits(make: Callable[[float], Optimizer[Any]]) -> None:
    params, grads = net(seed=1), net(seed=2)
    optimizer, twin = make(0.1), make(0.1)
    state = optimizer.start(params)
    assert tree.equal(optimizer.update(grads, state, params), optimizer.update(grads, state, params))
    assert tree.equal(optimizer.update(grads, state, params), twin.update(grads, twin.start(params), params))


@ALL
def test_float32_stays_float32_with_numpy_scalars_as_options(make: Callable[[Any], Optimizer[Any]]) -> None:
    params, grads = net(np.float32, seed=1), net(np.float32, seed=2)
    scheduled = inverse_time(np.float64(0.1), decay=np.float64(0.1))
    for rate in (0.1, np.float64(0.1), scheduled, lambda step: np.float64(0.1)):
        optimizer = make(rate)
        state = optimizer.start(params)
        new, state = optimizer.update(grads, state, params)
        new, state = optimizer.update(grads, state, new)
        assert {leaf.dtype for leaf in tree.leaves((new, state))} == {np.dtype(np.float32)}
        assert type(learning_rate(state)) is float


def test_numpy_scalars_as_other_options_keep_float32_too() -> None:
    params, grads = (np.ones(2, np.float32),), (np.ones(2, np.float32),)
    x = np.float64(0.5)
    optimizers: list[Optimizer[Any]] = [
        momentum(0.1, momentum=x),
        nesterov(0.1, momentum=x),
        adagrad(0.1, eps=x),
        rmsprop(0.1, rho=x, eps=x),
        adam(0.1, beta1=x, beta2=x, eps=x),
        adamw(0.1, weight_decay=x, where=anywhere),
        chain(fnn.optim.weight_decay(x, where=anywhere), sgd(0.1)),
        chain(fnn.optim.clip_by_value(x), sgd(0.1)),
        chain(fnn.optim.clip_by_global_norm(x), sgd(0.1)),
        chain(sgd(0.1), ema(x)),
    ]
    for optimizer in optimizers:
        new, state = optimizer.update(grads, optimizer.start(params), params)
        assert {leaf.dtype for leaf in tree.leaves((new, state))} == {np.dtype(np.float32)}, optimizer


@ALL
def test_float32_follows_float64(make: Callable[[float], Optimizer[Any]]) -> None:
    ends = []
    for dtype in (np.float32, np.float64):
        params, grads = net(dtype, seed=1), net(dtype, seed=2)
        optimizer = make(0.1)
        state = optimizer.start(params)
        for _ in range(10):
            params, state = optimizer.update(grads, state, params)
        ends.append(np.concatenate([leaf.ravel() for leaf in tree.trained_leaves(params)]))
    np.testing.assert_allclose(ends[0], ends[1], rtol=1e-5, atol=1e-5)


@ALL
def test_a_run_goes_on_from_its_state_taken_apart_and_put_together(make: Callable[[float], Optimizer[Any]]) -> None:
    optimizer = make(0.1)

    def steps(params: Net, state: Any, count: int) -> tuple[Net, Any]:
        for _ in range(count):
            params, state = optimizer.update(params, state, params)  # the slope of half the square is the point itself
        return params, state

    params = net(seed=1)
    whole = steps(params, optimizer.start(params), 10)
    params, state = steps(params, optimizer.start(params), 5)
    again = tree.unflatten(state, [np.array(leaf) for leaf in tree.leaves(state)])
    assert tree.equal(again, state)
    assert tree.equal(steps(tree.copy(params), again, 5), whole)


@ALL
def test_arrays_of_every_make_are_updated_alike(make: Callable[[float], Optimizer[Any]]) -> None:
    rng = np.random.default_rng(0)
    w, g = rng.standard_normal((2, 4, 3))
    optimizer = make(0.1)

    def update(w: Array, g: Array) -> dict[str, Array]:
        params = {"weight": w, "scalar": np.array(2.0), "none": np.zeros((0, 2))}
        grads = {"weight": g, "scalar": np.array(3.0), "none": np.zeros((0, 2))}
        new, state = optimizer.update(grads, optimizer.start(params), params)
        new, _ = optimizer.update(grads, state, new)
        return new

    plain, odd = update(w, g), update(np.asfortranarray(w), np.repeat(g, 2, axis=1)[:, ::2])
    assert all(isinstance(leaf, np.ndarray) for leaf in plain.values())
    np.testing.assert_allclose(plain["weight"], odd["weight"], rtol=1e-14)
    assert plain["scalar"] != 2.0


@ALL
def test_gradients_of_another_shape_dtype_or_structure_are_refused(make: Callable[[float], Optimizer[Any]]) -> None:
    optimizer = make(0.1)
    params = net()
    state = optimizer.start(params)
    with pytest.raises(ShapeError) as shape:
        optimizer.update(tree.replace(params, out=tree.replace(params.out, weight=np.zeros((2, 4)))), state, params)
    assert str(shape.value) == "out.weight: expected a gradient of shape (4, 2), got shape (2, 4)."
    with pytest.raises(DtypeError, match=r"hidden.weight: expected a gradient of dtype float64, got float32\. Compute"):
        optimizer.update(net(np.float32), state, params)
    with pytest.raises(StructureError, match=r"out: expected the gradient of a Layer, got None\. It has the same type"):
        optimizer.update(Net(params.hidden, None), state, params)  # type: ignore[arg-type]  # wrong on purpose


@ALL
def test_the_state_of_other_parameters_or_another_optimizer_is_refused(make: Callable[[float], Optimizer[Any]]) -> None:
    params, other = {"weight": np.zeros(3)}, {"weight": np.zeros(2)}
    optimizer = make(0.1)
    state = optimizer.start(other)
    if tree.leaves(state):
        with pytest.raises(
            StructureError, match=r"for parameters float64 of shape \(3,\), got float64 of shape \(2,\)"
        ):
            optimizer.update(params, state, params)
    for wrong in (None, fnn.optim.ClipState(), (1, 2, 3, 4)):
        with pytest.raises(StructureError, match=r"Take the state from this optimizer's start"):
            optimizer.update(params, wrong, params)
