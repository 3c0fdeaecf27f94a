"""The normalizations: what they make of their sets, what they do not see, and what is refused."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fnn import ops
from fnn.arrays import Array
from fnn.errors import DataError, HyperparameterError, ShapeError

quick = settings(deadline=None, max_examples=25)
SHAPE = (4, 3, 5, 6)
# name: forward without options left, backward, and how to bring each set to a row of its own
SETS: dict[str, tuple[Any, Any, Any]] = {
    "batch_norm": (ops.batch_norm_forward, ops.batch_norm_backward, lambda x: x.reshape(-1, 6).T),
    "group_norm": (
        partial(ops.group_norm_forward, groups=2),
        ops.group_norm_backward,
        lambda x: x.reshape(4, 15, 2, 3).swapaxes(1, 2).reshape(8, -1),
    ),
    "instance_norm": (
        ops.instance_norm_forward,
        ops.instance_norm_backward,
        lambda x: x.reshape(4, 15, 6).swapaxes(1, 2).reshape(24, -1),
    ),
    "layer_norm": (ops.layer_norm_forward, ops.layer_norm_backward, lambda x: x.reshape(-1, 6)),
}
of_all = pytest.mark.parametrize("name", SETS)
seeds = st.integers(0, 999)


def draw(seed: int = 0, dtype: type[np.floating[Any]] = np.float64) -> Array:
    return np.random.default_rng(seed).normal(3, 2, SHAPE).astype(dtype)


@of_all
@given(seed=seeds)
@quick
def test_every_set_has_mean_0_and_variance_1(name: str, seed: int) -> None:
    forward, _, rows = SETS[name]
    y, _ = forward(draw(seed), np.ones(6), np.zeros(6), eps=1e-12)
    np.testing.assert_allclose(rows(y).mean(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(rows(y).var(axis=1), 1, rtol=1e-9)


@of_all
@given(seed=seeds)
@quick
def test_neither_shift_nor_stretch_is_seen(name: str, seed: int) -> None:
    forward, backward, rows = SETS[name]
    x, scale, bias = draw(seed), np.linspace(-1, 2, 6), np.linspace(3, 1, 6)
    y, cache = forward(x, scale, bias, eps=1e-12)
    np.testing.assert_allclose(forward(5 * x + 7, scale, bias, eps=1e-12)[0], y, rtol=1e-9, atol=1e-9)
    dx = backward(np.cos(9 * y), cache)[0]
    size = np.abs(dx).max()
    np.testing.assert_allclose(rows(dx).sum(axis=1) / size, 0, atol=1e-10)  # orthogonal to a shift
    np.testing.assert_allclose((rows(dx) * rows(x)).sum(axis=1) / size, 0, atol=1e-9)  # and to a stretch


@of_all
def test_formula_written_down(name: str) -> None:
    forward, _, rows = SETS[name]
    x, scale, bias = draw(), np.linspace(-1, 2, 6), np.linspace(3, 1, 6)
    where = np.arange(x.size).reshape(SHAPE)
    z = np.zeros(x.size)
    for entries in rows(where):
        values = x.ravel()[entries]
        z[entries] = (values - values.mean()) / np.sqrt(((values - values.mean()) ** 2).mean() + 0.1)
    np.testing.assert_allclose(forward(x, scale, bias, eps=0.1)[0], scale * z.reshape(SHAPE) + bias, rtol=1e-12)


@of_all
def test_constant_gives_the_bias_and_no_gradient_but_through_eps(name: str) -> None:
    forward, backward, _ = SETS[name]
    y, cache = forward(np.full(SHAPE, 3.0), np.ones(6), np.full(6, 0.5))
    assert (y == 0.5).all()
    assert np.isfinite(backward(np.ones(SHAPE), cache)[0]).all()


@of_all
def test_large_mean_does_not_cost_the_digits(name: str) -> None:
    """In float32, around 1000: the mean of squares minus the square of the mean would be off by 0.06."""
    forward, _, _ = SETS[name]
    x = draw(dtype=np.float32)
    y, _ = forward(x + np.float32(1000), np.ones(6, np.float32), np.zeros(6, np.float32))
    exact, _ = forward((x + np.float32(1000)).astype(np.float64), np.ones(6), np.zeros(6))
    np.testing.assert_allclose(y, exact, atol=3e-4)


def test_groups_between_layer_and_instance() -> None:
    x, scale, bias = draw(), np.linspace(-1, 2, 6), np.linspace(3, 1, 6)
    one, _ = ops.group_norm_forward(x, scale, bias, groups=1)
    flat = x.reshape(4, -1)
    layer, _ = ops.layer_norm_forward(flat, np.ones(90), np.zeros(90))
    np.testing.assert_allclose(one, scale * layer.reshape(SHAPE) + bias, rtol=1e-11, atol=1e-12)
    each, _ = ops.group_norm_forward(x, scale, bias, groups=6)
    np.testing.assert_allclose(each, ops.instance_norm_forward(x, scale, bias)[0], rtol=1e-12)


def test_batch_norm_of_its_own_statistics_is_the_same_in_inference() -> None:
    x, scale, bias = draw(), np.linspace(-1, 2, 6), np.linspace(3, 1, 6)
    y, cache = ops.batch_norm_forward(x, scale, bias)
    mean, variance = cache.mean.ravel(), cache.variance.ravel()
    np.testing.assert_allclose(mean, x.mean(axis=(0, 1, 2)), rtol=1e-12)
    np.testing.assert_allclose(variance, x.var(axis=(0, 1, 2)), rtol=1e-12)
    same, _ = ops.batch_norm_inference_forward(x, scale, bias, mean=mean, variance=variance)
    np.testing.assert_allclose(same, y, rtol=1e-10)


@given(seeds)
@quick
def test_rms_norm(seed: int) -> None:
    x, scale = draw(seed), np.linspace(-1, 2, 6)
    y, cache = ops.rms_norm_forward(x, scale, eps=1e-3)
    np.testing.assert_allclose(y, scale * x / np.sqrt((x**2).mean(axis=-1, keepdims=True) + 1e-3), rtol=1e-12)
    y, cache = ops.rms_norm_forward(x, scale, eps=1e-12)
    np.testing.assert_allclose(ops.rms_norm_forward(5 * x, scale, eps=1e-12)[0], y, rtol=1e-10)
    dx, _ = ops.rms_norm_backward(np.cos(9 * y), cache)
    np.testing.assert_allclose((dx * x).sum(axis=-1), 0, atol=1e-10)


# --- errors ---


@pytest.mark.parametrize("eps", [0.0, -1e-5, float("nan"), float("inf")])
def test_eps_that_does_not_keep_from_dividing_by_zero(eps: float) -> None:
    one, x = np.ones(6), draw()
    calls: dict[str, Any] = {
        **{name: partial(forward, x, one, one) for name, (forward, _, _) in SETS.items()},
        "batch_norm_inference": partial(ops.batch_norm_inference_forward, x, one, one, mean=one, variance=one),
        "rms_norm": partial(ops.rms_norm_forward, x, one),
    }
    for name, call in calls.items():
        with pytest.raises(HyperparameterError, match=rf"^{name}: expected eps in \(0, inf\), got"):
            call(eps=eps)


def test_single_entries_have_no_variance() -> None:
    one = np.ones(2)
    message = (
        r"^batch_norm: expected at least two entries for each channel, to train, got shape \(1, 2\)\. "
        r"Its variance is 0: take larger batches, or layer_norm or group_norm, which look at one sample each\.$"
    )
    with pytest.raises(DataError, match=message):
        ops.batch_norm_forward(np.ones((1, 2)), one, one)
    with pytest.raises(
        ShapeError, match=r"^instance_norm: expected at least two positions, .* got shape \(5, 1, 1, 2\)"
    ):
        ops.instance_norm_forward(np.ones((5, 1, 1, 2)), one, one)
    with pytest.raises(ShapeError, match=r"^group_norm: expected at least two entries in a group, .* with groups=2\."):
        ops.group_norm_forward(np.ones((5, 2)), one, one, groups=2)


def test_shapes_that_do_not_fit() -> None:
    x, one, two = draw(), np.ones(6), np.ones(2)
    for name in ("batch_norm", "group_norm"):
        forward = SETS[name][0]
        with pytest.raises(
            ShapeError, match=rf"^{name}: expected x \(batch, \.\.\., channels\) and scale \(channels,\)"
        ):
            forward(x, two, one)
        with pytest.raises(ShapeError, match=r"and bias \(channels,\), got \(4, 3, 5, 6\) and \(2,\)\."):
            forward(x, one, two)
        with pytest.raises(ShapeError):
            forward(one, one, one)
    with pytest.raises(ShapeError, match=r"^instance_norm: expected x \(batch, \*space, channels\) and scale"):
        ops.instance_norm_forward(np.ones((3, 6)), one, one)
    with pytest.raises(ShapeError, match=r"and variance \(channels,\), got"):
        ops.batch_norm_inference_forward(x, one, one, mean=one, variance=two)
    with pytest.raises(ShapeError, match=r"^group_norm: expected channels that divide by groups=4, got shape"):
        ops.group_norm_forward(x, one, one, groups=4)
    for rows in (ops.layer_norm_forward, ops.rms_norm_forward):
        for scale in (two, np.ones((5, 2)), np.ones(()), np.ones((1, 4, 3, 5, 6))):
            with pytest.raises(
                ShapeError, match=r"_norm: expected x \(\.\.\., \*features\) and scale \(\*features\), got"
            ):
                rows(x, scale)
    with pytest.raises(ShapeError, match=r"^layer_norm: expected bias of the scale's shape \(6,\), got shape \(2,\)\."):
        ops.layer_norm_forward(x, one, two)
