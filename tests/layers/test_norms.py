"""The normalizations as layers: running statistics, buffers, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fnn
from fnn import tree
from fnn.arrays import Array
from fnn.errors import DataError, HyperparameterError, ShapeError, StructureError
from fnn.model import output_shape
from tests.ops.test_images_pytorch import RUNNING, channels_last


def batches(count: int, features: int = 3) -> list[Array]:
    rng = np.random.default_rng(0)
    return [rng.normal(2, 3, (4, 2, features)).astype(np.float32) for _ in range(count)]


# --- running statistics ---


def test_running_statistics_start_at_0_and_1() -> None:
    params = fnn.batch_norm(2).init(fnn.Key(0))
    assert [leaf.tolist() for leaf in tree.leaves(params)] == [[1, 1], [0, 0], [0, 0], [1, 1]]
    assert {leaf.dtype for leaf in tree.leaves(params)} == {np.dtype(np.float32)}
    assert [path for path, _ in tree.leaves_with_paths(params, trained_only=True)] == ["scale", "bias"]


def test_running_statistics_are_pytorchs() -> None:
    model = fnn.batch_norm(3, momentum=0.3, eps=1e-3)
    params = fnn.BatchNorm(RUNNING["weight"], RUNNING["bias"], np.zeros(3), np.ones(3))
    for step in range(4):
        _, params, _ = model.forward(params, channels_last(RUNNING[f"x{step}"]), fnn.Key(step))
        np.testing.assert_allclose(params.mean, RUNNING[f"mean{step}"], rtol=1e-12)
        np.testing.assert_allclose(params.variance, RUNNING[f"variance{step}"], rtol=1e-12)
    y = model.apply(params, channels_last(RUNNING["x0"]))
    np.testing.assert_allclose(y, channels_last(RUNNING["y"]), rtol=1e-11)


def test_biased_for_normalizing_and_unbiased_stored() -> None:
    x = np.array([[1.0], [3.0]])
    model = fnn.batch_norm(1, momentum=1.0, eps=1e-12)
    params = tree.astype(model.init(fnn.Key(0)), np.float64)
    y, renewed, _ = model.forward(params, x, fnn.Key(0))
    np.testing.assert_allclose(y, [[-1], [1]], rtol=1e-9)
    assert renewed.mean.tolist() == [2]
    assert renewed.variance.tolist() == [2]
    np.testing.assert_allclose(model.apply(renewed, x), [[-(0.5**0.5)], [0.5**0.5]], rtol=1e-9)


def test_inference_changes_nothing_and_sees_no_other_sample() -> None:
    model = fnn.batch_norm(3)
    params = model.init(fnn.Key(0))
    for x in batches(3):
        _, params, _ = model.forward(params, x, fnn.Key(0))
    before = tree.copy(params)
    x = batches(1)[0]
    np.testing.assert_allclose(model.apply(params, x)[:1], model.apply(params, x[:1]), rtol=1e-6)
    assert tree.equal(params, before)


def test_statistics_of_training_come_to_those_of_the_data() -> None:
    model = fnn.batch_norm(3, momentum=0.05)
    params = model.init(fnn.Key(0))
    for x in batches(300):
        _, params, _ = model.forward(params, x, fnn.Key(0))
    np.testing.assert_allclose(params.mean, 2, atol=0.4)
    np.testing.assert_allclose(params.variance, 9, rtol=0.2)


def test_what_came_in_is_left_alone_and_what_goes_out_is_read_only() -> None:
    model = fnn.batch_norm(3)
    params = model.init(fnn.Key(0))
    before = tree.copy(params)
    _, renewed, _ = model.forward(params, batches(1)[0], fnn.Key(0))
    assert tree.equal(params, before)
    assert not np.array_equal(renewed.mean, params.mean)
    assert renewed.scale is params.scale
    assert not any(leaf.flags.writeable for leaf in (*tree.leaves(params), *tree.leaves(renewed)))


# --- buffers in training, and on disk ---

OPTIMIZERS: list[Any] = [
    fnn.sgd(0.1),
    fnn.chain(fnn.weight_decay(0.5, where="*"), fnn.momentum(0.1)),
    fnn.chain(fnn.clip_by_global_norm(1.0), fnn.adam(0.1)),
    fnn.adamw(0.1, weight_decay=0.5, where="*"),
]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
def test_optimizers_leave_buffers_alone(optimizer: Any) -> None:
    model = fnn.batch_norm(3)
    step = fnn.train_step(model, fnn.mean_squared_error, optimizer, penalty=fnn.l2(0.1, where="*"))
    state = fnn.start(model, optimizer, fnn.Key(0))
    expected = state.params
    for x in batches(3):
        state, _ = step(state, fnn.Batch(x, np.zeros_like(x)))
        _, expected, _ = model.forward(expected, x, fnn.Key(0))
        assert np.array_equal(state.params.mean, expected.mean)
        assert np.array_equal(state.params.variance, expected.variance)
        assert not np.array_equal(state.params.scale, expected.scale)


def test_gradients_of_buffers_are_zero() -> None:
    model = fnn.batch_norm(3)
    x = batches(1)[0]
    _, _, backward = model.forward(model.init(fnn.Key(0)), x, fnn.Key(0))
    grads, _ = backward(np.ones_like(x))
    assert not grads.mean.any()
    assert not grads.variance.any()


def test_weight_decay_leaves_scales_alone_unless_told() -> None:
    norms: tuple[Any, ...] = (
        fnn.batch_norm(2), fnn.layer_norm(2), fnn.rms_norm(2), fnn.instance_norm(2), fnn.group_norm(2, 1)
    )  # fmt: skip
    for model in norms:
        paths = [path for path, _ in tree.leaves_with_paths(model.init(fnn.Key(0)))]
        assert "scale" in paths
        assert not any(path.endswith("weight") for path in paths)


def test_saved_and_loaded(tmp_path: Path) -> None:
    model = fnn.conv2d(1, 3) >> fnn.batch_norm(3) >> fnn.flatten >> fnn.layer_norm(48)
    _, params, _ = model.forward(model.init(fnn.Key(0)), np.ones((2, 4, 4, 1), np.float32), fnn.Key(0))
    fnn.save(tmp_path / "norm.npz", params)
    loaded = fnn.load(tmp_path / "norm.npz", tuple[fnn.Conv2D, fnn.BatchNorm, fnn.LayerNorm])
    assert tree.equal(loaded, params)
    assert loaded[1].mean.any()
    without = fnn.layer_norm(3, bias=None).init(fnn.Key(0))
    fnn.save(tmp_path / "norm.npz", without)
    assert fnn.load(tmp_path / "norm.npz", fnn.LayerNorm).bias is None


def test_same_run_in_two_halves(tmp_path: Path) -> None:
    model, optimizer = fnn.dense(3, 3) >> fnn.batch_norm(3), fnn.adam(0.1)
    step = fnn.train_step(model, fnn.mean_squared_error, optimizer)
    data = [fnn.Batch(x, np.zeros_like(x)) for x in batches(6)]
    state = fnn.start(model, optimizer, fnn.Key(0))
    for batch in data[:3]:
        state, _ = step(state, batch)
    fnn.save(tmp_path / "half.npz", state.params)
    half = fnn.load(tmp_path / "half.npz", tuple[fnn.Dense, fnn.BatchNorm])
    other = fnn.replace(state, params=half)
    for batch in data[3:]:
        state, _ = step(state, batch)
        other, _ = step(other, batch)
    assert tree.equal(state.params, other.params)


# --- other forms ---


def test_layer_norm_over_several_axes() -> None:
    x = np.random.default_rng(0).normal(2, 3, (4, 5, 6)).astype(np.float32)
    for model in (fnn.layer_norm((5, 6)), fnn.rms_norm((5, 6))):
        params: Any = model.init(fnn.Key(0))
        assert params.scale.shape == (5, 6)
        y: Array = model.apply(params, x)
        np.testing.assert_allclose((y**2).mean(axis=(1, 2)), 1, rtol=1e-4)


# --- errors ---


def test_batch_of_one_is_refused_in_training_alone() -> None:
    model = fnn.batch_norm(2)
    params = model.init(fnn.Key(0))
    x = np.ones((1, 2), np.float32)
    assert model.apply(params, x).shape == (1, 2)
    with pytest.raises(DataError) as caught:
        model.forward(params, x, fnn.Key(0))
    expected = (
        "batch_norm(2): expected at least two entries for each channel, to train, got shape (1, 2). Its variance is 0: "
        "take larger batches, or layer_norm or group_norm, which look at one sample each."
    )
    assert str(caught.value) == expected
    model.forward(params, np.ones((1, 2, 2), np.float32), fnn.Key(0))  # two positions will do


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: fnn.batch_norm(0), "batch_norm: expected features as an integer of at least 1, got 0."),
        (lambda: fnn.batch_norm(3, momentum=0), "batch_norm(3): expected momentum in (0, 1], got 0."),
        (lambda: fnn.batch_norm(3, momentum=1.5), "batch_norm(3): expected momentum in (0, 1], got 1.5."),
        (lambda: fnn.batch_norm(3, eps=0), "batch_norm(3): expected eps in (0, inf), got 0."),
        (lambda: fnn.group_norm(6, 4), "group_norm(6, 4): expected features that divide by groups=4, got 6."),
        (lambda: fnn.group_norm(6, 0), "group_norm: expected groups as an integer of at least 1, got 0."),
        (lambda: fnn.instance_norm(-1), "instance_norm: expected features as an integer of at least 1, got -1."),
        (
            lambda: fnn.layer_norm((3, 0)),
            "layer_norm((3, 0)): expected features as an integer of at least 1, or a tuple of them, got (3, 0).",
        ),
        (
            lambda: fnn.rms_norm(()),
            "rms_norm(()): expected features as an integer of at least 1, or a tuple of them, got ().",
        ),
    ],
)
def test_options_that_mean_nothing(make: Any, message: str) -> None:
    with pytest.raises(HyperparameterError, match=f"^{re.escape(message)}$"):
        make()


@pytest.mark.parametrize(
    ("model", "shape", "message"),
    [
        (fnn.batch_norm(3), (4,), "batch_norm(3): expected input of shape (batch, ..., 3), got (batch, 4)."),
        (fnn.group_norm(4, 2), (5,), "group_norm(4, 2): expected input of shape (batch, ..., 4), got (batch, 5)."),
        (
            fnn.group_norm(4, 4),
            (4,),
            "group_norm(4, 4): expected at least two entries in a group, to have a variance, got (batch, 4).",
        ),
        (
            fnn.instance_norm(3),
            (3,),
            "instance_norm(3): expected input of shape (batch, *space, 3), got (batch, 3).",
        ),
        (
            fnn.instance_norm(3),
            (1, 1, 3),
            "instance_norm(3): expected at least two positions, to have a variance, got (batch, 1, 1, 3).",
        ),
        (fnn.layer_norm(3), (4,), "layer_norm(3): expected input of shape (batch, ..., 3), got (batch, 4)."),
        (
            fnn.layer_norm((5, 6)),
            (6,),
            "layer_norm((5, 6)): expected input of shape (batch, ..., 5, 6), got (batch, 6).",
        ),
        (fnn.rms_norm(3), (3, 4), "rms_norm(3): expected input of shape (batch, ..., 3), got (batch, 3, 4)."),
    ],
)
def test_input_of_another_shape(model: Any, shape: tuple[int, ...], message: str) -> None:
    for call in (
        lambda: output_shape(model, shape),
        lambda: model.apply(model.init(fnn.Key(0)), np.ones((2, *shape), np.float32)),
        lambda: model.forward(model.init(fnn.Key(0)), np.ones((2, *shape), np.float32), fnn.Key(0)),
    ):
        with pytest.raises(ShapeError) as caught:
            call()
        assert str(caught.value) == message


def test_parameters_of_another_layer() -> None:
    params: Any = fnn.layer_norm(3).init(fnn.Key(0))
    x = np.ones((2, 3), np.float32)
    model = fnn.batch_norm(3)
    for call in (lambda: model.apply(params, x), lambda: model.forward(params, x, fnn.Key(0))):
        with pytest.raises(StructureError, match=r"^batch_norm\(3\): expected parameters BatchNorm, got a LayerNorm\."):
            call()
