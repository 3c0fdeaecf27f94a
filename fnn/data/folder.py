"""Images in one folder a class, the layout that needs no list of labels."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import attrs
import numpy as np

from fnn.arrays import IntArray
from fnn.data.images import Mode, Pixels, read_image, resize
from fnn.errors import DataError
from fnn.validate import height_and_width

SUFFIXES = frozenset(
    {".bmp", ".gif", ".jpeg", ".jpg", ".pbm", ".pgm", ".png", ".pnm", ".ppm", ".tif", ".tiff", ".webp"}
)
"""Endings, in lower case, of the files that count as images."""


@attrs.frozen(eq=False)
class ImageFolder:
    """Labelled images: (n, height, width) or (n, height, width, 3) uint8, and where each came from.

    ``skipped`` lists what lay there besides: files that are no images, and what was neither file nor class folder.
    """

    images: Pixels
    labels: IntArray
    class_names: tuple[str, ...]
    paths: tuple[Path, ...]
    skipped: tuple[Path, ...]


def read_image_folder(
    path: str | os.PathLike[str], *, size: tuple[int, int] | None = None, mode: Mode = "grey"
) -> ImageFolder:
    """Read ``path/<class>/<image file>``: each folder is a class, labelled 0, 1, … in the order of the folders' names.

    Classes and the files in them are sorted by name, character by character (so "10" stands before "9"): the result
    is the same on every machine. ``size`` (height, width) resizes all images; without it they must all be of one size.
    ``mode`` is "grey" or "rgb". Names that start with a dot are left out; so are files whose ending is not in
    `SUFFIXES`, files beside the class folders, and folders inside of them, but these are listed in ``skipped``.
    Needs Pillow.

    Raises DataError where there is no folder, no class in it, no image in a class, or images differ in size without
    ``size``; FileFormatError, with its name, for an image that cannot be read; MissingExtraError without Pillow.
    """
    root = Path(path)
    place = str(root)
    if size is not None:
        height_and_width("read_image_folder", size)
    if not root.is_dir():
        got = "a file" if root.exists() else "no such folder"
        raise DataError(place, "a folder with one folder a class", got, "Check the path.")
    entries = list(_visible(root))
    classes = [entry for entry in entries if entry.is_dir()]
    if not classes:
        hint = f"Put the images into {root / 'name of the class'}."
        raise DataError(place, "one folder a class", f"{len(entries)} files and no folder", hint)
    skipped = [entry for entry in entries if not entry.is_dir()]
    files: list[Path] = []
    labels: list[int] = []
    for label, folder in enumerate(classes):
        inside = list(_visible(folder))
        images = [file for file in inside if file.suffix.lower() in SUFFIXES and not file.is_dir()]
        if not images:
            hint = f"Add images or remove the folder. Endings that are read: {', '.join(sorted(SUFFIXES))}."
            raise DataError(str(folder), "at least one image", f"{len(inside)} other entries", hint)
        files += images
        labels += [label] * len(images)
        skipped += [file for file in inside if file not in images]
    return ImageFolder(
        _read_all(files, size, mode),
        np.array(labels, np.int64),
        tuple(folder.name for folder in classes),
        tuple(files),
        tuple(skipped),
    )


def _visible(folder: Path) -> Iterator[Path]:
    return (entry for entry in sorted(folder.iterdir(), key=lambda e: e.name) if not entry.name.startswith("."))


def _read_all(files: list[Path], size: tuple[int, int] | None, mode: Mode) -> Pixels:
    """Read into one array, made when the first image is known, so that nothing is held twice."""
    result: Pixels | None = None
    for i, file in enumerate(files):
        image = read_image(file, mode=mode)
        if size is not None:
            image = resize(image[None], size)[0]
        if result is None:
            result = np.empty((len(files), *image.shape), np.uint8)
        if image.shape != result.shape[1:]:
            expected, got = (f"{h} x {w} pixels" for h, w in (result.shape[1:3], image.shape[:2]))
            hint = f"Pass size={result.shape[1:3]}, say, and all are resized."
            raise DataError(str(file), f"{expected} (height x width), as in {files[0]}", got, hint)
        result[i] = image
    assert result is not None  # there is at least one file
    return result
