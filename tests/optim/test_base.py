from __future__ import annotations

from typing import Any, assert_type

import numpy as np
import pytest

from fnn import tree
from fnn.arrays import Array
from fnn.errors import DtypeError, HyperparameterError, StructureError
from fnn.optim import (
    AdamState,
    Arrays,
    ClipState,
    EMAState,
    Optimizer,
    Paths,
    SGDState,
    Transform,
    adam,
    adamw,
    chain,
    clip_by_global_norm,
    clip_by_value,
    ema,
    sgd,
    weight_decay,
)
from tests.optim.table import net


def test_the_types_of_chains() -> None:
    params = {"weight": np.zeros(2)}
    two = chain(clip_by_global_norm(1.0), adam(0.1))
    assert_type(two, Optimizer[tuple[ClipState, AdamState]])
    clip, moments = two.start(params)
    assert isinstance(clip, ClipState)
    assert isinstance(moments, AdamState)
    six = chain(clip_by_value(1.0), clip_by_global_norm(1.0), weight_decay(0.1), sgd(0.1), ema(0.9), ema(0.99))
    assert_type(six, Optimizer[tuple[None, ClipState, None, SGDState, EMAState, EMAState]])
    assert len(six.start(params)) == 6
    nested = chain(two, ema(0.9))
    assert_type(nested, Optimizer[tuple[tuple[ClipState, AdamState], EMAState]])
    assert isinstance(nested.start(params)[0][1], AdamState)


def test_a_chain_runs_its_transforms_in_order() -> None:
    params, grads = (np.array([1.0]),), (np.array([10.0]),)

    def end(first: Transform[None], second: Transform[None]) -> float:
        optimizer = chain(first, second, sgd(1.0))
        return float(optimizer.update(grads, optimizer.start(params), params)[0][0][0])

    decay, clip = weight_decay(0.5, where="*"), clip_by_value(2.0)
    assert end(decay, clip) == 1 - 2
    assert end(clip, decay) == 1 - 2.5


def test_a_nested_chain_does_what_the_flat_one_does() -> None:
    params, grads = {"weight": np.array([1.0, -2.0])}, {"weight": np.array([3.0, 4.0])}
    flat = chain(weight_decay(0.1), clip_by_global_norm(1.0), adam(0.1), ema(0.9))
    nested = chain(chain(weight_decay(0.1), chain(clip_by_global_norm(1.0), adam(0.1))), ema(0.9))
    a, b = flat.start(params), nested.start(params)
    moved = twin = params
    for _ in range(3):
        moved, a = flat.update(grads, a, moved)
        twin, b = nested.update(grads, b, twin)
    assert tree.equal(moved, twin)
    assert all(np.array_equal(x, y) for x, y in zip(tree.leaves(a), tree.leaves(b), strict=True))
    assert str(nested) == "chain(chain(weight_decay(0.1), chain(clip_by_global_norm(1), adam(0.1))), ema(0.9))"


def test_chains_that_would_not_do_what_they_say_are_refused() -> None:
    with pytest.raises(HyperparameterError) as none:
        chain(clip_by_value(1.0), ema(0.9))
    assert str(none.value) == (
        "chain(clip_by_value(1), ema(0.9)): expected an optimizer in the chain, such as fnn.adam(1e-3), got transforms "
        "only."
    )
    with pytest.raises(HyperparameterError) as late:
        chain(sgd(0.1), clip_by_value(1.0))
    assert str(late.value) == (
        "chain(sgd(0.1), clip_by_value(1)): expected clip_by_value(1) before the optimizer, got it after. There it "
        "changes nothing: the gradients are used already."
    )
    with pytest.raises(HyperparameterError, match="before the optimizer"):
        chain(sgd(0.1), ema(0.9), clip_by_global_norm(1.0))
    with pytest.raises(HyperparameterError, match="before the optimizer"):
        chain(sgd(0.1), ema(0.9), weight_decay(0.1))
    with pytest.raises(HyperparameterError, match=r"ema\(0.9\) after the optimizer, got it before\. There it does not"):
        chain(ema(0.9), sgd(0.1))
    chain(sgd(0.1), clip_by_value(1.0), sgd(0.1))  # between two optimizers it does something


def test_a_chain_refuses_the_states_of_another() -> None:
    params = {"weight": np.zeros(2)}
    optimizer = chain(clip_by_value(1.0), sgd(0.1))
    with pytest.raises(StructureError, match="a tuple of 2 states, got a tuple of 3"):
        optimizer.update(params, (None, None, None), params)  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(StructureError, match=r"sgd\(0.1\): expected a state SGDState, got an AdamState"):
        optimizer.update(params, (None, adam(0.1).start(params)), params)  # type: ignore[arg-type]  # wrong on purpose


def test_integer_parameters_are_refused_at_the_start() -> None:
    with pytest.raises(DtypeError, match=r"0: expected parameter as a float32 or float64 array, got int64 of shape"):
        sgd(0.1).start((np.arange(3),))
    with pytest.raises(DtypeError, match=r"params: expected parameter as a float32"):
        sgd(0.1).start(np.arange(3))


def test_gradients_are_matched_by_name_and_not_by_order() -> None:
    params = {"a": np.zeros(2), "b": np.zeros(2)}
    optimizer = sgd(0.1)
    with pytest.raises(StructureError) as swapped:
        optimizer.update({"b": np.zeros(2), "a": np.zeros(2)}, optimizer.start(params), params)
    assert str(swapped.value) == "grads: expected gradients of a, b, got b, a."
    with pytest.raises(StructureError, match=r"grads: expected gradients of a, b, got a\."):
        optimizer.update({"a": np.zeros(2)}, optimizer.start(params), params)


def test_what_a_gradient_holds_at_buffers_does_not_matter() -> None:
    params, grads = net(seed=1), net(seed=2)
    optimizer = sgd(0.1)
    odd = tree.replace(grads, out=tree.replace(grads.out, running=np.zeros(0)))
    new, _ = optimizer.update(odd, optimizer.start(params), params)
    assert tree.equal(new, optimizer.update(grads, optimizer.start(params), params)[0])
    assert new.out.running is params.out.running


def test_an_optimizer_that_hands_a_leaf_through_does_not_freeze_the_callers() -> None:
    def step(grads: Arrays, state: None, params: Arrays, paths: Paths) -> tuple[Arrays, Arrays, None]:
        return grads, params, None

    idle: Optimizer[None] = Optimizer(lambda params: None, step, name="idle")
    params = (np.ones(2),)
    new, _ = idle.update((np.ones(2),), None, params)
    assert params[0].flags.writeable
    assert not new[0].flags.writeable
    assert idle.update((np.ones(2),), None, new)[0][0] is new[0]


QUADRATIC = {"weight": np.array([1.0, -2.0]), "bias": np.array([0.5])}


def slope(params: dict[str, Array]) -> dict[str, Array]:
    return {name: 2 * leaf - 0.1 for name, leaf in params.items()}


def _alike(params: dict[str, Array]) -> dict[str, Array]:
    return params  # of the sum of their squares, halved


class Kept:
    """A gradient that keeps the parameters it was given."""

    def __init__(self) -> None:
        self.seen: list[dict[str, Array]] = []

    def __call__(self, params: dict[str, Array]) -> dict[str, Array]:
        self.seen.append(params)
        return slope(params)


class Doubled(Optimizer[Any]):
    """One with an update of its own."""

    def update(self, grads: Any, state: Any, params: Any) -> Any:
        return super().update(tree.map(lambda g: 2 * g, grads), state, params)


RUNNING: dict[str, Optimizer[Any]] = {
    "adam": adam(0.1),
    "adamw": adamw(0.1, weight_decay=0.5),
    "adamw in a chain": chain(adamw(0.1, weight_decay=0.5, where="*"), ema(0.9)),
    "chain": chain(clip_by_global_norm(1.0), adam(0.1), ema(0.9)),
    "sgd": sgd(0.1),
    "a subclass": Doubled(sgd(0.1).init, sgd(0.1).step),
}


@pytest.mark.parametrize("gradient", [slope, _alike, Kept()])
@pytest.mark.parametrize("name", RUNNING)
def test_many_steps_are_single_steps(name: str, gradient: Any) -> None:
    optimizer = RUNNING[name]
    given = tree.map(np.copy, QUADRATIC)
    params, state = given, optimizer.start(given)
    for _ in range(7):
        params, state = optimizer.update(gradient(params), state, params)
    found, last = optimizer.run(gradient, optimizer.start(given), given, 7)
    for want, got in zip(tree.leaves((params, state)), tree.leaves((found, last)), strict=True):
        np.testing.assert_array_equal(got, want)
        assert not got.flags.writeable
    for leaf, before in zip(tree.leaves(given), tree.leaves(QUADRATIC), strict=True):
        np.testing.assert_array_equal(leaf, before)


def test_who_keeps_the_parameters_of_a_run_keeps_what_they_were() -> None:
    optimizer, gradient, copies = adam(0.1), Kept(), []

    def copied(params: dict[str, Array]) -> dict[str, Array]:
        copies.append(tree.map(np.copy, params))
        return gradient(params)

    optimizer.run(copied, optimizer.start(QUADRATIC), QUADRATIC, 5)
    assert len(gradient.seen) == 5
    for seen, copy in zip(gradient.seen, copies, strict=True):
        np.testing.assert_array_equal(seen["weight"], copy["weight"])


def test_a_run_of_adam_writes_over_its_own() -> None:
    """Of a run that made new arrays each time the addresses would change."""
    optimizer, places = adam(0.1), []

    def gradient(params: dict[str, Array]) -> dict[str, Array]:
        places.append(params["weight"].ctypes.data)
        return slope(params)

    optimizer.run(gradient, optimizer.start(QUADRATIC), QUADRATIC, 6)
    assert places[0] == QUADRATIC["weight"].ctypes.data
    assert places[1] != places[0]
    assert len({*places[1:]}) == 1


@pytest.mark.parametrize("steps", [0, -1, 2.0, True])
def test_a_run_of_no_steps_is_refused(steps: Any) -> None:
    optimizer = adam(0.1)
    with pytest.raises(HyperparameterError, match=r"optimizer\.run: expected steps as an integer of at least 1"):
        optimizer.run(slope, optimizer.start(QUADRATIC), QUADRATIC, steps)


def test_a_run_names_the_gradient_that_does_not_fit() -> None:
    optimizer = sgd(0.1)
    with pytest.raises(DtypeError, match="weight: expected a gradient of dtype float64, got float32"):
        optimizer.run(
            lambda params: tree.map(lambda leaf: leaf.astype(np.float32), params),
            optimizer.start(QUADRATIC),
            QUADRATIC,
            2,
        )
