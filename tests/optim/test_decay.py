"""Weight decay, coupled (`weight_decay`) and decoupled (`adamw`)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fnn import tree
from fnn.errors import StructureError
from fnn.optim import Optimizer, adam, adamw, chain, momentum, sgd, weight_decay
from fnn.tree import Where
from tests.optim.table import net


def test_coupled_decay_is_the_gradient_of_an_l2_penalty_whatever_the_optimizer() -> None:
    params, grads = net(seed=1), net(seed=2)
    penalized = tree.map(lambda g, w: g + 0.3 * w if w.ndim == 2 else g, grads, params)
    optimizers: list[Optimizer[Any]] = [sgd(0.1), momentum(0.1), adam(0.1)]
    for inner in optimizers:
        decayed = chain(weight_decay(0.3), inner)
        a, _ = decayed.update(grads, decayed.start(params), params)
        b, _ = inner.update(penalized, inner.start(params), params)
        for x, y in zip(tree.leaves(a), tree.leaves(b), strict=True):
            np.testing.assert_allclose(x, y, rtol=1e-13)


def test_decoupled_decay_comes_beside_adams_step() -> None:
    params, grads = net(seed=1), net(seed=2)
    plain, decayed = adam(0.1), adamw(0.1, weight_decay=0.3)
    a, state = plain.update(grads, plain.start(params), params)
    b, twin = decayed.update(grads, decayed.start(params), params)
    assert tree.equal(state, twin)
    np.testing.assert_allclose(b.out.weight, a.out.weight - 0.1 * 0.3 * params.out.weight, rtol=1e-13)
    assert tree.equal(a.out.bias, b.out.bias)


def test_large_gradients_hold_up_the_coupled_decay_and_not_the_decoupled() -> None:
    """The reason for AdamW: with alternating gradients, Adam's own steps all but cancel and the decay remains."""
    ends = []
    optimizers: list[Optimizer[Any]] = [chain(weight_decay(0.1), adam(0.01)), adamw(0.01, weight_decay=0.1)]
    for optimizer in optimizers:
        params = {"weight": np.array([1.0, 1.0])}
        state = optimizer.start(params)
        for step in range(400):
            sign = 1.0 if step % 2 else -1.0
            params, state = optimizer.update({"weight": sign * np.array([1.0, 1000.0])}, state, params)
        ends.append(1 - params["weight"])
    coupled, decoupled = ends
    assert decoupled[0] == pytest.approx(decoupled[1], rel=1e-6)
    assert coupled[0] > 20 * coupled[1]


@pytest.mark.parametrize("where", ["out.*", lambda path: path.startswith("out.")])
def test_where_chooses_by_path(where: Where) -> None:
    params = net(seed=1)
    grads = tree.zeros_like(params)
    coupled: Optimizer[Any] = chain(weight_decay(0.5, where=where), sgd(0.1))
    decoupled: Optimizer[Any] = adamw(0.1, weight_decay=0.5, where=where)
    for optimizer in (coupled, decoupled):
        new, _ = optimizer.update(grads, optimizer.start(params), params)
        np.testing.assert_allclose(new.out.weight, 0.95 * params.out.weight, rtol=1e-13)
        np.testing.assert_allclose(new.out.bias, 0.95 * params.out.bias, rtol=1e-13)
        assert tree.equal(new.hidden, params.hidden)


def test_a_choice_of_nothing_is_refused_with_the_paths() -> None:
    params = {"kernel": np.ones(2)}
    coupled: Optimizer[Any] = chain(weight_decay(0.5), sgd(0.1))
    decoupled: Optimizer[Any] = adamw(0.1, weight_decay=0.5)
    for optimizer, name in ((coupled, "weight_decay(0.5)"), (decoupled, str(decoupled))):
        with pytest.raises(StructureError) as error:
            optimizer.update(params, optimizer.start(params), params)
        assert str(error.value) == (
            f"{name}: expected '*weight' to choose at least one parameter, got none. Paths: kernel."
        )
