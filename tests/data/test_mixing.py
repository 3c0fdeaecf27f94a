"""Cutout and mixup: what is covered and what is mixed, and that keys and dtypes are kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fnn
from fnn.arrays import Array
from fnn.data import Batch, batches, compose, cutout, flip_horizontal, mixup, shift
from fnn.errors import DataError, DtypeError, HyperparameterError, LabelError, ShapeError
from fnn.random import Key

KEY = Key(3)


# --- cutout ---


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(40, 9, 7), (40, 9, 7, 3)])
def test_what_cutout_keeps(shape: tuple[int, ...], dtype: Any) -> None:
    x = Key(5).rng().integers(1, 256, shape).astype(dtype)
    before = x.copy()
    x.setflags(write=False)
    y = cutout((3, 2), fill=0)(KEY, x)
    assert (y.dtype, y.shape) == (x.dtype, x.shape)
    assert np.array_equal(x, before)
    assert np.array_equal(cutout((3, 2))(KEY, x), y)
    assert not np.array_equal(cutout((3, 2))(Key(4), x), y)
    assert np.array_equal(y[y != 0], x[y != 0])
    if len(shape) == 4:
        covered = (y == 0).any(axis=-1)
        assert np.array_equal(covered, (y == 0).all(axis=-1))  # all channels of a pixel, or none
    assert cutout((3, 2))(KEY, x[:0]).shape == (0, *shape[1:])


@given(height=st.integers(1, 6), width=st.integers(1, 6), seed=st.integers(0, 1000))
@settings(deadline=None, max_examples=50)
def test_what_is_covered_is_a_window_cut_at_the_border(height: int, width: int, seed: int) -> None:
    y = cutout((height, width), fill=2)(Key(seed), np.ones((20, 7, 8)))
    for image in y:
        rows, columns = ((image == 2).any(axis=axis).nonzero()[0] for axis in (1, 0))
        box = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        assert (box == 2).all()
        assert box.size == (image == 2).sum()
        for found, length, size in ((rows, height, 7), (columns, width, 8)):
            inside = found[0] > 0 and found[-1] < size - 1
            assert len(found) == length if inside else 1 <= len(found) <= length


def test_cutout_reaches_every_pixel() -> None:
    y = cutout((1, 1))(Key(0), np.ones((500, 4, 5)))
    assert (y == 0).any(axis=0).all()
    assert ((y == 0).sum(axis=(1, 2)) == 1).all()


def test_cutout_composes() -> None:
    x = Key(5).rng().random((5, 9, 9), np.float32)
    augment = compose(flip_horizontal(), shift(1), cutout((4, 4), fill=-1.0))
    assert (augment(KEY, x) == -1).any(axis=(1, 2)).all()


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda x: cutout((0, 3)), HyperparameterError, "cutout: expected height as an integer of at least 1, got 0."),
        (cutout((4, 4)), ShapeError, r"cutout: expected images larger than \(4, 4\) \(height, width\), got \(4, 4\)"),
        (
            lambda x: cutout((2, 2), fill=-1)(KEY, x.astype(np.uint8)),
            HyperparameterError,
            r"fill as a whole number in \[0, 255\] for uint8 images, got -1",
        ),
        (lambda x: cutout((2, 2))(KEY, x.reshape(2, 16)), ShapeError, "Do this before flattening"),
    ],
)
def test_what_cutout_refuses(call: Callable[..., Any], error: type[Exception], text: str) -> None:
    x = np.ones((2, 4, 4))
    with pytest.raises(error, match=text):
        call(KEY, x) if call.__name__ == "augment" else call(x)


# --- mixup ---


@given(seed=st.integers(0, 1000), alpha=st.floats(0.05, 10))
@settings(deadline=None, max_examples=50)
def test_inputs_and_targets_are_mixed_alike(seed: int, alpha: float) -> None:
    """With targets that are a linear function of the inputs, they are so of the mixtures."""
    rng = np.random.default_rng(seed)
    x, matrix = rng.standard_normal((8, 2, 3)), rng.standard_normal((3, 4))
    mixed = mixup(alpha)(Key(seed), Batch(x, x @ matrix))
    np.testing.assert_allclose(mixed.targets, mixed.inputs @ matrix, atol=1e-12)
    assert mixed.inputs.min() >= x.min() - 1e-14
    assert mixed.inputs.max() <= x.max() + 1e-14


def test_labels_become_shares_of_two_samples() -> None:
    labels = np.arange(50) % 5
    mixed = mixup(1.0, classes=5)(KEY, Batch(np.eye(5, dtype=np.float32)[labels], labels))
    np.testing.assert_allclose(mixed.targets, mixed.inputs)
    np.testing.assert_allclose(mixed.targets.sum(axis=1), 1, rtol=1e-6)
    assert ((mixed.targets > 0).sum(axis=1) <= 2).all()
    assert mixed.targets.dtype == mixed.inputs.dtype == np.float32
    rows = np.eye(5, dtype=np.float32)[labels]
    assert np.array_equal(mixup(1.0)(KEY, Batch(rows, rows)).targets, mixed.targets)


def test_a_small_alpha_hardly_mixes_and_a_large_one_takes_halves() -> None:
    x = np.eye(2)[np.arange(400) % 2]
    shares = {alpha: mixup(alpha)(KEY, Batch(x, x)).inputs[:, 0] for alpha in (0.01, 100.0)}
    assert np.minimum(shares[0.01], 1 - shares[0.01]).mean() < 0.02
    unlike = shares[100.0][(shares[100.0] > 0) & (shares[100.0] < 1)]
    assert abs(unlike - 0.5).max() < 0.2


def test_nothing_given_is_changed() -> None:
    x, labels = np.ones((4, 2)), np.array([0, 1, 1, 0])
    before = x.copy(), labels.copy()
    mixup(0.5, classes=2)(KEY, Batch(x, labels))
    assert np.array_equal(x, before[0])
    assert np.array_equal(labels, before[1])


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: mixup(0.0), HyperparameterError, r"mixup: expected alpha in \(0, inf\), got 0.0"),
        (lambda: mixup(classes=0), HyperparameterError, "mixup: expected classes as an integer of at least 1, got 0"),
        (
            lambda: mixup()(KEY, Batch(np.ones((2, 3)), np.array([0, 1]))),
            HyperparameterError,
            r"mixup: expected the number of classes along with integer labels, got None\. Write mixup\(0.2",
        ),
        (
            lambda: mixup(classes=2)(KEY, Batch(np.ones((2, 3)), np.array([0, 2]))),
            LabelError,
            "mixup: expected labels from 0 to 1, got 2",
        ),
        (
            lambda: mixup(classes=2)(KEY, Batch(np.ones((2, 3)), np.ones((2, 2)))),
            DtypeError,
            r"mixup: expected integer labels of 2 classes, got float64 of shape \(2, 2\)\. Leave out classes",
        ),
        (
            lambda: mixup()(KEY, Batch(np.ones((2, 3), np.uint8), np.ones(2))),
            DtypeError,
            "mixup: expected inputs as a float32 or float64 array, got uint8",
        ),
        (lambda: mixup()(KEY, Batch(np.ones((0, 3)), np.ones(0))), DataError, "a batch of at least one sample"),
        (
            lambda: mixup()(KEY, Batch(np.ones((2, 3)), [0.0, 1.0])),  # type: ignore[arg-type]  # wrong on purpose
            DtypeError,
            "mixup: expected targets as a float32 or float64 array, got a list",
        ),
    ],
)
def test_what_mixup_refuses(make: Callable[[], Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        make()


# --- batches changed by a key ---


def recorded(key: Key, batch: Batch[Array, Any]) -> Batch[Array, Array]:
    return Batch(batch.inputs, np.full(len(batch.inputs), float(key.state % 2**40)))


def test_each_batch_of_each_epoch_has_a_key_of_its_own() -> None:
    data = batches(np.arange(10.0), np.arange(10), batch_size=4, key=KEY).augment(recorded)
    keys = [batch.targets[0] for epoch in range(3) for batch in data.epoch(epoch)]
    assert len(set(keys)) == 9
    assert keys == [batch.targets[0] for epoch in range(3) for batch in data.epoch(epoch)]
    assert [batch.targets[0] for batch in data.epoch(1, skip=2)] == keys[5:6]


def test_two_changes_have_two_keys_and_the_rows_stay_the_same() -> None:
    plain = batches(np.arange(10.0), np.arange(10), batch_size=4, key=KEY)
    seen: list[tuple[Key, Any]] = []

    def look(key: Key, batch: Batch[Array, Any]) -> Batch[Array, Any]:
        seen.append((key, batch.inputs))
        return batch

    twice = plain.augment(look).augment(look)
    for before, after in zip(plain.epoch(2), twice.epoch(2), strict=True):
        assert np.array_equal(before.inputs, after.inputs)
    keys = [key for key, _ in seen]
    assert len(set(keys)) == len(keys) == 6


def test_batches_without_a_key_are_refused() -> None:
    with pytest.raises(HyperparameterError) as error:
        batches(np.arange(3.0), np.arange(3), batch_size=2).augment(recorded)
    assert str(error.value) == (
        "batches.augment: expected batches with a key, got None. Write batches(..., key=Key(0))."
    )


def test_a_network_trains_on_mixtures_and_the_run_is_resumed_bit_for_bit() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 60)
    x: Array = (rng.standard_normal((60, 3)) + 3 * labels[:, None]).astype(np.float32)
    model, optimizer = fnn.dense(3, 2), fnn.sgd(0.1)
    loss = partial(fnn.softmax_cross_entropy, label_smoothing=0.0)
    step = fnn.train_step(model, loss, optimizer, metrics={"accuracy": fnn.accuracy})
    data = batches(x, labels, batch_size=20, key=KEY).augment(mixup(0.4, classes=2))
    start = fnn.start(model, optimizer, Key(0))
    whole = fnn.final(fnn.fit(step, start, data, epochs=20))
    assert fnn.accuracy(model.apply(whole.state.params, x), labels) > 0.9
    for event in fnn.fit(step, start, data, epochs=20):
        if event.state.step == 31:
            middle = event.state
            break
    assert fnn.tree.equal(fnn.final(fnn.fit(step, middle, data, epochs=20)).state, whole.state)
