"""Reading and preparing one's own images; Pillow is the oracle for resizing and for grey."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fnn.arrays import Array
from fnn.data.images import Pixels, grey, prepare_image, read_image, resize
from fnn.errors import DataError, DtypeError, FileFormatError, HyperparameterError, MissingExtraError, ShapeError
from fnn.random import Key


def pixels(*shape: int) -> Pixels:
    return Key(3).rng().integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize("size", [(28, 28), (7, 40), (3, 2), (90, 131)])
def test_resize_agrees_with_pillow(size: tuple[int, int]) -> None:
    image = pixels(45, 64)
    expected = Image.fromarray(image).resize(size[::-1], Image.Resampling.BILINEAR)
    difference = resize(image[None], size)[0].astype(int) - np.asarray(expected)
    assert np.abs(difference).max() <= 1  # Pillow rounds in between, after the rows


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_resize_keeps_dtype_mean_and_channels(dtype: Any) -> None:
    images = Key(0).rng().random((2, 12, 9, 3)).astype(dtype)
    small = resize(images, (4, 3))
    assert small.shape == (2, 4, 3, 3)
    assert small.dtype == dtype
    np.testing.assert_allclose(small[1, :, :, 2], resize(images[1:, :, :, 2], (4, 3))[0], rtol=1e-6)
    np.testing.assert_allclose(resize(np.ones((1, 5, 7), dtype), (3, 11)), 1, rtol=1e-6)


def test_resize_to_the_same_size_changes_nothing() -> None:
    images = pixels(2, 5, 4)
    assert np.array_equal(resize(images, (5, 4)), images)


def test_resize_refuses() -> None:
    with pytest.raises(ShapeError, match=r"write image\[None\]"):
        resize(pixels(28, 28), (7, 7))
    with pytest.raises(ShapeError, match="before flattening"):
        resize(pixels(5, 784), (7, 7))
    with pytest.raises(DtypeError, match="images as an array of uint8, float32 or float64, got int64 of shape"):
        resize(np.zeros((1, 2, 2), np.int64), (7, 7))  # type: ignore[type-var]  # wrong on purpose
    with pytest.raises(HyperparameterError, match="width as an integer of at least 1, got 0"):
        resize(pixels(1, 5, 5), (3, 0))
    with pytest.raises(DataError, match="a batch of images of at least one"):
        resize(pixels(0, 5, 5), (3, 3))


def test_grey_agrees_with_pillow() -> None:
    image = pixels(20, 30, 3)
    expected = np.asarray(Image.fromarray(image).convert("L"))
    assert np.abs(grey(image).astype(int) - expected).max() <= 1
    assert grey(expected) is expected
    with pytest.raises(ShapeError, match=r"got shape \(2, 2, 4\)"):
        grey(pixels(2, 2, 4))


def test_read_image_modes(tmp_path: Path) -> None:
    image = pixels(4, 6, 3)
    Image.fromarray(image).save(tmp_path / "a.png")
    assert np.array_equal(read_image(tmp_path / "a.png", mode="rgb"), image)
    assert read_image(tmp_path / "a.png").shape == (4, 6)
    with pytest.raises(HyperparameterError, match="mode as 'grey' or 'rgb', got 'gray'"):
        read_image(tmp_path / "a.png", mode="gray")  # type: ignore[arg-type]  # wrong on purpose


def test_sixteen_bits_are_scaled_and_not_clipped(tmp_path: Path) -> None:
    Image.fromarray(np.array([[0, 257, 25700, 51210, 65535]], np.uint16)).save(tmp_path / "deep.png")
    assert read_image(tmp_path / "deep.png").tolist() == [[0, 1, 100, 199, 255]]


def test_transparent_parts_become_white(tmp_path: Path) -> None:
    image = np.zeros((1, 3, 4), np.uint8)
    image[0, :, 3] = [0, 255, 51]
    Image.fromarray(image).save(tmp_path / "clear.png")
    assert read_image(tmp_path / "clear.png").tolist() == [[255, 0, 204]]


def test_photos_stand_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held a quarter turn
    Image.fromarray(pixels(10, 20)).save(tmp_path / "photo.jpg", exif=exif)
    assert read_image(tmp_path / "photo.jpg").shape == (20, 10)


def test_read_image_refuses(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"absent\.png: expected an image file, got no such file"):
        read_image(tmp_path / "absent.png")
    (tmp_path / "text.png").write_text("no image")
    with pytest.raises(FileFormatError, match=r"text\.png: expected a readable image, got UnidentifiedImageError"):
        read_image(tmp_path / "text.png")
    Image.fromarray(pixels(50, 50)).save(tmp_path / "whole.png")
    (tmp_path / "half.png").write_bytes((tmp_path / "whole.png").read_bytes()[:1000])
    with pytest.raises(FileFormatError, match=r"half\.png: expected a readable image, got OSError: .*truncated"):
        read_image(tmp_path / "half.png")
    Image.fromarray(np.ones((2, 2), np.float32)).save(tmp_path / "float.tiff")
    with pytest.raises(FileFormatError, match="floating-point grey levels"):
        read_image(tmp_path / "float.tiff")


def test_read_image_without_pillow(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    monkeypatch.delitem(sys.modules, "PIL.Image")
    with pytest.raises(MissingExtraError, match=r'expected pillow, .* pip install "fnn\[images\]"'):
        read_image(tmp_path / "a.png")


def drawing() -> Pixels:
    """A dark square on white paper."""
    image = np.full((56, 56), 250, np.uint8)
    image[20:36, 20:36] = 10
    return image


def test_prepare_image_is_a_float32_batch_of_one() -> None:
    image = prepare_image(drawing(), invert=False)
    assert image.shape == (1, 28, 28)
    assert image.dtype == np.float32
    assert (image[0, 0, 0], image[0, 14, 14]) == (250, 10)


def test_prepare_image_inverts() -> None:
    plain, inverted, auto = (prepare_image(drawing(), invert=choice) for choice in (False, True, "auto"))
    np.testing.assert_array_equal(inverted, 255 - plain)
    np.testing.assert_array_equal(auto, inverted)
    night = 255 - drawing()
    np.testing.assert_array_equal(prepare_image(night, invert="auto"), prepare_image(night, invert=False))


def test_prepare_image_works_without_pillow_on_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    colour = np.repeat(drawing()[..., None], 3, axis=2)
    np.testing.assert_array_equal(prepare_image(colour, invert=True), prepare_image(drawing(), invert=True))


def test_prepare_image_reads_files_and_scales(tmp_path: Path) -> None:
    Image.fromarray(drawing()).save(tmp_path / "drawing.png")
    seen: list[tuple[int, ...]] = []

    def scale(x: Array) -> Array:
        seen.append(x.shape)
        return x / 255

    image = prepare_image(tmp_path / "drawing.png", size=(14, 7), invert=False, scale=scale)
    assert seen == [(1, 14, 7)]
    assert image.dtype == np.float32
    np.testing.assert_allclose(image, prepare_image(drawing(), size=(14, 7), invert=False) / 255)


def test_prepare_image_leaves_its_input_alone() -> None:
    image, before = drawing(), drawing()
    prepare_image(image, size=(56, 56), invert=True)
    assert np.array_equal(image, before)


def test_prepare_image_refuses() -> None:
    with pytest.raises(DtypeError, match=r"an image as a uint8 array, got float64 of shape \(2, 2\)"):
        prepare_image(np.zeros((2, 2)), invert=True)  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(ShapeError, match=r"got shape \(1, 2, 2\)"):
        prepare_image(pixels(1, 2, 2), invert=True)
    with pytest.raises(HyperparameterError, match="invert as True, False or 'auto', got 'yes'"):
        prepare_image(drawing(), invert="yes")  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(HyperparameterError, match="invert as True, False or 'auto', got a value of class ndarray"):
        prepare_image(drawing(), invert=np.zeros((40, 40)))  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(HyperparameterError, match=r"scale as a function, got 255\. Such as scaler\.transform"):
        prepare_image(drawing(), invert=True, scale=255)  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(DtypeError, match=r"^grey: expected an image as a uint8 array, got float64"):
        grey(np.zeros((2, 2, 3)))  # type: ignore[arg-type]  # wrong on purpose
