"""Looking into files, and bundles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fnn import tree
from fnn.data.scalers import MaxAbs, MinMax, Standardize
from fnn.errors import FileFormatError
from fnn.io.archive import Archive
from fnn.io.bundle import Bundle
from fnn.io.inspect import EntryInfo, inspect
from fnn.io.load import load
from fnn.io.save import save
from tests.io.trees import Affine, Norm, affine, counted, f32, norm


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.npz"


def test_the_table(path: Path) -> None:
    save(path, (Affine(f32(1000, 30), None), norm()), metadata={"epochs": 10, "loss": float("nan")})
    info = inspect(path)
    lines = str(info).splitlines()
    assert lines[0].startswith(f"{path}: a tuple of 2, format 1, by fnn ")
    assert lines[1:] == [
        "  0.weight  float32  (1000, 30)  120,000 bytes",
        "  1.gain    float32  (3,)             12 bytes",
        "  1.mean    float32  (3,)             12 bytes  buffer",
        "  3 arrays, 120,024 bytes",
        "  static 1.momentum = 0.1",
        "  metadata epochs = 10",
        "  metadata loss = nan",
    ]
    assert info.entries[2] == EntryInfo("1.mean", "float32", (3,), 12, "buffer")
    assert (info.format, info.record, info.nbytes) == (1, "a tuple of 2", 120_024)


def test_static_values(path: Path) -> None:
    save(path, counted())
    info = inspect(path)
    assert info.record == "Counted"
    assert info.statics == {
        "mode": "valid",
        "key": {"state": 2**64 - 5},
        "shape": (3, 4),
        "limits": {"low": -np.inf, "high": None},
        "_hidden": 7,
        "block.momentum": 0.1,
        "two.0.momentum": 0.1,
    }


def test_metadata_comes_back(path: Path) -> None:
    metadata: dict[str, Any] = {"loss": [0.1, 1e-300], "name": "ü", "best": None, "nested": {"$a": True, "b": (1, 2)}}
    save(path, affine(), metadata=metadata)
    assert inspect(path).metadata == metadata


def test_a_file_of_numpy_alone(path: Path) -> None:
    np.savez(path, a=np.zeros((2, 3)))
    info = inspect(path)
    assert (info.format, info.fnn, info.record, info.statics, info.metadata) == (None, None, None, {}, {})
    assert info.entries == (EntryInfo("a", "float64", (2, 3), 48, "unknown"),)
    assert str(info).splitlines()[0] == f"{path}: no header"


def test_arrays_are_not_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(path, affine())

    def refuse(self: Archive, path: str) -> None:
        raise AssertionError(path)

    monkeypatch.setattr(Archive, "read", refuse)
    assert len(inspect(path).entries) == 2


@pytest.mark.parametrize(
    "scaler", [None, MaxAbs(f32(4)), MinMax(f32(4), f32(4) + 1, (-1.0, 1.0)), Standardize(f32(4), f32(4))]
)
def test_bundles(path: Path, scaler: MaxAbs | MinMax | Standardize | None) -> None:
    bundle = Bundle(affine(), scaler, ("cat", "dog"), {"image_size": (28, 28), "rate": 0.1})
    save(path, bundle)
    back = load(path, Bundle[Affine])
    assert tree.equal(back, bundle)
    assert type(back.scaler) is type(scaler)
    assert (back.class_names, back.config) == (("cat", "dog"), {"image_size": (28, 28), "rate": 0.1})
    with pytest.raises(
        FileFormatError, match=r"expected Bundle\[Norm\], got 1 difference: params is Affine, not Norm\."
    ):
        load(path, Bundle[Norm])
