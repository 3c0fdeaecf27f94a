"""Images of one's own: read, made grey, resized and inverted, so that they look like those a model was trained on.

Resizing is a pair of matrix products, ``R_rows image R_columns^T``, with the triangle filter: each new pixel is the
mean of the old ones around its centre, weighted linearly down to zero at a distance of one new or one old pixel,
whichever is larger. Enlarging, this is bilinear interpolation; shrinking, every old pixel counts, so that fine lines
fade instead of flickering. Grey is the luma of ITU-R BT.601, ``0.299 red + 0.587 green + 0.114 blue``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from fnn.arrays import Array, check_not_empty, describe
from fnn.errors import DtypeError, FileFormatError, HyperparameterError, ShapeError
from fnn.extras import require
from fnn.validate import function, height_and_width, shown

if TYPE_CHECKING:
    from PIL.Image import Image

Pixels: TypeAlias = NDArray[np.uint8]
"""Grey levels or colours, 0 to 255: (height, width) or (height, width, 3), with a batch axis in front for many."""

Mode: TypeAlias = Literal["grey", "rgb"]

Images = TypeVar("Images", bound=NDArray[np.uint8 | np.float32 | np.float64])


def read_image(path: str | os.PathLike[str], *, mode: Mode = "grey") -> Pixels:
    """Read an image file into (height, width), or (height, width, 3) for ``mode="rgb"``. Needs Pillow.

    A photo is turned upright as its camera noted, what is transparent becomes white paper, 16 bits become 8, and of
    an animation the first picture is taken. Raises FileFormatError where this is no image or a damaged one, and
    MissingExtraError without Pillow.

    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "tiny.pgm").write_bytes(b"P5 2 1 255 " + bytes([0, 200]))
    ...     read_image(Path(folder, "tiny.pgm"))
    array([[  0, 200]], dtype=uint8)
    """
    place = os.fspath(path)
    require("PIL.Image", "images", "reading image files", place)
    from PIL import Image, ImageOps

    if mode not in ("grey", "rgb"):
        raise HyperparameterError("read_image", "mode as 'grey' or 'rgb'", repr(mode))
    try:
        with Image.open(path) as picture:
            picture.load()
            upright = ImageOps.exif_transpose(picture)
            return np.array(_eight_bits(upright).convert("L" if mode == "grey" else "RGB"))
    except FileNotFoundError:
        raise FileFormatError(place, "an image file", "no such file", "Check the path.") from None
    except Exception as error:  # decoders of damaged files raise nearly everything, SyntaxError included
        hint = "Save it anew as PNG or JPEG, or take it out."
        raise FileFormatError(place, "a readable image", f"{type(error).__name__}: {error}", hint) from error


def _eight_bits(picture: Image) -> Image:
    """Return the picture without transparency and with 8 bits a channel, where Pillow's ``convert`` would clip."""
    from PIL import Image

    if picture.mode.startswith("I"):
        return Image.fromarray((np.asarray(picture).astype(np.int64).clip(0, 65535) // 257).astype(np.uint8))
    if picture.mode == "F":
        raise ValueError("floating-point grey levels, of which nobody knows the white")
    if picture.has_transparency_data:
        colours = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", colours.size, "white"), colours)
    return picture


def grey(image: Pixels) -> Pixels:
    """Return (height, width) grey levels of a (height, width, 3) image; a grey one is returned as it is.

    >>> grey(np.array([[[255, 0, 0], [0, 255, 0], [9, 9, 9]]], np.uint8))
    array([[ 76, 150,   9]], dtype=uint8)
    """
    check_pixels(image, "grey")
    if image.ndim == 2:
        return image
    if image.ndim != 3 or image.shape[2] != 3:
        raise ShapeError("grey", "an image of shape (height, width) or (height, width, 3)", f"shape {image.shape}")
    luma: NDArray[np.float64] = image @ np.array([0.299, 0.587, 0.114])
    return np.rint(luma).astype(np.uint8)


def resize(images: Images, size: tuple[int, int]) -> Images:
    """Return images of ``size`` (height, width), stretched if the proportions differ; the dtype is kept.

    Shapes: (batch, height, width) or (batch, height, width, channels). Raises ShapeError for another rank,
    DtypeError for another dtype than uint8, float32 and float64.

    >>> resize(np.array([[[0.0, 1.0, 2.0, 3.0]]]), (1, 2)).round(3)
    array([[[0.714, 2.286]]])
    """
    check_images(images, "resize")
    check_not_empty(images, "resize", "batch of images")
    height_and_width("resize", size)
    if images.shape[1:3] == tuple(size):
        return images
    dtype = np.float64 if images.dtype == np.float64 else np.float32
    rows, columns = (_triangle(new, old).astype(dtype) for new, old in zip(size, images.shape[1:3], strict=True))
    values: NDArray[Any] = images.astype(dtype, copy=False)
    planes = values if images.ndim == 3 else np.moveaxis(values, 3, 1)
    resized = rows @ planes @ columns.T
    return like(resized if images.ndim == 3 else np.moveaxis(resized, 1, 3), images)


def _triangle(new: int, old: int) -> NDArray[np.float64]:
    """The (new, old) matrix that resamples an axis; its rows sum to 1."""
    centres = (np.arange(new) + 0.5) * (old / new)
    distances = np.abs(np.arange(old) + 0.5 - centres[:, None])
    weights: NDArray[np.float64] = np.maximum(1 - distances / max(old / new, 1.0), 0)
    weights /= weights.sum(axis=1, keepdims=True)
    return weights


def like(values: NDArray[Any], images: Images) -> Images:
    """Return computed ``values`` in the dtype of ``images``, rounded where that is uint8."""
    if images.dtype == np.uint8:
        values = np.rint(values).clip(0, 255)
    return values.astype(images.dtype, copy=False)  # type: ignore[return-value]  # the type is told by its dtype


def check_pixels(image: object, place: str) -> None:
    """Refuse what is no array of bytes."""
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8:
        hint = "Bring it to 0 ... 255 and convert it: x.round().astype(np.uint8)."
        raise DtypeError(place, "an image as a uint8 array", describe(image), hint)


def check_images(images: object, place: str) -> None:
    """Refuse what is no batch of images.

    >>> check_images(np.zeros((5, 784)), "rotate")
    Traceback (most recent call last):
    fnn.errors.ShapeError: rotate: expected images of shape (batch, height, width) or \
(batch, height, width, channels), got shape (5, 784). Do this before flattening; or images.reshape(-1, 28, 28), say.
    """
    if not isinstance(images, np.ndarray) or images.dtype not in (np.uint8, np.float32, np.float64):
        expected = "images as an array of uint8, float32 or float64"
        raise DtypeError(place, expected, describe(images), "Convert them: images.astype(np.uint8), say.")
    if images.ndim not in (3, 4):
        hint = "Do this before flattening; or images.reshape(-1, 28, 28), say."
        if images.ndim == 2 and min(images.shape) > 1 and images.shape[1] < 2 * images.shape[0]:
            hint = "For a batch of one write image[None]."
        expected = "images of shape (batch, height, width) or (batch, height, width, channels)"
        raise ShapeError(place, expected, f"shape {images.shape}", hint)


def prepare_image(
    source: str | os.PathLike[str] | Pixels,
    *,
    size: tuple[int, int] = (28, 28),
    invert: bool | Literal["auto"],
    scale: Callable[[Array], Array] | None = None,
) -> Array:
    """Bring an image of one's own to what a model was trained on; return a float32 batch of one, (1, height, width).

    ``source`` is a file or a uint8 array. It is made grey, resized to ``size`` and, with ``invert``, turned from black
    on white into white on black. Then ``scale`` is applied: the very scaler of the training data (without one, the
    grey levels stay 0 to 255).

    MNIST and Fashion-MNIST show bright things on black, while photos and drawings mostly have a light background;
    such need ``invert=True``, and forgetting it is the common reason for nonsense predictions. ``"auto"`` inverts if
    the median of the outermost pixels is above 127, so it judges by the background at the border alone: right for a
    thing on a plain ground, a guess for a photo of a room. Nothing crops: let the thing fill a square picture first.

    Raises FileFormatError for a file that is no image, DtypeError for an array that is not uint8, ShapeError for one
    that is no single image.

    >>> paper = np.full((56, 56), 255, np.uint8)
    >>> paper[14:42, 14:42] = 0
    >>> image = prepare_image(paper, invert="auto", scale=lambda x: x / 255)
    >>> image.shape, float(image[0, 0, 0]), float(image[0, 14, 14])
    ((1, 28, 28), 0.0, 1.0)
    """
    choice: object = invert  # untyped callers hand over anything
    if not (isinstance(choice, bool) or (isinstance(choice, str) and choice == "auto")):
        raise HyperparameterError("prepare_image", "invert as True, False or 'auto'", shown(invert))
    height_and_width("prepare_image", size)
    if scale is not None:
        function("prepare_image", "Such as scaler.transform.", scale=scale)
    if isinstance(source, np.ndarray):
        check_pixels(source, "prepare_image")
        levels = grey(source)
    else:
        levels = read_image(source)
    small = resize(levels[None], size)[0]
    if invert is True or (invert == "auto" and _light_border(small)):
        small = 255 - small
    image: Array = small[None].astype(np.float32)
    return image if scale is None else scale(image)


def _light_border(image: Pixels) -> bool:
    inside = np.zeros(image.shape, np.bool_)
    inside[1:-1, 1:-1] = True
    return bool(np.median(image[~inside]) > 127)
