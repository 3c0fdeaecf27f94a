"""Looking into a saved file without loading its arrays."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import attrs

from fnn.io.archive import BARE, open_archive
from fnn.io.header import Branch, Header, Node, leaves, parse
from fnn.io.values import JSON, decode
from fnn.tree.walk import join


@attrs.frozen
class EntryInfo:
    """One array: its path, dtype, shape, bytes in memory, and whether it is trained or a buffer.

    The kind is "unknown" in a file that fnn did not write.
    """

    path: str
    dtype: str
    shape: tuple[int, ...]
    nbytes: int
    kind: Literal["trained", "buffer", "unknown"]


@attrs.frozen
class FileInfo:
    """What a file holds; printing it gives a table.

    ``format``, ``fnn`` (the version that wrote it) and ``record`` (the class, or what else the tree is) are None if
    fnn did not write it. ``statics`` are the static fields by path; records among their values appear as dicts.
    """

    path: str
    format: int | None
    fnn: str | None
    record: str | None
    entries: tuple[EntryInfo, ...]
    statics: Mapping[str, Any]
    metadata: Mapping[str, Any]

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return sum(entry.nbytes for entry in self.entries)

    def __str__(self) -> str:
        origin = "no header" if self.format is None else f"{self.record}, format {self.format}, by fnn {self.fnn}"
        rows = [(e.path, e.dtype, str(e.shape), f"{e.nbytes:,} bytes", e.kind) for e in self.entries]
        widths = [max((len(row[i]) for row in rows), default=0) for i in range(4)]
        lines = [f"{self.path}: {origin}"]
        for *cells, size, kind in rows:
            left = "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=False))
            lines.append(f"  {left}  {size.rjust(widths[3])}" + ("" if kind == "trained" else f"  {kind}"))
        count = len(rows)
        lines.append(f"  {count} array{'s' * (count != 1)}, {self.nbytes:,} bytes")
        lines += [f"  static {path} = {value!r}" for path, value in self.statics.items()]
        lines += [f"  metadata {name} = {value!r}" for name, value in self.metadata.items()]
        return "\n".join(lines)


def inspect(path: str | os.PathLike[str]) -> FileInfo:
    """Return what a file holds; reads headers only, so it takes no time and no memory for large files.

    Raises FileFormatError for a file that is damaged or no .npz, FileNotFoundError as ``open`` does.

    >>> import fnn, tempfile
    >>> from fnn.io.save import save
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(folder + "/dense.npz", fnn.dense(4, 3).init(fnn.Key(0)), metadata={"epochs": 10})
    ...     print(inspect(folder + "/dense.npz"))
    /...dense.npz: Dense, format 1, by fnn ...
      weight  float32  (4, 3)  48 bytes
      bias    float32  (3,)    12 bytes
      2 arrays, 60 bytes
      metadata epochs = 10
    """
    with open_archive(path) as archive:
        header = None if archive.header is None else parse(archive.header, archive.place)
        buffers = {} if header is None else {name or BARE: leaf.buffer for name, leaf in leaves(header.tree)}
        kinds: dict[bool | None, Literal["trained", "buffer", "unknown"]]
        kinds = {True: "buffer", False: "trained", None: "unknown"}
        entries = tuple(
            EntryInfo(name, entry.dtype.name, entry.shape, entry.nbytes, kinds[buffers.get(name)])
            for name, entry in archive.entries.items()
        )
        return _info(archive.place, header, entries)


def _info(place: str, header: Header | None, entries: tuple[EntryInfo, ...]) -> FileInfo:
    if header is None:
        return FileInfo(place, None, None, None, entries, {}, {})
    statics = {path: decode(value) for path, value in _statics(header.tree, "")}
    return FileInfo(place, header.format, header.fnn, str(header.tree), entries, statics, header.metadata)


def _statics(node: Node, path: str) -> Iterator[tuple[str, JSON]]:
    if isinstance(node, Branch):
        for name, value in node.statics.items():
            yield join(path, name), value
        for name, part in node.parts.items():
            yield from _statics(part, join(path, name))
