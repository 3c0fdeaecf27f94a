"""Saving trees as .npz files that anyone with NumPy can read."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fnn import tree as trees
from fnn.arrays import describe
from fnn.errors import StructureError
from fnn.io.archive import BARE, KEY
from fnn.io.atomic import atomic_write
from fnn.io.header import Header, dump, schema
from fnn.io.values import JSON

_CHUNK = 1 << 22


def save(
    path: str | os.PathLike[str],
    tree: object,
    *,
    metadata: Mapping[str, JSON] | None = None,
    compress: bool = False,
) -> None:
    """Write a tree to an .npz file, without pickle: ``numpy.load(path)["hidden.weight"]`` reads a leaf anywhere.

    The tree may be of records, tuples, dicts and None; its leaves of bool, integers and floats of any kind. Static
    fields may hold None, bool, int, float, str, tuples, lists, dicts, enums and attrs classes of these (such as Key).
    ``metadata`` is stored as well, and read by `fnn.inspect`. ``path`` is taken as it is: no suffix is added.
    The same tree gives the same bytes. At every instant the old file or the new one is at ``path`` (`atomic_write`).

    Raises StructureError or DtypeError, with the path, for what cannot be saved; SaveError, an OSError, if the
    directory is missing, permission is denied or the disk is full.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(folder + "/a.npz", {"first": np.arange(3.0)})
    ...     with np.load(folder + "/a.npz") as file:
    ...         file["first"]
    array([0., 1., 2.])
    """
    given: object = metadata  # untyped callers hand over anything
    if given is not None and not isinstance(given, Mapping):
        hint = 'Such as {"note": "before training"}.'
        raise StructureError("metadata", "a dict of values by name", describe(given), hint)
    header = dump(Header(schema(tree), metadata or {}, _version()), os.fspath(path))
    method = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    entries: Iterable[tuple[str, NDArray[Any]]] = trees.leaves_with_paths(tree)
    with atomic_write(path) as raw, zipfile.ZipFile(raw, "w", method) as file:
        _write(file, KEY, np.array(header), method)
        for name, leaf in entries:
            _write(file, name or BARE, leaf, method)


def _write(file: zipfile.ZipFile, name: str, array: NDArray[Any], method: int) -> None:
    """Write one entry in C order, little-endian, a few megabytes at a time."""
    info = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))  # a fixed time, for the same bytes
    info.compress_type = method
    info.file_size = array.nbytes + 1024  # lets zipfile choose 64-bit sizes where they are needed
    dtype = array.dtype.newbyteorder("<")
    content: dict[str, Any] = {"descr": dtype.str, "fortran_order": False, "shape": array.shape}
    with file.open(info, "w") as stream:
        np.lib.format.write_array_header_1_0(stream, content)
        for part in _parts(array, dtype):
            stream.write(part.tobytes())


def _parts(array: NDArray[Any], dtype: np.dtype[Any]) -> Iterator[NDArray[Any]]:
    yield from np.nditer(
        array,
        flags=["external_loop", "buffered", "zerosize_ok"],
        op_dtypes=[dtype],
        casting="equiv",
        buffersize=max(1, _CHUNK // dtype.itemsize),
        order="C",
    )


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version  # slow to import

    try:
        return version("fnn")
    except PackageNotFoundError:
        return "unknown"
