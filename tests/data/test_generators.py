"""Generated data: the formulas, taken back from the points, and the same points from the same key."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from fnn.arrays import Array, IntArray
from fnn.data.generators import FloatType, sine, spiral, vertical
from fnn.data.samples import Samples
from fnn.errors import HyperparameterError
from fnn.random import Key

clouds = pytest.mark.parametrize("make", [spiral, vertical])
Cloud = Callable[..., Samples[Array, IntArray]]


@clouds
@pytest.mark.parametrize(("samples", "classes"), [(1, 1), (1, 4), (7, 1), (100, 3)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shapes_dtypes_and_balance(make: Cloud, samples: int, classes: int, dtype: FloatType) -> None:
    x, labels = make(samples, classes, Key(0), dtype=dtype)
    assert x.shape == (samples * classes, 2)
    assert x.dtype == dtype
    assert labels.dtype == np.int64
    assert labels.tolist() == [c for c in range(classes) for _ in range(samples)]
    assert np.isfinite(x).all()


@clouds
def test_the_key_decides(make: Cloud) -> None:
    first, again, other = (make(50, 3, Key(seed)).inputs for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert (np.abs(first - other)[1:50].max(axis=1) > 1e-6).all()
    assert np.array_equal(make(50, 3, Key(0), dtype=np.float64).inputs.astype(np.float32), first)
    assert np.array_equal(make(50, 3, Key(0), noise=0.0).inputs, make(50, 3, Key(1), noise=0.0).inputs)
    assert not np.array_equal(make(50, 3, Key(0), noise=0.0).inputs, first)


def arm(points: Array) -> tuple[NDArray[Any], NDArray[Any]]:
    """Radius, and angle from the y axis towards the x axis, of the points of one arm but for the origin."""
    return np.hypot(*points[1:].T), np.arctan2(*points[1:].T)


def test_spiral_without_noise_turns_evenly() -> None:
    samples, classes = 101, 4
    x = spiral(samples, classes, Key(0), noise=0.0, dtype=np.float64).inputs.reshape(classes, samples, 2)
    for c in range(classes):
        radius, angle = arm(x[c])
        assert x[c, 0].tolist() == [0.0, 0.0]
        np.testing.assert_allclose(radius, np.arange(1, samples) / 100, rtol=1e-12)
        np.testing.assert_allclose(np.diff(np.unwrap(angle)), 0.1, rtol=1e-10)  # 2.5 times 4, in 100 steps
        np.testing.assert_allclose(np.sin(angle[-1] - 10 * (c + 1)), 0, atol=1e-12)
        assert np.cos(angle[-1] - 10 * (c + 1)) > 0


def test_spiral_noise_turns_points_and_keeps_their_radius() -> None:
    samples = 4000
    for options, noise in (({}, 0.2), ({"noise": 0.05}, 0.05)):
        noisy = spiral(samples, 2, Key(1), dtype=np.float64, **options).inputs.reshape(2, samples, 2)
        clean = spiral(samples, 2, Key(1), dtype=np.float64, noise=0.0).inputs.reshape(2, samples, 2)
        turns = []
        for c in range(2):
            np.testing.assert_allclose(arm(noisy[c])[0], arm(clean[c])[0], rtol=1e-10)
            turn = arm(noisy[c])[1] - arm(clean[c])[1]
            turns.append((turn + np.pi) % (2 * np.pi) - np.pi)
        assert abs(np.mean(turns)) < 0.1 * noise
        assert np.std(turns) == pytest.approx(2.5 * noise, rel=0.04)
        assert abs(np.corrcoef(turns)[0, 1]) < 0.06  # each arm draws its own


def test_vertical_centres() -> None:
    x, labels = vertical(5, 4, Key(0), noise=0.0, dtype=np.float64)
    for c in range(4):
        assert x[labels == c].tolist() == [[c / 3, 0.5]] * 5


def test_vertical_noise_is_round() -> None:
    for options, noise in (({}, 0.1), ({"noise": 0.3}, 0.3)):
        x, labels = vertical(5000, 2, Key(2), dtype=np.float64, **options)
        for c in range(2):
            cloud = x[labels == c]
            np.testing.assert_allclose(cloud.mean(axis=0), [c / 3, 0.5], atol=5 * noise / 5000**0.5)
            np.testing.assert_allclose(np.cov(cloud.T) / noise**2, np.eye(2), atol=0.1)


def test_sine_values() -> None:
    x, y = sine(12, dtype=np.float64)
    assert x.shape == y.shape == (12, 1)
    np.testing.assert_allclose(x.ravel() * 12, np.arange(12), rtol=1e-15)
    half, root = 0.5, 3**0.5 / 2
    wave = [0, half, root, 1, root, half, 0, -half, -root, -1, -root, -half]
    np.testing.assert_allclose(y.ravel(), wave, atol=1e-15)


def test_sine_by_default() -> None:
    x, y = sine()
    assert x.shape == y.shape == (1000, 1)
    assert x.dtype == y.dtype == np.float32
    assert x[0] == y[0] == 0
    assert x[-1] == np.float32(0.999)
    fine = sine(dtype=np.float64)
    assert np.array_equal(fine.targets.astype(np.float32), y)
    assert (sine(1).inputs.tolist(), sine(1).targets.tolist()) == ([[0.0]], [[0.0]])


@pytest.mark.parametrize("place", ["spiral", "vertical"])
def test_bad_options(place: str) -> None:
    make: Cloud = {"spiral": spiral, "vertical": vertical}[place]
    cases: list[tuple[tuple[Any, Any], float, str]] = [
        ((0, 3), 0.1, "samples as an integer of at least 1, got 0."),
        ((2.5, 3), 0.1, "samples as an integer of at least 1, got 2.5."),
        ((3, -1), 0.1, "classes as an integer of at least 1, got -1."),
        ((3, 2), -0.1, "noise in [0, inf), got -0.1."),
        ((3, 2), np.nan, "noise in [0, inf), got nan."),
        ((3, 2), np.inf, "noise in [0, inf), got inf."),
    ]
    for counts, noise, text in cases:
        with pytest.raises(HyperparameterError) as caught:
            make(*counts, Key(0), noise=noise)
        assert str(caught.value) == f"{place}: expected {text}"


def test_sine_of_nothing() -> None:
    with pytest.raises(HyperparameterError) as caught:
        sine(0)
    assert str(caught.value) == "sine: expected samples as an integer of at least 1, got 0."


@pytest.mark.parametrize("dtype", [int, np.float16, "x", None])
def test_dtypes_that_nothing_computes_with(dtype: Any) -> None:
    cloud: Cloud
    for cloud in (spiral, vertical):
        with pytest.raises(HyperparameterError, match=r"expected dtype as np\.float32 or np\.float64, got"):
            cloud(3, 3, Key(0), dtype=dtype)
    with pytest.raises(HyperparameterError, match=r"^sine: expected dtype"):
        sine(3, dtype=dtype)
