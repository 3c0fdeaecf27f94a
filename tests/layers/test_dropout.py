from __future__ import annotations

import numpy as np

import fnn

X = np.random.default_rng(0).standard_normal((40, 30))


def test_inference_is_the_identity() -> None:
    assert fnn.dropout(0.9)(X) is X


def test_training_drops_and_scales() -> None:
    y, backward = fnn.dropout(0.25).forward(X, fnn.Key(0))
    dropped = y == 0
    assert 0.2 < dropped.mean() < 0.3
    np.testing.assert_allclose(y[~dropped], X[~dropped] / 0.75, rtol=1e-15)
    np.testing.assert_allclose(backward(X), y, rtol=1e-15)  # the same mask goes back


def test_key_decides() -> None:
    stage = fnn.dropout(0.5)
    y = stage.forward(X, fnn.Key(0))[0]
    assert np.array_equal(y, stage.forward(X, fnn.Key(0))[0])
    assert not np.array_equal(y, stage.forward(X, fnn.Key(1))[0])


def test_two_stages_of_one_model_drop_differently() -> None:
    model = fnn.dropout(0.5) >> fnn.dropout(0.5)
    y = model.forward(np.ones((100, 100)), fnn.Key(0))[0]
    assert set(np.unique(y).tolist()) == {0, 4}
    assert 0.22 < (y == 4).mean() < 0.28  # a shared mask would keep one half
