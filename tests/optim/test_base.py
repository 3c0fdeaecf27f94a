from __future__ import annotations

from typing import assert_type

import numpy as np
import pytest

from fnn import tree
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
