"""Saving: round trips by example, files that NumPy reads alone, and what is refused."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fnn import tree
from fnn.errors import DtypeError, FileFormatError, SaveError, StructureError
from fnn.io.load import load
from fnn.io.save import save
from tests.io.trees import Free, affine, counted, f32, norm, trees

RACE = """
import sys
import numpy as np
from fnn.io.save import save

for _ in range(100):
    save(sys.argv[1], {"a": np.full(10_000, float(sys.argv[2])), "b": np.full(10, float(sys.argv[2]))})
"""


@settings(deadline=None, max_examples=50)
@given(trees(), st.booleans())
def test_random_trees_come_back_bit_for_bit(tmp_path_factory: pytest.TempPathFactory, params: Any, pack: bool) -> None:
    path = tmp_path_factory.mktemp("a") / "tree.npz"
    save(path, params, compress=pack)
    back = load(path, params)
    native = tree.map(lambda leaf: leaf.astype(leaf.dtype.newbyteorder("=")), params)
    assert tree.equal(back, native)
    for leaf in tree.leaves(back):
        assert not leaf.flags.writeable
        assert leaf.flags.owndata
        assert leaf.flags.aligned
        assert leaf.flags.c_contiguous
        assert leaf.dtype.isnative


@settings(deadline=None, max_examples=20)
@given(trees())
def test_numpy_alone_reads_every_leaf(tmp_path_factory: pytest.TempPathFactory, params: Any) -> None:
    path = tmp_path_factory.mktemp("a") / "tree.npz"
    save(path, params)
    with np.load(path, allow_pickle=False) as file:
        found = {name: file[name] for name in file.files}
    text = found.pop("__fnn__").item()
    assert json.loads(text)["format"] == 1
    expected = {name or "array": leaf for name, leaf in tree.leaves_with_paths(params)}
    assert found.keys() == expected.keys()
    for name, leaf in expected.items():
        np.testing.assert_array_equal(found[name], leaf)


def test_nan_payloads_and_negative_zero_are_kept(tmp_path: Path) -> None:
    bits = np.array([0x7FC00001, 0xFFC12345, 0x80000000, 0x00000001], np.uint32).view(np.float32)
    save(tmp_path / "a", (bits,))
    assert load(tmp_path / "a", (bits,))[0].tobytes() == bits.tobytes()


def test_the_same_tree_gives_the_same_bytes(tmp_path: Path) -> None:
    for name, weight in [("a", f32(4, 3)), ("b", np.asfortranarray(f32(4, 3))), ("c", f32(4, 3).astype(">f4"))]:
        save(tmp_path / name, (weight, counted()), metadata={"x": 1})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() == (tmp_path / "c").read_bytes()


def test_the_path_is_taken_as_it_is(tmp_path: Path) -> None:
    save(str(tmp_path / "a"), affine())
    save(tmp_path / "b.npz", affine())
    assert sorted(os.listdir(tmp_path)) == ["a", "b.npz"]


def test_compression(tmp_path: Path) -> None:
    zeros = (np.zeros(100_000),)
    save(tmp_path / "a", zeros)
    save(tmp_path / "b", zeros, compress=True)
    assert (tmp_path / "a").stat().st_size > 800_000
    assert (tmp_path / "b").stat().st_size < 10_000
    assert tree.equal(load(tmp_path / "b", zeros), zeros)


def test_large_leaves_are_not_copied_whole(tmp_path: Path) -> None:
    large = (np.ones((3000, 2000), np.float64, order="F"),)
    tracemalloc.start()
    save(tmp_path / "a", large)
    saving = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    load(tmp_path / "a", large)
    loading = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert saving < large[0].nbytes / 3
    assert loading < large[0].nbytes * 1.2


def test_inputs_are_left_alone(tmp_path: Path) -> None:
    params = {"a": f32(3)}
    save(tmp_path / "a", params)
    assert load(tmp_path / "a", params)["a"] is not params["a"]
    assert params["a"].flags.writeable


@pytest.mark.parametrize(
    ("params", "error", "text"),
    [
        ((f32(2), [f32(2)]), StructureError, "1: expected an array, record, tuple, dict or None, got a list."),
        ({"a": np.array([{}])}, DtypeError, "a: expected an array of bool, integers or floats, got object."),
        ((np.zeros(2, complex),), DtypeError, "0: expected an array of bool, integers or floats, got complex128."),
        ((np.array(["a"]),), DtypeError, "0: expected an array of bool, integers or floats, got <U1."),
        ({"a\0": f32(1)}, StructureError, "tree: expected dict keys of at most 255 printable"),
        ({"x": {"a\\b": f32(1)}}, StructureError, "x: expected dict keys of at most 255 printable"),
        ({"\ud800": f32(1)}, StructureError, "tree: expected dict keys of at most 255 printable"),
        ({"__fnn__": f32(1)}, StructureError, "got '__fnn__'."),
        ({"a" * 256: f32(1)}, StructureError, "tree: expected dict keys of at most 255 printable"),
        ({"n": Free(None, None, {"f": print})}, StructureError, "n.value.f: expected a static value of None, bool"),
        (
            Free(None, None, "x" * (1 << 22)),
            FileFormatError,
            "expected a header of at most 4194304 characters, got 419",
        ),
    ],
)
def test_what_cannot_be_saved(tmp_path: Path, params: Any, error: type[Exception], text: str) -> None:
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(error) as caught:
        save(tmp_path / "a", params)
    assert text in str(caught.value)
    assert (tmp_path / "a").read_bytes() == b"old"


def test_metadata_that_is_not_json(tmp_path: Path) -> None:
    with pytest.raises(StructureError, match=r"^metadata.loss: expected a static value"):
        save(tmp_path / "a", norm(), metadata={"loss": np.float32(1)})  # type: ignore[dict-item]  # wrong on purpose


def test_a_disk_that_fills_in_the_middle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.npz"
    save(path, affine())
    old = path.read_bytes()
    for limit in range(0, 2000, 97):

        class Small(io.FileIO):
            def write(self, data: Any, limit: int = limit) -> int:
                if self.tell() + len(data) > limit:
                    raise OSError(28, "No space left on device")
                return super().write(data)

        monkeypatch.setattr("fnn.io.atomic.open", Small, raising=False)
        with pytest.raises(SaveError, match="expected room for the file, got No space left on device"):
            save(path, counted())
        monkeypatch.undo()
        assert os.listdir(tmp_path) == ["a.npz"]
        assert path.read_bytes() == old


def test_two_processes_saving_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    save(path, {"a": np.zeros(10_000), "b": np.zeros(10)})
    writers = [subprocess.Popen([sys.executable, "-c", RACE, str(path), number]) for number in ("1", "2")]
    while any(writer.poll() is None for writer in writers):
        back = load(path, {"a": np.zeros(10_000), "b": np.zeros(10)})
        assert np.unique(np.concatenate([back["a"], back["b"]])).size == 1
    assert [writer.returncode for writer in writers] == [0, 0]
    assert load(path, {"a": np.zeros(10_000), "b": np.zeros(10)})["b"][0] in (1.0, 2.0)
    assert os.listdir(tmp_path) == ["a.npz"]


def test_entries_are_found_by_zip_tools(tmp_path: Path) -> None:
    save(tmp_path / "a.npz", affine())
    with zipfile.ZipFile(tmp_path / "a.npz") as file:
        assert file.testzip() is None
        assert file.namelist() == ["__fnn__.npy", "weight.npy", "bias.npy"]
        assert {info.date_time for info in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
