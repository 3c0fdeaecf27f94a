"""IDX files, the format of MNIST: one array of any rank, plain or compressed with gzip.

A header, and then the values in C order; every number has its most significant byte first:

    bytes 0, 1    zero
    byte 2        type: 08 ubyte, 09 byte, 0B short, 0C int, 0D float, 0E double
    byte 3        rank
    4 bytes an axis, its size
    values

Reference: LeCun, Cortes, Burges (1998), "The MNIST database of handwritten digits", section on the file formats.
"""

from __future__ import annotations

import gzip
import math
import os
import zlib
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from fnn.arrays import describe
from fnn.errors import DtypeError, FileFormatError

_DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_CODES = {np.dtype(dtype).newbyteorder("="): code for code, dtype in _DTYPES.items()}
_GZIP = b"\x1f\x8b"
_CHUNK = 1 << 20


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


def read_idx(path: str | os.PathLike[str]) -> NDArray[Any]:
    """Return the array of an IDX file, in native byte order; whether it is compressed is seen from its first bytes.

    Memory is taken as bytes arrive, so that a header that lies about its sizes costs nothing. Raises FileFormatError
    for a file that is missing, empty, truncated, longer than its header says, or of an unknown type.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_idx(f"{folder}/labels.gz", np.array([3, 1, 4], np.uint8))
    ...     read_idx(f"{folder}/labels.gz")
    array([3, 1, 4], dtype=uint8)
    """
    place = os.fspath(path)
    try:
        with open(path, "rb") as file:
            compressed = file.peek(2)[:2] == _GZIP
            return _parse(gzip.GzipFile(fileobj=file) if compressed else file, place)
    except FileNotFoundError:
        hint = f"Check the path; the working directory is {Path.cwd()}."
        raise FileFormatError(place, "an IDX file", "no such file", hint) from None
    except IsADirectoryError:
        raise FileFormatError(place, "an IDX file", "a folder", "Name a file in it.") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileFormatError(place, "a complete gzip file", str(error), "Fetch the file again.") from None


def write_idx(path: str | os.PathLike[str], values: NDArray[Any]) -> None:
    """Write an array as an IDX file, compressed if the name ends in ``.gz``; equal arrays give equal files.

    Raises DtypeError for a dtype other than uint8, int8, int16, int32, float32 and float64. The example is at
    `read_idx`.
    """
    data = idx_bytes(values)
    Path(path).write_bytes(gzip.compress(data, mtime=0) if os.fspath(path).endswith(".gz") else data)


def idx_bytes(values: NDArray[Any]) -> bytes:
    """Return the content of the IDX file of an array, uncompressed. It is the only one that holds this array.

    >>> idx_bytes(np.array([[1, 2]], np.int16)).hex(" ", 4)
    '00000b02 00000001 00000002 00010002'
    """
    given: object = values  # untyped callers hand over anything
    code = _CODES.get(given.dtype.newbyteorder("=")) if isinstance(given, np.ndarray) else None
    if code is None:
        expected = "an array of " + ", ".join(map(str, _CODES))
        raise DtypeError("write_idx", expected, describe(given), "Convert it: labels.astype(np.uint8), say.")
    header = bytes([0, 0, code, values.ndim]) + np.array(values.shape, ">u4").tobytes()
    return header + values.astype(_DTYPES[code]).tobytes()


def _parse(stream: _Stream, place: str) -> NDArray[Any]:
    magic = _read(stream, 4)
    if not magic:
        raise FileFormatError(place, "an IDX file", "an empty file", "Fetch the file again.")
    if magic[:2] != b"\0\0":
        hint = "Only the format of MNIST is read here."
        raise FileFormatError(place, "an IDX file, which starts with two zero bytes", magic.hex(" "), hint)
    sizes = _read(stream, 4 * magic[3]) if len(magic) == 4 else b""
    if len(magic) < 4 or len(sizes) < 4 * magic[3]:
        raise FileFormatError(place, "a complete IDX header", f"{len(magic + sizes)} bytes", "Fetch the file again.")
    if magic[2] not in _DTYPES:
        known = ", ".join(f"{code:02X}" for code in _DTYPES)
        raise FileFormatError(place, f"an IDX type out of {known}", f"{magic[2]:02X}")
    dtype = np.dtype(_DTYPES[magic[2]])
    shape = tuple(int(size) for size in np.frombuffer(sizes, ">u4"))
    count = math.prod(shape) * dtype.itemsize
    data = _read(stream, count + 1)
    if len(data) != count:
        got, hint = f"{len(data)}", "The file is truncated: fetch it again."
        if len(data) > count:
            got, hint = "more", "Something was appended, or the header is wrong."
        raise FileFormatError(place, f"{count} bytes of values, for {dtype.name} of shape {shape}", got, hint)
    try:
        values = np.frombuffer(data, dtype).reshape(shape)
    except ValueError as error:  # a rank that NumPy has not, or huge axes beside an empty one
        raise FileFormatError(place, "a shape that NumPy can hold", f"shape {shape}: {error}") from None
    return values.astype(dtype.newbyteorder("="), copy=False)


def _read(stream: _Stream, count: int) -> bytearray:
    """Return the next ``count`` bytes, or fewer at the end of the file, without believing ``count``."""
    data = bytearray()
    while len(data) < count:
        chunk = stream.read(min(_CHUNK, count - len(data)))
        if not chunk:
            break
        data += chunk
    return data
