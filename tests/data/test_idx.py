"""IDX files: exact bytes, every dtype, and files that lie or break off."""

import gzip
import struct
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from fnn.data.idx import idx_bytes, read_idx, write_idx
from fnn.errors import DtypeError, FileFormatError

DTYPES = [np.uint8, np.int8, np.int16, np.int32, np.float32, np.float64]
TWO = bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, 9])  # the array [7, 9]


def file(folder: Path, content: bytes) -> Path:
    path = folder / "values.idx"
    path.write_bytes(content)
    return path


def test_reads_bytes_written_by_hand(tmp_path: Path) -> None:
    content = bytes([0, 0, 0x0B, 2]) + struct.pack(">II3h", 1, 3, -2, 256, 7)
    values = read_idx(file(tmp_path, content))
    assert values.tolist() == [[-2, 256, 7]]
    assert values.dtype == np.int16
    assert values.dtype.isnative


def test_writes_the_same_bytes() -> None:
    assert idx_bytes(np.array([7, 9], np.uint8)) == TWO


@settings(deadline=None, max_examples=50)
@given(st.data(), st.sampled_from(DTYPES), st.booleans(), st.sampled_from(["x", "x.gz"]))
def test_round_trip(data: st.DataObject, dtype: Any, swapped: bool, name: str) -> None:
    shapes = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
    values: NDArray[Any] = data.draw(hnp.arrays(np.dtype(dtype).newbyteorder("S" if swapped else "="), shapes))
    with tempfile.TemporaryDirectory() as folder:
        write_idx(Path(folder, name), values)
        back = read_idx(Path(folder, name))
        assert (Path(folder, name).read_bytes()[:2] == b"\x1f\x8b") == (name == "x.gz")
    assert back.dtype == dtype
    assert back.shape == values.shape
    np.testing.assert_array_equal(back, values)


def test_compression_is_seen_from_the_content_and_not_the_name(tmp_path: Path) -> None:
    assert read_idx(file(tmp_path, gzip.compress(TWO))).tolist() == [7, 9]


def test_equal_arrays_give_equal_compressed_files(tmp_path: Path) -> None:
    for name in ("a.gz", "b.gz"):
        write_idx(tmp_path / name, np.arange(5, dtype=np.int32))
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
    assert (tmp_path / "a.gz").read_bytes()[4:8] == bytes(4)  # no time of day in the header of gzip


def test_result_is_writable(tmp_path: Path) -> None:
    values = read_idx(file(tmp_path, TWO))
    values[0] = 1
    assert values.tolist() == [1, 9]


@pytest.mark.parametrize(
    ("content", "expected", "got"),
    [
        (b"", "an IDX file", "an empty file"),
        (b"\x89PNG\r\n", "an IDX file, which starts with two zero bytes", "89 50 4e 47"),
        (b"\0\0\x08", "a complete IDX header", "3 bytes"),
        (TWO[:6], "a complete IDX header", "6 bytes"),
        (b"\0\0\x07\x00", "an IDX type out of 08, 09, 0B, 0C, 0D, 0E", "07"),
        (TWO[:-1], "2 bytes of values, for uint8 of shape (2,)", "1"),
        (TWO + b"!", "2 bytes of values, for uint8 of shape (2,)", "more"),
        (gzip.compress(TWO, mtime=0)[:-9], "a complete gzip file", "Compressed file ended before"),
        (gzip.compress(TWO, mtime=0) + b"junk", "a complete gzip file", "Not a gzipped file"),
        (gzip.compress(b"", mtime=0), "an IDX file", "an empty file"),
        (b"\0\0\x08\x41" + bytes(4 * 0x41), "a shape that NumPy can hold", "maximum supported dimension"),
    ],
)
def test_bad_files(tmp_path: Path, content: bytes, expected: str, got: str) -> None:
    path = file(tmp_path, content)
    with pytest.raises(FileFormatError) as caught:
        read_idx(path)
    assert caught.value.place == str(path)
    assert caught.value.expected == expected
    assert got in caught.value.got


def test_an_empty_axis_makes_a_huge_one_harmless(tmp_path: Path) -> None:
    assert read_idx(file(tmp_path, b"\0\0\x08\x02" + struct.pack(">II", 0, 2**32 - 1))).shape == (0, 2**32 - 1)
    with pytest.raises(FileFormatError, match="a shape that NumPy can hold"):
        read_idx(file(tmp_path, b"\0\0\x08\x04" + struct.pack(">IIII", 0, *[2**32 - 1] * 3)))


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_header_that_claims_too_much_takes_no_memory(tmp_path: Path, compress: Any) -> None:
    content = b"\0\0\x0e\x03" + struct.pack(">III", 2**32 - 1, 2**32 - 1, 2**32 - 1) + b"12345678"
    with pytest.raises(FileFormatError, match="The file is truncated") as caught:
        read_idx(file(tmp_path, compress(content)))
    assert caught.value.got == "8"


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"absent: expected an IDX file, got no such file. Check the path"):
        read_idx(tmp_path / "absent")
    with pytest.raises(FileFormatError, match="got a folder"):
        read_idx(tmp_path)


def test_what_is_no_array_is_refused() -> None:
    with pytest.raises(DtypeError, match=r"^write_idx: expected an array of uint8, .*, got a list"):
        idx_bytes([1, 2])  # type: ignore[arg-type]  # wrong on purpose


def test_other_dtypes_are_refused() -> None:
    with pytest.raises(DtypeError) as caught:
        idx_bytes(np.arange(3, dtype=np.int64))
    assert str(caught.value) == (
        "write_idx: expected an array of uint8, int8, int16, int32, float32, float64, got int64 of shape (3,). "
        "Convert it: labels.astype(np.uint8), say."
    )
