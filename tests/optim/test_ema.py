from __future__ import annotations

from typing import assert_type

import numpy as np
import pytest

from fnn import tree
from fnn.arrays import Array
from fnn.errors import StructureError
from fnn.optim import averaged, chain, clip_by_value, ema, sgd
from tests.optim.table import Net, net


def walk(decay: float, debias: bool, steps: int) -> tuple[list[Array], Array]:
    """Return the points of a walk, the first included, and the average that `ema` keeps."""
    optimizer = chain(sgd(0.3), ema(decay, debias=debias))
    params = (np.array([1.0, -2.0]),)
    state = optimizer.start(params)
    points = [params[0]]
    for _ in range(steps):
        params, state = optimizer.update((np.sin(3 * params[0]) + 0.2,), state, params)
        points.append(params[0])
    return points, averaged(state, params)[0]


@pytest.mark.parametrize("steps", [1, 2, 7, 50])
@pytest.mark.parametrize("decay", [0.0, 0.5, 0.99])
def test_the_average_is_the_weighted_mean_of_the_points_walked(decay: float, steps: int) -> None:
    points, average = walk(decay, True, steps)
    weights = decay ** np.arange(steps - 1.0, -1.0, -1.0)
    np.testing.assert_allclose(average, weights @ np.array(points[1:]) / weights.sum(), rtol=1e-12)

    points, average = walk(decay, False, steps)
    expected = points[0]
    for point in points[1:]:
        expected = decay * expected + (1 - decay) * point
    np.testing.assert_allclose(average, expected, rtol=1e-12)


def test_the_first_average_without_bias_is_the_first_point_exactly() -> None:
    points, average = walk(0.999, True, 1)
    assert np.array_equal(average, points[1])


def test_averaged_has_the_type_of_the_parameters_and_their_buffers() -> None:
    params = net(np.float32, seed=1)
    optimizer = chain(clip_by_value(1.0), chain(sgd(0.1), ema(0.9)))
    state = optimizer.start(params)
    assert tree.equal(averaged(state, params), params)
    assert all(leaf.flags.writeable for leaf in tree.leaves(params))
    for _ in range(3):
        params, state = optimizer.update(params, state, params)
    average = averaged(state, params)
    assert_type(average, Net)
    assert average.out.running is params.out.running
    assert {leaf.dtype for leaf in tree.leaves(average)} == {np.dtype(np.float32)}
    assert not any(leaf.flags.writeable for leaf in tree.trained_leaves(average))
    assert np.abs(average.out.weight).sum() > np.abs(params.out.weight).sum()  # it lags behind a shrinking point


def test_training_is_the_same_with_and_without() -> None:
    params = net(seed=1)
    plain, watched = sgd(0.1), chain(sgd(0.1), ema(0.9))
    a, _ = plain.update(params, plain.start(params), params)
    b, _ = watched.update(params, watched.start(params), params)
    assert tree.equal(a, b)


def test_of_two_averages_the_first_is_given() -> None:
    optimizer = chain(sgd(1.0), ema(0.0), ema(0.9, debias=False))
    params = (np.array([1.0]),)
    params, state = optimizer.update((np.array([0.5]),), optimizer.start(params), params)
    assert averaged(state, params)[0] == params[0]


def test_a_state_without_an_average_or_of_other_parameters_is_refused() -> None:
    params = (np.zeros(2),)
    with pytest.raises(StructureError) as none:
        averaged(sgd(0.1).start(params), params)
    assert str(none.value) == (
        "averaged: expected a state with a moving average in it, got a SGDState. Put it after the optimizer: "
        "fnn.chain(fnn.adam(1e-3), fnn.ema(0.999))."
    )
    state = chain(sgd(0.1), ema(0.9)).start(params)
    with pytest.raises(StructureError, match=r"averaged: expected average for parameters float64 of shape \(3,\), got"):
        averaged(state, (np.zeros(3),))
