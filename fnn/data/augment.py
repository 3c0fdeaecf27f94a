"""Augmentation: images changed at random in ways that leave their class alone.

Each factory gives a pure function ``(key, images) -> images`` for ``batches(..., augment=…)``: the same key gives the
same change, every image of the batch gets its own, the input stays as it is. Images are (batch, height, width) or
(batch, height, width, channels) of uint8, float32 or float64; the dtype is kept. What comes into the picture from
outside has the value ``fill``: 0, unless it is said; after a scaler, black may be another number, such as -1.
"""

from __future__ import annotations

import math
from typing import Any, Protocol

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from fnn.arrays import check_finite
from fnn.data.images import Images, check_images, like
from fnn.errors import HyperparameterError, ShapeError
from fnn.random import Key, check_key
from fnn.validate import function, height_and_width, in_range, positive, shown


class Augment(Protocol):
    """A pure, keyed change of a batch of images."""

    def __call__(self, key: Key, images: Images, /) -> Images: ...


def rotate(degrees: float, *, fill: float = 0.0) -> Augment:
    """Turn each image about its centre by an angle drawn evenly from [-degrees, degrees]. See `rotate_by`.

    >>> rotate(10)(Key(0), np.ones((5, 28, 28), np.uint8)).shape
    (5, 28, 28)
    """
    in_range("rotate", 0, 180, degrees=degrees)

    def augment(key: Key, images: Images, /) -> Images:
        check_key(key, "rotate")
        check_images(images, "rotate")
        return rotate_by(images, key.rng().uniform(-degrees, degrees, len(images)), fill=fill)

    return augment


def shift(pixels: int, *, fill: float = 0.0) -> Augment:
    """Move each image by whole pixels drawn evenly from -pixels, …, pixels, down and right alike. See `shift_by`.

    >>> moved = shift(1)(Key(0), np.ones((20, 3, 3)))
    >>> sorted({int(s) for s in moved.sum(axis=(1, 2))})  # moved along both axes, along one, along none
    [4, 6, 9]
    """
    positive("shift", pixels=pixels)

    def augment(key: Key, images: Images, /) -> Images:
        check_key(key, "shift")
        check_images(images, "shift")
        rows, columns = key.rng().integers(0, 2 * pixels, (2, len(images)), endpoint=True)
        return _windows(_padded(images, pixels, fill), images.shape[1:3], rows, columns)

    return augment


def crop(size: tuple[int, int], *, padding: int = 0, fill: float = 0.0) -> Augment:
    """Cut a window of ``size`` (height, width) out of each image, at a random place, after widening it by ``padding``.

    With a size below that of the images, cut the same window out of the middle when predicting: `crop_centre`.

    >>> crop((24, 24))(Key(0), np.ones((5, 28, 28))).shape
    (5, 24, 24)
    """
    height_and_width("crop", size)
    if type(padding) is not int or padding < 0:
        raise HyperparameterError("crop", "padding as an integer of at least 0", repr(padding))

    def augment(key: Key, images: Images, /) -> Images:
        check_key(key, "crop")
        check_images(images, "crop")
        padded = _padded(images, padding, fill)
        _check_window(padded, size, "crop")
        rng = key.rng()
        rows = rng.integers(0, padded.shape[1] - size[0], len(images), endpoint=True)
        columns = rng.integers(0, padded.shape[2] - size[1], len(images), endpoint=True)
        return _windows(padded, size, rows, columns)

    return augment


def flip_horizontal(probability: float = 0.5) -> Augment:
    """Mirror each image, left for right, with ``probability``. (Not for digits: a mirrored 2 is no 2.)

    >>> flip_horizontal(1.0)(Key(0), np.array([[[1.0, 2.0]]]))
    array([[[2., 1.]]])
    """
    in_range("flip_horizontal", 0, 1, probability=probability)

    def augment(key: Key, images: Images, /) -> Images:
        check_key(key, "flip_horizontal")
        check_images(images, "flip_horizontal")
        chosen = key.rng().random(len(images)) < probability
        flipped = images.copy()
        flipped[chosen] = images[chosen, :, ::-1]
        return flipped

    return augment


def cutout(size: tuple[int, int], *, fill: float = 0.0) -> Augment:
    """Cover a window of ``size`` (height, width) in each image, centred on a pixel drawn evenly from all.

    Near the border part of the window lies outside, so that what is covered varies. No feature can be relied on alone.

    Reference: DeVries, Taylor (2017), "Improved regularization of convolutional neural networks with cutout", sec. 3.

    >>> covered = cutout((3, 3))(Key(0), np.ones((50, 5, 5)))
    >>> sorted({int(s) for s in covered.sum(axis=(1, 2))})  # inside, at an edge, at a corner
    [16, 19, 21]
    """
    positive("cutout", height=size[0], width=size[1])

    def augment(key: Key, images: Images, /) -> Images:
        check_images(images, "cutout")
        _check_fill(images, fill)
        height, width = images.shape[1:3]
        if size[0] >= height and size[1] >= width:
            raise ShapeError("cutout", f"images larger than {size} (height, width)", f"{(height, width)}")
        rng = key.rng()
        rows = _span(rng.integers(0, height, len(images)), size[0], height)
        columns = _span(rng.integers(0, width, len(images)), size[1], width)
        covered = images.copy()
        covered[rows[:, :, None] & columns[:, None, :]] = fill
        return covered

    return augment


def compose(*augments: Augment) -> Augment:
    """Do one after the other, each with a key of its own.

    >>> augment = compose(flip_horizontal(), rotate(10), shift(2))
    >>> augment(Key(0), np.ones((5, 28, 28), np.float32)).dtype
    dtype('float32')
    """

    for one in augments:
        function("compose", "Such as fnn.data.rotate(10).", augment=one)

    def augment(key: Key, images: Images, /) -> Images:
        check_key(key, "compose")
        for i, one in enumerate(augments):
            images = one(key.fold(i), images)
        return images

    return augment


def rotate_by(images: Images, degrees: float | NDArray[np.float64], *, fill: float = 0.0) -> Images:
    """Turn images about their centre, counter-clockwise as seen, by one angle or one angle an image.

    Each pixel of the result looks back to where it came from, which with rows counted downwards is

        row    = centre + cos(a) (r - centre) + sin(a) (c - centre)
        column = centre - sin(a) (r - centre) + cos(a) (c - centre)

    and takes the bilinear mean of the four pixels around that place. Raises DtypeError or ShapeError for what is no
    batch of images, ShapeError for another number of angles.

    >>> rotate_by(np.array([[[1.0, 2.0], [3.0, 4.0]]]), 90).round(6)
    array([[[2., 4.],
            [1., 3.]]])
    """
    check_images(images, "rotate_by")
    try:
        angles = np.deg2rad(np.asarray(degrees, np.float64)).reshape(-1, 1, 1)
    except (TypeError, ValueError):
        raise HyperparameterError("rotate_by", "degrees as a number, or one an image", shown(degrees)) from None
    check_finite(angles, "degrees")
    if len(angles) not in (1, len(images)):
        raise ShapeError("rotate_by", f"one angle, or {len(images)}", str(len(angles)))
    height, width = images.shape[1:3]
    r = (np.arange(height) - (height - 1) / 2)[:, None]
    c = np.arange(width) - (width - 1) / 2
    cos, sin = np.cos(angles), np.sin(angles)
    rows = cos * r + sin * c + (height - 1) / 2
    columns = cos * c - sin * r + (width - 1) / 2
    return like(_bilinear(_padded(images, 1, fill), rows + 1, columns + 1), images)


def shift_by(images: Images, down: int, right: int, *, fill: float = 0.0) -> Images:
    """Move all images by whole pixels, up and left where negative.

    >>> shift_by(np.array([[[1.0, 2.0]]]), 0, 1)
    array([[[0., 1.]]])
    """
    check_images(images, "shift_by")
    given: dict[str, object] = {"down": down, "right": right}  # untyped callers hand over anything
    for name, steps in given.items():
        if not isinstance(steps, int | np.integer) or isinstance(steps, bool):
            raise HyperparameterError("shift_by", f"{name} as an integer, of pixels", shown(steps))
    margin = max(abs(down), abs(right))
    rows, columns = (np.full(len(images), margin - steps) for steps in (down, right))
    return _windows(_padded(images, margin, fill), images.shape[1:3], rows, columns)


def crop_centre(images: Images, size: tuple[int, int]) -> Images:
    """Cut the window of ``size`` (height, width) out of the middle of all images.

    >>> crop_centre(np.arange(9.0).reshape(1, 3, 3), (1, 2))
    array([[[3., 4.]]])
    """
    check_images(images, "crop_centre")
    height_and_width("crop_centre", size)
    _check_window(images, size, "crop_centre")
    top, left = (images.shape[1] - size[0]) // 2, (images.shape[2] - size[1]) // 2
    return _windows(images, size, np.full(len(images), top), np.full(len(images), left))


def _check_window(images: NDArray[Any], size: tuple[int, int], place: str) -> None:
    if size[0] > images.shape[1] or size[1] > images.shape[2]:
        got = f"{images.shape[1:3]}"
        raise ShapeError(place, f"images of at least {size} (height, width), padding included", got, "Add padding.")


def _check_fill(images: NDArray[Any], fill: float) -> None:
    in_range("augment", -math.inf, math.inf, low_open=True, high_open=True, fill=fill)
    if images.dtype == np.uint8 and not (0 <= fill <= 255 and float(fill).is_integer()):
        raise HyperparameterError("augment", "fill as a whole number in [0, 255] for uint8 images", repr(fill))


def _span(centres: NDArray[Any], length: int, size: int) -> NDArray[np.bool_]:
    """Tell for each centre which of ``size`` places lie in the window of ``length`` around it."""
    start = (centres - length // 2)[:, None]
    places = np.arange(size)
    return (places >= start) & (places < start + length)


def _padded(images: Images, margin: int, fill: float) -> Images:
    _check_fill(images, fill)
    batch, height, width = images.shape[:3]
    padded = np.full((batch, height + 2 * margin, width + 2 * margin, *images.shape[3:]), fill, images.dtype)
    padded[:, margin : margin + height, margin : margin + width] = images
    return padded  # type: ignore[return-value]  # the type is told by its dtype


def _windows(images: Images, size: tuple[int, ...], rows: NDArray[Any], columns: NDArray[Any]) -> Images:
    """Copy from each image the window of ``size`` whose upper left corner is at its row and column."""
    views = sliding_window_view(images, size, axis=(1, 2))  # (batch, row, column, [channel], *size), no copy
    windows = views[np.arange(len(images)), rows, columns]
    ordered = np.moveaxis(windows, 1, -1) if images.ndim == 4 else windows
    return np.ascontiguousarray(ordered)  # type: ignore[return-value]  # the type is told by its dtype


def _bilinear(padded: NDArray[Any], rows: NDArray[np.float64], columns: NDArray[np.float64]) -> NDArray[Any]:
    """Sample at fractional places, (batch or 1, height, width); beyond the margin of one pixel all is margin."""
    batch, height, width = padded.shape[:3]
    dtype = np.float64 if padded.dtype == np.float64 else np.float32
    top, down = _split(rows, height, dtype, padded.ndim)
    left, right = _split(columns, width, dtype, padded.ndim)
    flat = padded.reshape(batch * height * width, *padded.shape[3:])
    corner = (np.arange(batch)[:, None, None] * height + top) * width + left
    upper = flat[corner] * (1 - right) + flat[corner + 1] * right
    lower = flat[corner + width] * (1 - right) + flat[corner + width + 1] * right
    return upper * (1 - down) + lower * down  # type: ignore[no-any-return]  # NumPy's stubs


def _split(places: NDArray[np.float64], size: int, dtype: type, rank: int) -> tuple[NDArray[np.intp], NDArray[Any]]:
    """Whole and fractional part of the places, moved into [0, size - 1], the whole part below its end."""
    inside = places.clip(0, size - 1)
    whole = np.minimum(inside.astype(np.intp), size - 2)
    part: NDArray[Any] = (inside - whole).astype(dtype)
    return whole, part[..., None] if rank == 4 else part
