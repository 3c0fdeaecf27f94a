"""A batch in parts, side by side: the same step as in one piece, to rounding, and the same bits each time."""

from typing import Any

import numpy as np
import pytest

import fnn
from fnn.errors import HyperparameterError, ShapeError

RNG = np.random.default_rng(0)
IMAGES = fnn.Batch(RNG.standard_normal((7, 6, 6, 1)), RNG.integers(0, 3, 7))
LENGTHS = np.array([4, 2, 5, 1, 3, 5, 2])
SEQUENCES = fnn.Batch(fnn.Padded(RNG.standard_normal((7, 5, 2)), fnn.length_mask(LENGTHS, 5)), RNG.integers(0, 3, 7))
PAIRS = fnn.Batch((RNG.standard_normal((7, 4)), RNG.standard_normal((7, 4))), RNG.integers(0, 2, (7,)).astype(float))

conv = fnn.conv2d(1, 4) >> fnn.relu >> fnn.max_pool2d(2) >> fnn.flatten >> fnn.dense(36, 3)
recurrent = fnn.padded(fnn.bidirectional(fnn.gru(2, 3))) >> fnn.mean_valid_steps >> fnn.dense(6, 3)
twins = fnn.shared(fnn.dense(4, 3))
SETTINGS: dict[str, tuple[fnn.Model[Any, Any, Any], Any, fnn.Batch[Any, Any]]] = {
    "images": (conv, fnn.softmax_cross_entropy, IMAGES),
    "padded sequences": (recurrent, fnn.softmax_cross_entropy, SEQUENCES),
    "pairs": (twins, fnn.contrastive, PAIRS),
}


def two_steps(setting: str, threads: int) -> tuple[Any, float]:
    model, loss, batch = SETTINGS[setting]
    optimizer = fnn.momentum(0.1)
    params = fnn.tree.astype(model.init(fnn.Key(1)), np.float64)
    step = fnn.train_step(model, loss, optimizer, threads=threads)
    state = fnn.start(model, optimizer, fnn.Key(0), params=params)
    for _ in range(2):
        state, values = step(state, batch)
    return state.params, values["loss"]


@pytest.mark.parametrize("threads", [2, 3])
@pytest.mark.parametrize("setting", SETTINGS)
def test_the_step_is_that_of_one_thread(setting: str, threads: int) -> None:
    (params, loss), (expected, expected_loss) = two_steps(setting, threads), two_steps(setting, 1)
    assert loss == pytest.approx(expected_loss, rel=1e-12)
    for got, wanted in zip(fnn.tree.leaves(params), fnn.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_same_threads_give_the_same_bits(setting: str) -> None:
    assert fnn.tree.equal(two_steps(setting, 2)[0], two_steps(setting, 2)[0])


def test_dropout_drops_something_else_in_each_part() -> None:
    model = fnn.dense(4, 64) >> fnn.dropout(0.5)
    step = fnn.train_step(model, fnn.mean_squared_error, fnn.sgd(0.1), threads=2)
    state = fnn.start(model, fnn.sgd(0.1), fnn.Key(0))
    y, _, _ = step.learn(state.params, np.ones((4, 4), np.float32), fnn.Key(2))
    assert not np.array_equal(y[:2] == 0, y[2:] == 0)


def test_fewer_samples_than_threads_go_in_one_piece() -> None:
    model = fnn.dense(4, 3)
    step = fnn.train_step(model, fnn.softmax_cross_entropy, fnn.sgd(0.1), threads=8)
    state, values = step(
        fnn.start(model, fnn.sgd(0.1), fnn.Key(0)), fnn.Batch(np.ones((3, 4), "f"), np.array([0, 1, 2]))
    )
    assert state.step == 1
    assert np.isfinite(values["loss"])


def test_a_model_whose_samples_see_each_other_is_refused() -> None:
    model = fnn.dense(4, 3) >> fnn.batch_norm(3)
    step = fnn.train_step(model, fnn.softmax_cross_entropy, fnn.sgd(0.1), threads=2)
    with pytest.raises(HyperparameterError, match="threads=1"):
        step(fnn.start(model, fnn.sgd(0.1), fnn.Key(0)), fnn.Batch(np.ones((4, 4), "f"), np.array([0, 1, 2, 0])))


def test_an_error_in_a_thread_is_that_of_the_step() -> None:
    model = fnn.dense(4, 3)
    step = fnn.train_step(model, fnn.softmax_cross_entropy, fnn.sgd(0.1), threads=2)
    with pytest.raises(ShapeError, match=r"dense\(4, 3\): expected input of shape \(batch, ..., 4\)"):
        step(fnn.start(model, fnn.sgd(0.1), fnn.Key(0)), fnn.Batch(np.ones((4, 5), "f"), np.array([0, 1, 2, 0])))


@pytest.mark.parametrize("inputs", [[[1.0] * 4] * 4, np.ones((4, 5), np.float32), np.ones((4, 4)), None])
def test_errors_read_as_without_threads(inputs: Any) -> None:
    model, texts = fnn.dense(4, 3) >> fnn.relu >> fnn.dense(3, 3), []
    state = fnn.start(model, fnn.sgd(0.1), fnn.Key(0))
    for threads in (1, 2):
        step: Any = fnn.train_step(model, fnn.softmax_cross_entropy, fnn.sgd(0.1), threads=threads)
        with pytest.raises(fnn.errors.FnnError) as caught:
            step(state, fnn.Batch(inputs, np.array([0, 1, 2, 0])))
        texts.append(str(caught.value))
    assert texts[0] == texts[1]


def test_a_run_that_diverges_in_threads_is_stopped_without_a_warning() -> None:
    model = fnn.dense(4, 64) >> fnn.tanh >> fnn.dense(64, 3)
    step = fnn.train_step(model, fnn.mean_squared_error, fnn.sgd(1e30), threads=2)
    state = fnn.start(model, fnn.sgd(1e30), fnn.Key(0))
    batch = fnn.Batch(np.full((4, 4), 1e30, np.float32), np.zeros((4, 3), np.float32))
    with pytest.raises(fnn.errors.DivergenceError):
        fnn.final(fnn.fit(step, state, fnn.batches(batch.inputs, batch.targets, batch_size=4), epochs=3))


@pytest.mark.parametrize("threads", [0, -1, 1.5])
def test_threads_are_a_whole_number(threads: Any) -> None:
    with pytest.raises(HyperparameterError, match="threads"):
        fnn.train_step(fnn.dense(4, 3), fnn.softmax_cross_entropy, fnn.sgd(0.1), threads=threads)
