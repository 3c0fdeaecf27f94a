"""Files that are not what they should be: each is refused with a text that says so, and none is ever unpickled."""

from __future__ import annotations

import io
import json
import pickle
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fnn import tree
from fnn.errors import FileFormatError
from fnn.io.inspect import inspect
from fnn.io.load import load
from fnn.io.save import save
from tests.io.trees import Affine, Counted, affine, counted, f32

AFFINE = {"record": "Affine", "parts": {"weight": {"array": "float32", "shape": [4, 3]}, "bias": None}}
WHOLE = {"format": 1, "fnn": "0", "tree": AFFINE, "metadata": {}}


class Trap:
    """Says so if it is unpickled."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return _spring, ()


sprung: list[bool] = []


def _spring() -> None:
    sprung.append(True)


def npy(array: Any) -> bytes:
    out = io.BytesIO()
    np.lib.format.write_array(out, np.asanyarray(array))
    return out.getvalue()


def raw_npy(header: str, data: bytes = b"") -> bytes:
    """An entry with any .npy header at all."""
    text = header.encode("latin1")
    return b"\x93NUMPY\x02\x00" + struct.pack("<I", len(text)) + text + data


def pack(path: Path, entries: list[tuple[str, bytes]], method: int = zipfile.ZIP_STORED) -> Path:
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", method) as file:
        warnings.simplefilter("ignore")  # of doubled names
        for name, data in entries:
            file.writestr(name, data)
    return path


def text_of(path: Path, like: Any = Affine) -> str:
    with pytest.raises(FileFormatError) as caught:
        load(path, like)
    assert not sprung
    return str(caught.value)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.npz"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "expected an .npz file, got an empty file. It was cut off while it was written, or never written."),
        (b"hello, world", "expected an .npz file, got a file that starts with b'hello, w'. It is no zip file."),
        (pickle.dumps(Trap()), "expected an .npz file, got a pickle. Pickles can run any code; fnn reads none."),
        (npy(np.zeros(2)), "expected an .npz file, got a single array in the .npy format. Read it with numpy.load."),
        (b"PK\x03\x04 and no more", "expected a whole .npz file, got BadZipFile: File is not a zip file. The file is"),
    ],
)
def test_files_of_another_kind(path: Path, content: bytes, text: str) -> None:
    path.write_bytes(content)
    assert text_of(path).startswith(f"{path}: {text}")
    with pytest.raises(FileFormatError):
        inspect(path)


@pytest.mark.parametrize(
    ("entries", "text"),
    [
        (
            [("a.npy", npy(np.array([Trap()])))],
            "expected a readable entry a, got ValueError: pickled objects, which can",
        ),
        (
            [("a.npy", npy(np.zeros(2))), ("a.npy", npy(np.zeros(2)))],
            "of different names that end in .npy, got a.npy twice",
        ),
        ([("notes.txt", b"x")], "expected entries of different names that end in .npy, got notes.txt."),
        ([("a.npy", b"x")], "expected a readable entry a, got ValueError: EOF"),
        ([("a.npy", npy(np.array(["x"])))], "got ValueError: dtype <U1, where only bool, integers and floats belong."),
        ([("a.npy", npy(np.zeros(2))[:-1])], "a, got ValueError: 15 bytes of data, where its shape needs 16."),
        ([("a.npy", npy(np.zeros(2)) + b"more")], "a, got ValueError: 20 bytes of data, where its shape needs 16."),
        (
            [("a.npy", raw_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000, 1000000000000)}"))],
            "got ValueError: 0 bytes of data, where its shape needs 4000000000000000000000000.",
        ),
        (
            [("a.npy", raw_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}"))],
            "got ValueError: shape (-1,)",
        ),
        ([("a.npy", raw_npy("(" * 9000))], "expected a readable entry a, got"),
        ([("a.npy", raw_npy(" " * 20_000))], "got ValueError: an .npy header of 20000 bytes, over the limit of 10000."),
        ([("a.npy", b"\x93NUMPY\x09\x00" + b" " * 100)], "got ValueError: .npy version (9, 0)"),
        (
            [("__fnn__.npy", npy(np.array("x" * 5_000_000)))],
            "expected a readable entry __fnn__, got ValueError: 5000000 characters, over the limit of 4194304",
        ),
        ([("__fnn__.npy", npy(np.array(["a", "b"])))], "__fnn__, got ValueError: 2 characters, over the limit"),
        ([("__fnn__.npy", npy(np.zeros(2)))], "a readable entry __fnn__, got ValueError: dtype float64"),
        (
            [("__fnn__.npy", raw_npy("{'descr': '<U1', 'fortran_order': False, 'shape': ()}", b"\xff\xff\xff\xff"))],
            "__fnn__",
        ),
    ],
)
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_bad_entries(path: Path, entries: list[tuple[str, bytes]], text: str, method: int) -> None:
    assert text in text_of(pack(path, entries, method))


def test_a_compression_that_numpy_does_not_use(path: Path) -> None:
    text = text_of(pack(path, [("a.npy", npy(np.zeros(2)))], zipfile.ZIP_BZIP2))
    assert "got ValueError: encrypted, or compressed in a way that NumPy does not use." in text


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("{", "expected a header that makes sense, got one that does not: JSONDecodeError"),
        ("[" * 100_000, "expected a header that makes sense, got one that does not: RecursionError"),
        ("[]", "expected a header that makes sense, got one that does not: TypeError"),
        ("{}", "expected a header that makes sense, got one that does not: KeyError: 'format'. The file is damaged."),
        ('{"format": "1"}', "expected a file of format 1, got format '1'"),
        ('{"format": true}', "expected a file of format 1, got format True"),
        ('{"format": 2}', "expected a file of format 1 or older, got format 2, written by fnn of a later version."),
        (json.dumps({**WHOLE, "tree": {"list": 2, "parts": {}}}), "ValueError: no kind of node: {'list': 2"),
        (
            json.dumps({**WHOLE, "tree": {"array": "nonsense", "shape": []}}),
            "ValueError: no dtype of arrays: 'nonsense'.",
        ),
        (json.dumps({**WHOLE, "tree": {"array": "float32", "shape": "x"}}), "ValueError: invalid literal for int()"),
        (json.dumps({**WHOLE, "tree": {"record": "Affine"}}), "KeyError: 'parts'"),
        (
            json.dumps({**WHOLE, "tree": {"tuple": 0, "parts": {}, "static": {"a": {"$b": 1}}}}),
            "a static value $b that",
        ),
        (json.dumps({**WHOLE, "metadata": 3}), "TypeError: 'int' object is not iterable"),
    ],
)
def test_bad_headers(path: Path, header: str, text: str) -> None:
    pack(path, [("__fnn__.npy", npy(np.array(header))), ("weight.npy", npy(f32(4, 3)))])
    assert text in text_of(path)
    with pytest.raises(FileFormatError):
        inspect(path)


def test_a_header_and_arrays_that_disagree(path: Path) -> None:
    pack(path, [("__fnn__.npy", npy(np.array(json.dumps(WHOLE)))), ("weight.npy", npy(f32(4, 3)))])
    assert tree.equal(load(path, Affine), Affine(f32(4, 3), None))
    pack(path, [("__fnn__.npy", npy(np.array(json.dumps(WHOLE)))), ("bias.npy", npy(f32(3)))])
    assert "got 2 differences: weight is missing; bias is unexpected." in text_of(path)
    pack(path, [("__fnn__.npy", npy(np.array(json.dumps(WHOLE)))), ("weight.npy", npy(f32(3, 4)))])
    assert "got 1 difference: weight has shape (3, 4), not (4, 3)." in text_of(path)
    pack(path, [("__fnn__.npy", npy(np.array(json.dumps(WHOLE)))), ("weight.npy", npy(np.zeros((4, 3))))])
    assert "got 1 difference: weight has dtype float64, not float32." in text_of(path)


def test_missing_and_unexpected_entries_are_listed_with_all_others(path: Path) -> None:
    save(path, (affine(), affine()))
    with zipfile.ZipFile(path) as file:
        entries = {info.filename: file.read(info) for info in file.infolist()}
    entries["extra.npy"] = entries.pop("0.bias.npy")
    pack(path, list(entries.items()))
    text = text_of(path, tuple[Affine, Counted])
    assert "got 3 differences: 1 is Affine, not Counted; 0.bias is missing; extra is unexpected." in text


def test_a_broken_checksum(path: Path) -> None:
    for compress in (False, True):
        save(path, affine(), compress=compress)
        content = path.read_bytes()
        with zipfile.ZipFile(path) as file:
            checksum = struct.pack("<I", file.getinfo("bias.npy").CRC)
        path.write_bytes(content.replace(checksum, b"\x01\x02\x03\x04"))
        assert "a readable entry bias, got BadZipFile: Bad CRC-32 for file 'bias.npy'." in text_of(path)


def test_sizes_that_the_file_cannot_hold(path: Path) -> None:
    for compress, claimed in [(False, 10**6), (True, 10**9)]:
        save(path, (np.zeros(1000),), compress=compress)
        with zipfile.ZipFile(path) as file:
            true = struct.pack("<I", file.getinfo("0.npy").file_size)
        path.write_bytes(path.read_bytes().replace(true, struct.pack("<I", claimed)))
        assert f"{claimed} bytes announced, which the file cannot hold." in text_of(path, (np.zeros(1000),))


def test_every_truncation_is_noticed(path: Path) -> None:
    save(path, affine())
    content = path.read_bytes()
    for length in range(0, len(content), 7):
        path.write_bytes(content[:length])
        text_of(path)


@settings(deadline=None, max_examples=50)
@given(st.data(), st.booleans())
def test_whatever_is_damaged_is_refused_or_harmless(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, compress: bool
) -> None:
    """A few bytes changed anywhere: never another exception, and never other numbers without one."""
    path = tmp_path_factory.mktemp("a") / "a.npz"
    save(path, counted(), compress=compress)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        back = load(path, counted())
    except FileFormatError:
        return
    assert tree.equal(back, counted())
