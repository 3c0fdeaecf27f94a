"""Reading .npz files without trust: nothing is unpickled, and no size is believed that the file could not hold."""

from __future__ import annotations

import errno
import io
import os
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any

import attrs
import numpy as np
from numpy.typing import NDArray

from fnn.arrays import freeze
from fnn.errors import FileFormatError, FnnError
from fnn.io.header import LIMIT

KEY = "__fnn__"
"""The entry that holds the header."""

BARE = "array"
"""The entry of a tree that is one bare array, whose path is empty."""

_DAMAGED = "The file is damaged, or was not written by fnn or NumPy."
_DENSEST = 1032  # deflate cannot shrink anything by more (zlib, technical details)
_NPY_LIMIT = 10_000  # as in NumPy: its headers are Python literals, and long ones slow to read
_CHUNK = 1 << 20


@attrs.frozen
class Entry:
    """An array in the file, as its own .npy header tells it; ``start`` is where its numbers begin."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    fortran: bool
    start: int
    info: zipfile.ZipInfo

    @property
    def nbytes(self) -> int:
        """The bytes that the array takes in memory."""
        count = self.dtype.itemsize
        for size in self.shape:  # in Python's integers, which do not overflow
            count *= size
        return count


@attrs.frozen
class Archive:
    """An open .npz file: its entries by path, and the text of its header, or None if fnn did not write it."""

    place: str
    entries: Mapping[str, Entry]
    header: str | None
    file: zipfile.ZipFile

    def read(self, path: str) -> NDArray[Any]:
        """Read one array: its own memory, in C order and native byte order, read-only."""
        name = path or BARE
        with _blaming(self.place, name):
            return freeze(_read(self.file, self.entries[name]))


@contextmanager
def open_archive(path: str | os.PathLike[str]) -> Iterator[Archive]:
    """Open a file and read the headers of its entries; raise FileFormatError if it is no sound .npz file."""
    place = os.fspath(path)
    with open(path, "rb") as raw:
        _check_start(raw.read(8), place)
        with _blaming(place):
            file = zipfile.ZipFile(raw)
        with file:
            entries: dict[str, Entry] = {}
            size = os.fstat(raw.fileno()).st_size
            for info in file.infolist():
                name = info.filename.removesuffix(".npy")
                if name in entries or name == info.filename:
                    got = f"{info.filename} twice" if name in entries else info.filename
                    raise FileFormatError(place, "entries of different names that end in .npy", got, _DAMAGED)
                with _blaming(place, name):
                    _check_sizes(info, size)
                    entries[name] = _entry(file, info)
                    _check_entry(name, entries[name])
            header = None
            if KEY in entries:
                with _blaming(place, KEY):
                    header = str(_read(file, entries.pop(KEY)).item())
            yield Archive(place, entries, header, file)


@contextmanager
def _blaming(place: str, entry: str = "") -> Iterator[None]:
    """Say of whatever goes wrong inside that the file is to blame: zipfile and NumPy raise a dozen kinds of errors."""
    try:
        yield
    except Exception as error:
        if isinstance(error, FnnError | MemoryError) or (isinstance(error, OSError) and error.errno != errno.EINVAL):
            raise  # a disk that fails; EINVAL comes from offsets that make no sense
        expected = f"a readable entry {entry}" if entry else "a whole .npz file"
        got = f"{type(error).__name__}: {error}".rstrip(": .")
        raise FileFormatError(place, expected, got, _DAMAGED) from error


def _check_start(start: bytes, place: str) -> None:
    if start.startswith(b"PK"):
        return
    if not start:
        got, hint = "an empty file", "It was cut off while it was written, or never written."
    elif start.startswith(b"\x93NUMPY"):
        got, hint = "a single array in the .npy format", "Read it with numpy.load."
    elif start[0] == 0x80:
        got, hint = "a pickle", "Pickles can run any code; fnn reads none. Save the parameters with fnn.save."
    else:
        got, hint = f"a file that starts with {start!r}", "It is no zip file."
    raise FileFormatError(place, "an .npz file", got, hint)


def _check_sizes(info: zipfile.ZipInfo, size: int) -> None:
    """Refuse sizes that cannot be true, before memory is taken for them."""
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & 1:
        raise ValueError("encrypted, or compressed in a way that NumPy does not use")
    least, most = (1, 1) if info.compress_type == zipfile.ZIP_STORED else (0, _DENSEST)
    possible = least * info.compress_size <= info.file_size <= most * info.compress_size
    if not possible or info.header_offset + info.compress_size > size:
        raise ValueError(f"{info.file_size} bytes announced, which the file cannot hold")


def _check_entry(name: str, entry: Entry) -> None:
    """Refuse arrays that are not numbers, and sizes that disagree."""
    if entry.dtype.hasobject:
        raise ValueError("pickled objects, which can run any code and are not read")
    if entry.dtype.kind not in ("U" if name == KEY else "biuf"):
        raise ValueError(f"dtype {entry.dtype}, where only bool, integers and floats belong")
    if entry.start + entry.nbytes != entry.info.file_size:
        raise ValueError(f"{entry.info.file_size - entry.start} bytes of data, where its shape needs {entry.nbytes}")
    if name == KEY and (entry.nbytes > 4 * LIMIT or entry.shape):
        raise ValueError(f"{entry.nbytes // 4} characters, over the limit of {LIMIT}, or in several strings")


def _entry(file: zipfile.ZipFile, info: zipfile.ZipInfo) -> Entry:
    """Read the .npy header of one entry, which is bounded; never the numbers after it."""
    with file.open(info) as stream:
        version = np.lib.format.read_magic(stream)
        width = {(1, 0): 2, (2, 0): 4}.get(version)
        if width is None:
            raise ValueError(f".npy version {version}")
        head = stream.read(width)
        length = int.from_bytes(head, "little")
        if length > _NPY_LIMIT:
            raise ValueError(f"an .npy header of {length} bytes, over the limit of {_NPY_LIMIT}")
        text = io.BytesIO(head + stream.read(length))
        reader = np.lib.format.read_array_header_1_0 if width == 2 else np.lib.format.read_array_header_2_0
        shape, fortran, dtype = reader(text, max_header_size=_NPY_LIMIT)
        if any(size < 0 for size in shape):
            raise ValueError(f"shape {shape}")
        return Entry(dtype, shape, fortran, np.lib.format.MAGIC_LEN + width + length, info)


def _read(file: zipfile.ZipFile, entry: Entry) -> NDArray[Any]:
    array: NDArray[Any] = np.empty(entry.shape, entry.dtype, order="F" if entry.fortran else "C")
    flat = (array.T if entry.fortran else array).reshape(-1).view(np.uint8)  # a view: through it the array is filled
    with file.open(entry.info) as stream:
        _exactly(stream, entry.start)  # no seek: newer versions of zipfile then leave the checksum out
        for at in range(0, flat.size, _CHUNK):
            part = flat[at : at + _CHUNK]
            part[:] = np.frombuffer(_exactly(stream, part.size), np.uint8)
    if entry.fortran or not entry.dtype.isnative:
        return np.array(array, entry.dtype.newbyteorder("="), order="C")
    return array


def _exactly(stream: IO[bytes], count: int) -> bytes:
    data = stream.read(count)
    if len(data) != count:
        raise EOFError("the data end too early")
    return data
