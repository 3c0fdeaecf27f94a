"""Scalers: ranges reached, exact ways back, constant features, and what they refuse."""

import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from fnn import tree
from fnn.arrays import Array
from fnn.data import scalers
from fnn.data.batches import batches
from fnn.data.scalers import MaxAbs, MinMax, Numbers, Scaler, Standardize, fit_max_abs, fit_min_max, fit_standardize
from fnn.data.splits import holdout
from fnn.errors import DataError, DtypeError, FnnError, HyperparameterError, ShapeError
from fnn.io.bundle import Bundle
from fnn.io.load import load
from fnn.io.save import save
from fnn.random import Key

few = settings(deadline=None, max_examples=25)

Fit: TypeAlias = Callable[..., Scaler]

FITS: dict[str, Fit] = {
    "max_abs": fit_max_abs,
    "min_max": fit_min_max,
    "min_max(-1, 1)": partial(fit_min_max, to=(-1, 1)),
    "min_max(0.3, 7)": partial(fit_min_max, to=(0.3, 7)),
    "standardize": fit_standardize,
}
each = pytest.mark.parametrize("fit", FITS.values(), ids=FITS)
shared = pytest.mark.parametrize("per_feature", [True, False])


@st.composite
def tables(draw: st.DrawFn) -> NDArray[Any]:
    """Finite arrays (n, ...) of both float types, with features near and far from 0."""
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=3, max_side=6))
    values = st.floats(-1e6, 1e6, width=32 if dtype is np.float32 else 64, allow_subnormal=False)
    return draw(hnp.arrays(dtype, shape, elements=values))


def normal(*shape: int, dtype: Any = np.float64) -> NDArray[Any]:
    return (Key(3).rng().standard_normal(shape) * 4 + 10).astype(dtype)


# --- there and back ---


@each
@shared
@few
@given(x=tables())
def test_inverse_undoes_transform(fit: Fit, per_feature: bool, x: NDArray[Any]) -> None:
    scaler = fit(x, per_feature=per_feature)
    y = scaler.transform(x)
    back = scaler.inverse(y)
    assert y.dtype == back.dtype == x.dtype
    assert y.shape == back.shape == x.shape
    magnitude = np.abs(x).max(axis=0 if per_feature else None)
    assert (np.abs(back - x) <= 16 * np.finfo(x.dtype).eps * magnitude + 1e-36).all()


@each
@few
@given(x=tables())
def test_transform_undoes_inverse_on_unseen_data(fit: Fit, x: NDArray[Any]) -> None:
    y = np.linspace(-3, 5, 7)[:, None]
    scaler = fit(np.append(x.ravel(), [0.0, 1.0])[:, None].astype(np.float64))
    np.testing.assert_allclose(scaler.transform(scaler.inverse(y)), y, rtol=0, atol=1e-6)


# --- what each is for ---


@shared
@few
@given(x=tables())
def test_max_abs_reaches_one_and_keeps_zero_and_signs(per_feature: bool, x: NDArray[Any]) -> None:
    y = fit_max_abs(x, per_feature=per_feature).transform(x)
    axis = 0 if per_feature else None
    peaks = np.abs(y).max(axis=axis)
    assert np.array_equal(peaks, (x != 0).any(axis=axis).astype(x.dtype))
    assert (y[x == 0] == 0).all()
    assert (y * np.sign(x) >= 0).all()


@pytest.mark.parametrize("to", [(0, 1), (-1, 1), (-2.5, -0.5), (10, 14)])
@shared
@few
@given(x=tables())
def test_min_max_reaches_both_ends(to: tuple[float, float], per_feature: bool, x: NDArray[Any]) -> None:
    scaler = fit_min_max(x, to, per_feature=per_feature)
    y = scaler.transform(x)
    axis = 0 if per_feature else None
    varies = x.min(axis=axis) < x.max(axis=axis)
    assert (y.min(axis=axis) == to[0]).all()  # also of constant features
    assert (y.max(axis=axis) == np.where(varies, to[1], to[0])).all()
    assert scaler.to == to


def test_min_max_by_its_formula() -> None:
    x = np.array([[0.0, 10.0], [5.0, 20.0], [20.0, 14.0]])
    assert fit_min_max(x).transform(x).tolist() == [[0.0, 0.0], [0.25, 1.0], [1.0, 0.4]]
    np.testing.assert_allclose(fit_min_max(x, (-1, 3)).transform(x), [[-1.0, -1.0], [0.0, 3.0], [3.0, 0.6]], rtol=1e-15)
    assert fit_min_max(x, per_feature=False).transform(x).tolist() == [[0.0, 0.5], [0.25, 1.0], [1.0, 0.7]]


@pytest.mark.parametrize("shape", [(50,), (50, 3), (20, 2, 4)])
def test_standardize_gives_mean_0_and_deviation_1(shape: tuple[int, ...]) -> None:
    x = normal(*shape)
    y = fit_standardize(x).transform(x)
    np.testing.assert_allclose(y.mean(axis=0), np.zeros(shape[1:]), atol=1e-14)
    np.testing.assert_allclose(y.std(axis=0), np.ones(shape[1:]), rtol=1e-13)
    scaler = fit_standardize(x, per_feature=False)
    assert scaler.mean.shape == scaler.std.shape == ()
    np.testing.assert_allclose([scaler.mean, scaler.std], [x.mean(), x.std()], rtol=1e-14)


@pytest.mark.parametrize("chunk", [1, 7, 40, 10**6])
@shared
def test_standardize_measures_in_parts(monkeypatch: pytest.MonkeyPatch, chunk: int, per_feature: bool) -> None:
    monkeypatch.setattr(scalers, "_CHUNK", chunk)
    x = normal(33, 4)
    axis = 0 if per_feature else None
    scaler = fit_standardize(x, per_feature=per_feature)
    np.testing.assert_allclose(scaler.mean, x.mean(axis=axis), rtol=1e-14)
    np.testing.assert_allclose(scaler.std, x.std(axis=axis), rtol=1e-13)


def test_standardize_measures_in_float64_and_two_passes() -> None:
    """At 30000 +- 1, float32 sums lose the mean, and a mean of squares less the square of the mean the deviation."""
    x = (30_000 + Key(0).rng().standard_normal((5000, 2))).astype(np.float32)
    scaler = fit_standardize(x)
    assert scaler.mean.dtype == scaler.std.dtype == np.float32
    np.testing.assert_allclose(scaler.mean, x.astype(np.float64).mean(axis=0), rtol=1e-7)
    np.testing.assert_allclose(scaler.std, x.astype(np.float64).std(axis=0), rtol=1e-6)


def test_standardize_copies_no_large_data_set() -> None:
    images = np.broadcast_to(np.arange(256, dtype=np.uint8), (20_000, 256))  # float64 would take 41 MB, twice
    tracemalloc.start()
    try:
        scaler = fit_standardize(images, per_feature=False)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 30_000_000
    np.testing.assert_allclose([scaler.mean, scaler.std], [127.5, np.sqrt((256**2 - 1) / 12)], rtol=1e-6)


# --- constant features ---


@each
@pytest.mark.parametrize("value", [0.0, 0.1, -3.7, 1e6])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_constant_features_are_divided_by_1(fit: Fit, value: float, dtype: Any) -> None:
    x = np.full((7, 3), value, dtype)
    scaler = fit(x)
    y = scaler.transform(x)
    assert len(np.unique(y)) == 1
    assert np.isfinite(y).all()
    assert np.array_equal(scaler.inverse(y), x)
    step = scaler.transform(x + dtype(2)) - y
    if isinstance(scaler, Standardize):
        assert (y == 0).all()
        np.testing.assert_allclose(step, 2, rtol=1e-5, atol=0)
    if isinstance(scaler, MinMax):
        a, b = scaler.to
        assert (y == dtype(a)).all()
        np.testing.assert_allclose(step, 2 * (b - a), rtol=1e-5)


def test_a_feature_of_zeros_does_not_disturb_its_neighbour() -> None:
    x = np.array([[0.0, 2.0], [0.0, -4.0]])
    assert fit_max_abs(x).transform(x).tolist() == [[0.0, 0.5], [0.0, -1.0]]
    assert fit_standardize(x).transform(x).tolist() == [[0.0, 1.0], [0.0, -1.0]]


# --- bytes, integers, truth values; shapes ---


@each
@shared
@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int64, np.float16, np.bool_])
def test_all_but_float64_becomes_float32(fit: Fit, per_feature: bool, dtype: Any) -> None:
    x = Key(0).rng().integers(0, 2 if dtype == np.bool_ else 100, (20, 4)).astype(dtype)
    scaler = fit(x, per_feature=per_feature)
    assert all(leaf.dtype == np.float32 for leaf in tree.leaves(scaler))
    y = scaler.transform(x)
    assert y.dtype == np.float32
    np.testing.assert_allclose(y, fit(x.astype(np.float32), per_feature=per_feature).transform(x), rtol=1e-6)
    np.testing.assert_allclose(scaler.inverse(y), x, atol=1e-4)


@pytest.mark.parametrize("per_feature", [True, False])
def test_bytes_do_not_wrap_around(per_feature: bool) -> None:
    x = np.array([[200, 255], [255, 0], [0, 255]], np.uint8)
    assert fit_max_abs(x, per_feature=per_feature).scale.max() == 255
    lowest = np.array([[-128], [127]], np.int8)
    assert fit_max_abs(lowest).scale.tolist() == [128.0]
    assert fit_min_max(lowest, (-1, 1)).transform(lowest).tolist() == [[-1.0], [1.0]]
    assert fit_min_max(x, per_feature=per_feature).transform(x).max() == 1
    narrow = fit_min_max(x[:2], per_feature=True)  # fitted to 200 … 255: a byte of 0 lies far below
    np.testing.assert_allclose(narrow.transform(x)[2], [-200 / 55, 1], rtol=1e-6)


@each
def test_float64_scales_of_float32_data_and_the_reverse(fit: Fit) -> None:
    x = normal(9, 2)
    assert fit(x).transform(x.astype(np.float32)).dtype == np.float32
    assert fit(x.astype(np.float32)).transform(x).dtype == np.float64


@each
def test_one_scale_for_all_features_takes_samples_of_any_shape(fit: Fit) -> None:
    x = normal(6, 2, 3)
    scaler = fit(x, per_feature=False)
    assert all(leaf.shape == () for leaf in tree.leaves(scaler))
    assert np.array_equal(scaler.transform(x.reshape(6, 6)), scaler.transform(x).reshape(6, 6))


@each
def test_per_feature_means_each_place_in_the_sample(fit: Fit) -> None:
    x = normal(8, 2, 3)
    whole = fit(x).transform(x)
    for i in range(2):
        for j in range(3):
            np.testing.assert_allclose(whole[:, i, j], fit(x[:, i, j]).transform(x[:, i, j]), rtol=1e-12)


@each
@shared
def test_scales_are_read_only_and_scalers_leave_their_input_alone(fit: Fit, per_feature: bool) -> None:
    x = normal(5, 2)
    before = x.copy()
    scaler = fit(x, per_feature=per_feature)
    y = scaler.transform(x)
    scaler.inverse(y)
    assert np.array_equal(x, before)
    assert not np.shares_memory(x, y)
    assert all(not leaf.flags.writeable and not np.shares_memory(leaf, x) for leaf in tree.leaves(scaler))


def test_scalers_are_frozen() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        fit_min_max(normal(5, 2)).to = (0.0, 2.0)  # type: ignore[misc]  # wrong on purpose


# --- in use ---


@each
def test_fitted_on_training_data_alone(fit: Fit) -> None:
    x, labels = normal(40, 3), np.arange(40) % 2
    split = holdout(x, labels, key=Key(0), stratify=labels)
    scaler = fit(split.train.inputs)
    far = split.validation.inputs + 100
    assert tree.equal(scaler, fit(split.train.inputs))
    assert not tree.equal(scaler, fit(x + np.arange(40)[:, None]))
    assert scaler.transform(far).max() > scaler.transform(split.train.inputs).max()  # not clipped
    np.testing.assert_allclose(scaler.inverse(scaler.transform(far)), far, rtol=1e-12)


@each
def test_as_the_transform_of_batches(fit: Fit) -> None:
    images = Key(0).rng().integers(0, 256, (10, 4, 4)).astype(np.uint8)
    scaler = fit(images, per_feature=False)
    data = batches(images, np.arange(10), batch_size=4, key=Key(1), transform=scaler.transform)
    for batch in data.epoch(0):
        assert batch.inputs.dtype == np.float32
        assert np.array_equal(batch.inputs, scaler.transform(images[batch.targets]))


@each
@shared
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_saved_and_loaded(tmp_path: Path, fit: Fit, per_feature: bool, dtype: Any) -> None:
    x = normal(9, 2, dtype=dtype)
    scaler = fit(x, per_feature=per_feature)
    assert isinstance(scaler, MaxAbs | MinMax | Standardize)
    path = tmp_path / "scaler.npz"
    save(path, scaler)
    found: list[Scaler] = [load(path, type(scaler)), load(path, scaler)]
    save(path, Bundle((np.zeros(1),), scaler))
    bundled = load(path, Bundle[tuple[Array]]).scaler
    assert bundled is not None
    for loaded in [*found, bundled]:
        assert tree.equal(loaded, scaler)  # static fields included
        assert np.array_equal(loaded.transform(x), scaler.transform(x))


# --- errors ---


@pytest.mark.parametrize(
    ("fit", "name", "place"),
    [(fit_max_abs, "fit_max_abs", "MaxAbs"), (fit_min_max, "fit_min_max", "MinMax"),
     (fit_standardize, "fit_standardize", "Standardize")],
)  # fmt: skip
def test_bad_data(fit: Fit, name: str, place: str) -> None:
    x = normal(5, 3)
    bad = x.copy()
    bad[2, 1] = np.nan
    worse = x.astype(np.float32)
    worse[4, 0] = np.inf
    numbers, hint = "an array of real numbers", "Make it one: np.array(x, np.float32)."
    clean, fitted = "Clean the data: drop or fill these values.", "It was fitted on samples of that shape."
    look = "Look where it was cut or chosen from the data."
    scaler = fit(x)
    cases: list[tuple[Callable[[], object], type[FnnError], str]] = [
        (
            lambda: fit(bad),
            DataError,
            f"{name} > x: expected finite values, got nan at index (2, 1), 1 such value in all. {clean}",
        ),
        (
            lambda: fit(worse, per_feature=False),
            DataError,
            f"{name} > x: expected finite values, got inf at index (4, 0), 1 such value in all. {clean}",
        ),
        (lambda: fit(x[:0]), DataError, f"{name} > x: expected at least one sample, got shape (0, 3). {look}"),
        (
            lambda: fit(x[:, :0]),
            DataError,
            f"{name} > x: expected samples of at least one value, got shape (5, 0). {look}",
        ),
        (
            lambda: fit(np.array(1.0)),
            DataError,
            f"{name} > x: expected an array whose first axis is the sample, got float64 of shape ().",
        ),
        (lambda: fit([[1.0], [2.0]]), DtypeError, f"{name}: expected {numbers}, got a list. {hint}"),
        (lambda: fit(x * 1j), DtypeError, f"{name}: expected {numbers}, got complex128 of shape (5, 3). {hint}"),
        (
            lambda: fit(np.array(["a"])),
            DtypeError,
            f"{name}: expected {numbers}, got <U1 of shape (1,). {hint}",
        ),
        (
            lambda: scaler.transform(x[:, :2]),
            ShapeError,
            f"{place}: expected input of shape (batch, 3), got shape (5, 2). {fitted}",
        ),
        (
            lambda: scaler.transform(x[0]),
            ShapeError,
            f"{place}: expected input of shape (batch, 3), got shape (3,). For one sample write x[None].",
        ),
        (
            lambda: scaler.inverse(x[:, :, None]),
            ShapeError,
            f"{place}: expected input of shape (batch, 3), got shape (5, 3, 1). {fitted}",
        ),
        (
            lambda: scaler.inverse(x[:, :1]),  # which would broadcast
            ShapeError,
            f"{place}: expected input of shape (batch, 3), got shape (5, 1). {fitted}",
        ),
        (
            lambda: scaler.transform(x.tolist()),
            DtypeError,
            f"{place}: expected {numbers}, got a list. {hint}",
        ),
    ]
    for make, kind, text in cases:
        with pytest.raises(kind) as caught:
            make()
        assert str(caught.value) == text


@pytest.mark.parametrize("to", [(1, 0), (0.5, 0.5), (0, np.inf), (-np.inf, 0), (np.nan, 1), (0, np.nan)])
def test_a_range_that_does_not_rise(to: tuple[float, float]) -> None:
    x: Numbers = normal(5, 3)
    with pytest.raises(HyperparameterError) as caught:
        fit_min_max(x, to)
    assert str(caught.value) == (f"fit_min_max: expected to as (low, high) with low < high, both finite, got {to!r}.")
