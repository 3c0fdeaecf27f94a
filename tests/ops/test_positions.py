from __future__ import annotations

import numpy as np
import pytest

from fnn.errors import ShapeError
from fnn.ops import sinusoidal_positions_forward


def test_waves() -> None:
    table, _ = sinusoidal_positions_forward(np.zeros((50, 6)))
    for t, i in [(0, 0), (3, 0), (49, 1), (49, 2)]:
        angle = t / 10000 ** (2 * i / 6)
        np.testing.assert_allclose(table[t, 2 * i : 2 * i + 2], [np.sin(angle), np.cos(angle)], rtol=1e-14)
    odd, _ = sinusoidal_positions_forward(np.zeros((4, 5)))
    assert odd.shape == (4, 5)
    np.testing.assert_allclose(odd[:, 4], np.sin(np.arange(4) / 10000**0.8), rtol=1e-14)


def test_a_step_is_the_same_linear_map_everywhere() -> None:
    table, _ = sinusoidal_positions_forward(np.zeros((40, 6)))
    step, *_ = np.linalg.lstsq(table[:20], table[3:23])
    np.testing.assert_allclose(table[20:37] @ step, table[23:40], atol=1e-10)


def test_given_positions() -> None:
    x = np.random.default_rng(0).standard_normal((2, 9, 4))
    whole, _ = sinusoidal_positions_forward(x)
    part, _ = sinusoidal_positions_forward(x[:, 5:], positions=np.arange(5, 9))
    np.testing.assert_array_equal(part, whole[:, 5:])
    of_each, _ = sinusoidal_positions_forward(x[:, 5:], positions=np.array([[5, 6, 7, 8], [0, 1, 2, 3]]))
    np.testing.assert_array_equal(of_each[0], whole[0, 5:])
    np.testing.assert_allclose(of_each[1] - x[1, 5:], whole[0, :4] - x[0, :4], atol=1e-15)


def test_shapes_that_do_not_fit() -> None:
    text = r"^sinusoidal_positions: expected x of shape \(\.\.\., time, features\), got shape \(3,\)\."
    with pytest.raises(ShapeError, match=text):
        sinusoidal_positions_forward(np.zeros(3))
    text = r"expected positions of shape \(4,\) for x of shape \(2, 4, 3\), got shape \(3, 4\)\."
    with pytest.raises(ShapeError, match=text):
        sinusoidal_positions_forward(np.zeros((2, 4, 3)), positions=np.zeros((3, 4), np.int64))
    for positions in (np.arange(3), np.zeros((1, 1, 4), np.int64)):
        with pytest.raises(ShapeError):
            sinusoidal_positions_forward(np.zeros((2, 4, 3)), positions=positions)
