from __future__ import annotations

import numpy as np
import pytest

from fnn.arrays import Array
from fnn.errors import StructureError
from fnn.optim import SGDState, adam, chain, clip_by_global_norm, ema, inverse_time, learning_rate, sgd
from fnn.tree import record, static


def test_the_learning_rate_is_that_of_the_last_step() -> None:
    optimizer = chain(clip_by_global_norm(1.0), chain(adam(inverse_time(1.0, decay=0.1)), ema(0.9)))
    params = (np.ones(2),)
    state = optimizer.start(params)
    rates = [learning_rate(state)]
    for _ in range(3):
        params, state = optimizer.update(params, state, params)
        rates.append(learning_rate(state))
    assert rates == pytest.approx([1.0, 1.0, 0.9090909090909091, 0.8333333333333334], rel=1e-15)


def test_the_learning_rate_is_found_in_records_and_dicts_and_states_of_ones_own() -> None:
    @record
    class Own:
        slow: Array
        learning_rate: float = static()

    @record
    class Around:
        inner: tuple[None, Own]

    assert learning_rate(Around((None, Own(np.ones(2), 0.25)))) == 0.25
    assert learning_rate({"a": None, "b": SGDState(3, 0.5)}) == 0.5
    assert learning_rate((SGDState(3, 0.5), SGDState(3, 0.25))) == 0.5


def test_a_state_without_a_learning_rate_is_refused() -> None:
    with pytest.raises(StructureError) as error:
        learning_rate((None, np.ones(2)))
    assert str(error.value) == (
        "learning_rate: expected the state of an optimizer, which has a learning rate, got a tuple."
    )


def test_states_of_other_parameters_are_told_from_their_arrays() -> None:
    optimizer = adam(0.1)
    state = optimizer.start((np.zeros(2), np.zeros(3)))
    text = r"adam\(0.1\): expected mean for parameters .*, got .* This state was"
    with pytest.raises(StructureError, match=text):
        optimizer.update((np.zeros(2),), state, (np.zeros(2),))
    for params in ((np.zeros(3), np.zeros(2)), (np.zeros(2, np.float32), np.zeros(3, np.float32))):
        with pytest.raises(StructureError, match=text):
            optimizer.update(params, state, params)
    assert sgd(0.1).update((np.ones(2),), SGDState(0, 0.1), (np.ones(2),))[1].count == 1
