"""Augmentation: NumPy's own rotations and slices as oracles, and what every augmentation must keep."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fnn.arrays import Array
from fnn.data.augment import (
    Augment,
    compose,
    crop,
    crop_centre,
    flip_horizontal,
    rotate,
    rotate_by,
    shift,
    shift_by,
)
from fnn.data.batches import batches
from fnn.errors import DataError, DtypeError, HyperparameterError, ShapeError
from fnn.random import Key

DTYPES = [np.uint8, np.float32, np.float64]
AUGMENTS = {
    "rotate": rotate(30),
    "shift": shift(2),
    "crop": crop((6, 5)),
    "crop, padded": crop((9, 7), padding=2),
    "flip": flip_horizontal(),
    "compose": compose(flip_horizontal(), rotate(15), shift(1)),
}


def images(*shape: int, dtype: Any = np.uint8) -> NDArray[Any]:
    return Key(5).rng().integers(0, 256, shape).astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(6, 9, 7), (6, 9, 7, 3)])
@pytest.mark.parametrize("name", AUGMENTS)
def test_what_all_must_keep(name: str, shape: tuple[int, ...], dtype: Any) -> None:
    augment, x = AUGMENTS[name], images(*shape, dtype=dtype)
    before = x.copy()
    x.setflags(write=False)
    y = augment(Key(1), x)
    assert y.dtype == dtype
    assert y.shape == (6, *((6, 5) if name == "crop" else (9, 7)), *shape[3:])
    assert np.array_equal(augment(Key(1), x), y)
    assert not np.array_equal(augment(Key(2), x), y)
    assert np.array_equal(x, before)
    assert not np.shares_memory(x, y)
    assert y.flags.c_contiguous
    assert augment(Key(1), x[:0]).shape == (0, *y.shape[1:])


@pytest.mark.parametrize("name", AUGMENTS)
def test_channels_move_together(name: str) -> None:
    x = images(6, 9, 7)
    y = AUGMENTS[name](Key(1), np.repeat(x[..., None], 3, axis=3))
    for channel in range(3):
        assert np.array_equal(y[..., channel], AUGMENTS[name](Key(1), x))


@pytest.mark.parametrize("name", AUGMENTS)
def test_images_are_changed_one_by_one(name: str) -> None:
    y = AUGMENTS[name](Key(1), np.repeat(images(1, 9, 7), 20, axis=0))
    assert len({image.tobytes() for image in y}) > 1


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(2, 7, 7), (2, 6, 6, 3)])
@pytest.mark.parametrize("quarters", [-1, 0, 1, 2, 3, 4])
def test_quarter_turns_are_numpys(quarters: int, shape: tuple[int, ...], dtype: Any) -> None:
    x = images(*shape, dtype=dtype)
    expected = np.rot90(x, quarters, axes=(1, 2))
    turned = rotate_by(x, 90.0 * quarters)
    np.testing.assert_allclose(turned, expected, atol=0 if dtype == np.uint8 or quarters == 0 else 1e-3)


def test_each_image_has_its_angle() -> None:
    x = images(3, 8, 8)
    turned = rotate_by(x, np.array([0.0, 90.0, 33.0]))
    for i, angle in enumerate([0.0, 90.0, 33.0]):
        assert np.array_equal(turned[i : i + 1], rotate_by(x[i : i + 1], angle))


def test_rotation_of_a_plane_is_exact_inside() -> None:
    """Bilinear sampling reproduces a linear function, so a rotated ramp is known in closed form."""
    c = np.arange(21) - 10.0
    ramp = np.tile(c, (21, 1))[None]
    a = np.deg2rad(25)
    expected = np.cos(a) * c - np.sin(a) * c[:, None]
    inside = np.hypot(c, c[:, None]) < 9
    np.testing.assert_allclose(rotate_by(ramp, 25.0)[0][inside], expected[inside], atol=1e-12)


@pytest.mark.parametrize(("dtype", "fill"), [(np.uint8, 200), (np.float32, -1.0)])
def test_corners_are_filled(dtype: Any, fill: float) -> None:
    turned = rotate_by(np.ones((1, 9, 9), dtype), 45.0, fill=fill)
    assert turned[0, 0, 0] == fill
    assert turned[0, 4, 4] == 1
    assert shift_by(np.ones((1, 2, 2), dtype), 1, 0, fill=fill).tolist() == [[[fill, fill], [1, 1]]]


def test_rotation_stays_within_its_angle() -> None:
    """A bar from the centre to the right reaches up and down as far as the angle allows, and no farther."""
    x = np.zeros((200, 41, 41))
    x[:, 20, 36:41] = 1
    rows, columns = np.nonzero(rotate(20)(Key(0), x).max(axis=0) > 0.5)
    reached = np.rad2deg(np.abs(np.arctan2(20 - rows, columns - 20)))
    assert 15 < reached.max() < 22
    assert (rows < 20).any()
    assert (rows > 20).any()


@settings(deadline=None, max_examples=30)
@given(down=st.integers(-6, 6), right=st.integers(-6, 6))
def test_shift_by_moves_by_whole_pixels(down: int, right: int) -> None:
    x = images(2, 4, 5)
    expected = np.zeros_like(x)
    for r in range(4):
        for c in range(5):
            if 0 <= r - down < 4 and 0 <= c - right < 5:
                expected[:, r, c] = x[:, r - down, c - right]
    assert np.array_equal(shift_by(x, down, right), expected)


def test_shift_reaches_every_place_and_no_other() -> None:
    x = np.zeros((400, 7, 7), np.uint8)
    x[:, 3, 3] = 1
    reached = shift(2)(Key(0), x).sum(axis=0)
    assert (reached[1:6, 1:6] > 0).all()
    assert reached.sum() == reached[1:6, 1:6].sum() == 400


def test_crops_are_windows_of_the_image_and_reach_all_of_them() -> None:
    x = np.arange(20, dtype=np.float32).reshape(1, 4, 5)
    cut = crop((2, 3))(Key(0), np.repeat(x, 200, axis=0))
    windows = [x[0, r : r + 2, c : c + 3].tolist() for r in range(3) for c in range(3)]
    assert all(image.tolist() in windows for image in cut)
    assert len({image.tobytes() for image in cut}) == len(windows)


def test_padded_crops_reach_the_padding() -> None:
    cut = crop((4, 4), padding=1, fill=9)(Key(0), np.ones((200, 4, 4)))
    assert set(np.unique(cut)) == {1.0, 9.0}
    assert min(int((image == 1).sum()) for image in cut) == 9  # at worst a row and a column of padding


def test_crop_centre() -> None:
    x = images(2, 6, 7, 3)
    assert np.array_equal(crop_centre(x, (4, 3)), x[:, 1:5, 2:5])
    assert not np.shares_memory(crop_centre(x, (4, 3)), x)


def test_flip_mirrors_the_share_that_was_asked_for() -> None:
    x = images(1000, 3, 4)
    y = flip_horizontal(0.3)(Key(0), x)
    flipped = (y == x[:, :, ::-1]).all(axis=(1, 2))
    assert ((y == x).all(axis=(1, 2)) | flipped).all()
    assert abs(flipped.mean() - 0.3) < 0.05
    assert np.array_equal(flip_horizontal(0)(Key(0), x), x)


def test_compose_gives_each_its_own_key() -> None:
    x = images(5, 9, 9)
    expected = shift(2)(Key(3).fold(1), rotate(20)(Key(3).fold(0), x))
    assert np.array_equal(compose(rotate(20), shift(2))(Key(3), x), expected)


def test_fits_batches() -> None:
    x: Array = images(10, 9, 9, dtype=np.float32)
    data = batches(x, np.arange(10), batch_size=5, key=Key(0), augment=compose(rotate(10), flip_horizontal()))
    first, again, other = (next(data.epoch(epoch)) for epoch in (0, 0, 1))
    assert np.array_equal(first.inputs, again.inputs)
    assert not np.array_equal(first.inputs, other.inputs)
    assert not np.array_equal(first.inputs, x[first.targets])


@pytest.mark.parametrize("name", AUGMENTS)
def test_flat_images_and_other_dtypes_are_refused(name: str) -> None:
    with pytest.raises(ShapeError, match=r"got shape \(5, 784\)\. Do this before flattening"):
        AUGMENTS[name](Key(0), np.zeros((5, 784)))
    with pytest.raises(DtypeError, match="images as an array of uint8, float32 or float64, got int64"):
        AUGMENTS[name](Key(0), np.zeros((5, 9, 9), np.int64))  # type: ignore[type-var]  # wrong on purpose


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (partial(rotate, -1), r"rotate: expected degrees in \[0, 180\], got -1"),
        (partial(rotate, float("nan")), r"degrees in \[0, 180\], got nan"),
        (partial(shift, 0), "shift: expected pixels as an integer of at least 1, got 0"),
        (partial(crop, (0, 3)), "crop: expected height as an integer of at least 1, got 0"),
        (partial(crop, (3, 3), padding=-1), "crop: expected padding as an integer of at least 0, got -1"),
        (partial(flip_horizontal, 1.5), r"flip_horizontal: expected probability in \[0, 1\], got 1.5"),
    ],
)
def test_bad_options(make: Callable[[], Augment], text: str) -> None:
    with pytest.raises(HyperparameterError, match=text):
        make()


def test_bad_arguments() -> None:
    x = images(2, 4, 4)
    with pytest.raises(ShapeError, match=r"crop: expected images of at least \(9, 2\) .*, got \(8, 8\)\. Add padding"):
        crop((9, 2), padding=2)(Key(0), x)
    with pytest.raises(ShapeError, match=r"crop_centre: expected images of at least \(5, 2\)"):
        crop_centre(x, (5, 2))
    with pytest.raises(ShapeError, match="rotate_by: expected one angle, or 2, got 3"):
        rotate_by(x, np.zeros(3))
    with pytest.raises(DataError, match="degrees: expected finite values"):
        rotate_by(x, np.nan)
    with pytest.raises(HyperparameterError, match=r"fill as a whole number in \[0, 255\] for uint8 images, got -1"):
        shift(1, fill=-1)(Key(0), x)
    for fill in (np.nan, np.inf):
        with pytest.raises(HyperparameterError, match="expected fill in"):
            rotate(10, fill=fill)(Key(0), x.astype(np.float32))
    with pytest.raises(HyperparameterError, match="rotate_by: expected degrees as a number, or one an image, got 1j"):
        rotate_by(x, 1j)  # type: ignore[arg-type]  # wrong on purpose
    for steps in (0.5, "1", None, True):
        with pytest.raises(HyperparameterError, match="shift_by: expected right as an integer, of pixels, got"):
            shift_by(x, 1, steps)  # type: ignore[arg-type]  # wrong on purpose


def test_a_function_of_ones_own_is_an_augmentation() -> None:
    def darken(key: Key, images: Any, /) -> Any:
        return images * 0

    one: Augment = darken
    assert compose(one)(Key(0), np.ones((1, 2, 2))).sum() == 0
