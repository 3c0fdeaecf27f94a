"""Fashion-MNIST: where it is looked for, how it is fetched and checked. Small stand-ins; the real one if installed."""

import gzip
import hashlib
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from fnn.data import fashion
from fnn.data.fashion import CLASS_NAMES, fashion_mnist
from fnn.data.idx import idx_bytes, read_idx
from fnn.errors import DataError, FileFormatError, MissingExtraError
from tests.fashion import fashion_or_skip

CONTENT: dict[str, NDArray[np.uint8]] = {
    "train-images-idx3-ubyte": np.arange(12, dtype=np.uint8).reshape(3, 2, 2),
    "train-labels-idx1-ubyte": np.array([0, 9, 5], np.uint8),
    "t10k-images-idx3-ubyte": np.arange(8, dtype=np.uint8).reshape(2, 2, 2),
    "t10k-labels-idx1-ubyte": np.array([3, 1], np.uint8),
}
REAL = dict(fashion._SHA256)


@pytest.fixture(autouse=True)
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the four small arrays be Fashion-MNIST, and nothing be installed."""
    hashes = {name: hashlib.sha256(idx_bytes(values)).hexdigest() for name, values in CONTENT.items()}
    monkeypatch.setattr(fashion, "_SHA256", hashes)
    monkeypatch.setattr(fashion, "DEBIAN", tmp_path / "debian")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def put(folder: Path, *, compressed: bool = True) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in CONTENT.items():
        data = idx_bytes(values)
        (folder / (f"{name}.gz" if compressed else name)).write_bytes(gzip.compress(data, 1) if compressed else data)
    return folder


@pytest.mark.parametrize("compressed", [True, False])
def test_reads_a_folder(tmp_path: Path, compressed: bool) -> None:
    data = fashion_mnist(put(tmp_path / "mine", compressed=compressed))
    np.testing.assert_array_equal(data.train_images, CONTENT["train-images-idx3-ubyte"])
    np.testing.assert_array_equal(data.test_images, CONTENT["t10k-images-idx3-ubyte"])
    assert (data.train_labels.tolist(), data.test_labels.tolist()) == ([0, 9, 5], [3, 1])
    assert data.train_labels.dtype == np.int64
    assert data.class_names[9] == "Ankle boot"


def test_arrays_are_read_only(tmp_path: Path) -> None:
    data = fashion_mnist(put(tmp_path))
    for array in (data.train_images, data.train_labels, data.test_images, data.test_labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


@pytest.mark.parametrize("place", ["debian", "cache/fnn/fashion-mnist"])
def test_finds_debians_folder_and_the_cache(tmp_path: Path, place: str) -> None:
    put(tmp_path / place)
    assert fashion_mnist().test_labels.tolist() == [3, 1]


def test_debian_comes_before_the_cache(tmp_path: Path) -> None:
    put(tmp_path / "debian")
    (put(tmp_path / "cache/fnn/fashion-mnist") / "t10k-labels-idx1-ubyte.gz").write_bytes(b"damaged")
    assert fashion_mnist().test_labels.tolist() == [3, 1]


def test_a_given_folder_is_the_only_place(tmp_path: Path) -> None:
    put(tmp_path / "debian")
    (tmp_path / "mine").mkdir()
    with pytest.raises(DataError, match=r"not all of them in .*mine"):
        fashion_mnist(tmp_path / "mine")


def test_nothing_found_names_three_ways(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        fashion_mnist()
    assert caught.value.got == f"not all of them in {tmp_path}/debian or {tmp_path}/cache/fnn/fashion-mnist"
    for way in ("apt-get install dataset-fashion-mnist", 'pip install "fnn[download]"', "fashion_mnist(folder)"):
        assert way in caught.value.hint


def test_other_content_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path) / "t10k-labels-idx1-ubyte.gz"
    path.write_bytes(gzip.compress(idx_bytes(np.array([3, 2], np.uint8))))
    with pytest.raises(FileFormatError) as caught:
        fashion_mnist(tmp_path)
    digest = hashlib.sha256(idx_bytes(CONTENT[path.stem])).hexdigest()
    assert caught.value.place == str(path)
    assert caught.value.expected == f"t10k-labels-idx1-ubyte of Fashion-MNIST, SHA-256 {digest}"
    assert "delete it and fetch it again" in caught.value.hint


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Serve a folder on this machine in place of Zalando's server."""
    folder = put(tmp_path / "served")

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name in the base class
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setattr(fashion, "URL", f"http://127.0.0.1:{http.server_port}")
    yield folder
    http.shutdown()
    thread.join()
    http.server_close()


def test_downloads_once(tmp_path: Path, server: Path) -> None:
    assert fashion_mnist(download=True).test_labels.tolist() == [3, 1]
    cache = tmp_path / "cache/fnn/fashion-mnist"
    assert sorted(path.name for path in cache.iterdir()) == sorted(f"{name}.gz" for name in CONTENT)
    for path in server.iterdir():
        path.unlink()
    assert fashion_mnist(download=True).test_labels.tolist() == [3, 1]


def test_downloads_what_a_given_folder_lacks(tmp_path: Path, server: Path) -> None:
    mine = put(tmp_path / "mine", compressed=False)
    (mine / "t10k-labels-idx1-ubyte").unlink()
    (server / "train-images-idx3-ubyte.gz").unlink()
    assert fashion_mnist(mine, download=True).test_labels.tolist() == [3, 1]
    assert read_idx(mine / "t10k-labels-idx1-ubyte.gz").tolist() == [3, 1]


def test_a_bad_download_leaves_nothing(tmp_path: Path, server: Path) -> None:
    (server / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(b"<html>"))
    with pytest.raises(FileFormatError, match="expected an IDX file"):
        fashion_mnist(tmp_path / "mine", download=True)
    assert list((tmp_path / "mine").iterdir()) == []


def test_server_without_the_file(tmp_path: Path, server: Path) -> None:
    (server / "train-images-idx3-ubyte.gz").unlink()
    with pytest.raises(DataError, match=r"expected a download from http://127.*, got 404"):
        fashion_mnist(tmp_path / "mine", download=True)
    assert list((tmp_path / "mine").iterdir()) == []


def test_download_without_pooch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(MissingExtraError, match=r'expected pooch, .* pip install "fnn\[download\]"'):
        fashion_mnist(download=True)


def test_class_names_and_hashes() -> None:
    assert len(CLASS_NAMES) == 10
    starts = ["c59f468a2f672dc8", "bad3541b69d91243", "5b4141f0afbad91e", "0402a96d92fd2663"]
    assert [digest[:16] for digest in REAL.values()] == starts


def test_the_real_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    data = fashion_or_skip()
    assert (data.train_images.shape, data.test_images.shape) == ((60000, 28, 28), (10000, 28, 28))
    assert np.bincount(data.train_labels).tolist() == [6000] * 10
    assert np.bincount(data.test_labels).tolist() == [1000] * 10
