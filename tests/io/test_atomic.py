"""Writing in one move, when all goes well and when it does not."""

from __future__ import annotations

import copy
import errno
import os
import pickle
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fnn.errors import SaveError, ShapeError
from fnn.io.atomic import atomic_write

FULL = """
import resource, signal, sys
import numpy as np
from fnn.errors import SaveError
from fnn.io.save import save

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
for compress in (False, True):
    try:
        save(sys.argv[1], (np.random.default_rng(0).random(100_000),), compress=compress)
    except SaveError as error:
        print(error.errno, error)
"""


def write(path: Path, content: bytes) -> None:
    with atomic_write(path) as file:
        file.write(content)


def write_then(path: Path, error: BaseException | None) -> None:
    with atomic_write(path) as file:
        file.write(b"new")
        if error is not None:
            raise error


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_new_content_appears_only_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write(path, b"old")
    with atomic_write(path) as file:
        file.write(b"new and longer")
        file.flush()
        assert path.read_bytes() == b"old"
        hidden = [name for name in names(tmp_path) if name != "a"]
        assert len(hidden) == 1
        assert hidden[0].startswith(".fnn-")
    assert path.read_bytes() == b"new and longer"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), ShapeError("a", "b", "c")])
def test_an_exception_keeps_the_old_file_and_passes_unchanged(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "a"
    write(path, b"old")
    with pytest.raises(type(error)) as caught:
        write_then(path, error)
    assert caught.value is error
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


def test_the_file_is_brought_to_the_disk_before_it_is_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    fsync, replace = os.fsync, os.replace

    def note_fsync(handle: int) -> None:
        calls.append("directory" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        fsync(handle)

    def note_replace(source: Any, target: Any) -> None:
        calls.append("replace")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(os, "replace", note_replace)
    write(tmp_path / "a", b"x")
    assert calls == ["file", "replace", "directory"]


def test_permissions(tmp_path: Path) -> None:
    old, new, private = tmp_path / "old", tmp_path / "new", tmp_path / "private"
    mask = os.umask(0o027)
    try:
        old.touch()
        write(new, b"x")
        private.touch()
        private.chmod(0o604)
        write(private, b"x")
    finally:
        os.umask(mask)
    assert new.stat().st_mode == old.stat().st_mode
    assert stat.S_IMODE(new.stat().st_mode) == 0o640
    assert stat.S_IMODE(private.stat().st_mode) == 0o604


def test_a_link_stays_and_its_target_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    target, link, dangling = tmp_path / "runs" / "7", tmp_path / "best", tmp_path / "next"
    target.write_bytes(b"old")
    link.symlink_to("runs/7")
    dangling.symlink_to("runs/8")
    write(link, b"new")
    write(dangling, b"first")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert (tmp_path / "runs" / "8").read_bytes() == b"first"
    assert names(tmp_path / "runs") == ["7", "8"]


def test_a_name_of_the_greatest_length(tmp_path: Path) -> None:
    write(tmp_path / ("a" * 255), b"x")
    assert (tmp_path / ("a" * 255)).read_bytes() == b"x"


def test_a_missing_directory(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "a"
    with pytest.raises(SaveError) as caught:
        write(path, b"x")
    assert str(caught.value) == (
        f"{path}: expected an existing directory, got No such file or directory. "
        "Make it first: pathlib.Path(...).mkdir(parents=True)."
    )
    assert isinstance(caught.value, OSError)
    assert caught.value.errno == errno.ENOENT
    assert caught.value.filename == str(path)
    (tmp_path / "file").touch()
    with pytest.raises(SaveError, match="expected an existing directory, got Not a directory"):
        write(tmp_path / "file" / "a", b"x")


def test_a_directory_and_a_device_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SaveError, match="expected a path to a file, got a directory"):
        write(tmp_path, b"x")
    with pytest.raises(SaveError, match="expected a path to a file, got a device or pipe"):
        write(Path(os.devnull), b"x")
    assert not Path(os.devnull).is_file()


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    write(path, b"old")

    def refuse(*arguments: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr("fnn.io.atomic.open", refuse, raising=False)
        with pytest.raises(SaveError, match="expected permission to write, got Permission denied"):
            write(path, b"new")
    with monkeypatch.context() as patch:  # root may write anything, so the answer is given here
        patch.setattr(os, "access", lambda path, mode: False)
        with pytest.raises(SaveError, match="expected permission to write, got a file protected against writing"):
            write(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    path = tmp_path / "a"
    write(path, b"old")
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def fail(*arguments: object) -> None:
        raise full

    if call != "write":
        monkeypatch.setattr(os, call, fail)
    with pytest.raises(SaveError) as caught:
        write_then(path, full if call == "write" else None)
    assert str(caught.value) == (
        f"{path}: expected room for the file, got No space left on device. "
        "Free some space and save again. The file that was there before is untouched."
    )
    assert caught.value.errno == errno.ENOSPC
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


def test_any_other_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(SaveError, match="expected a file that can be written, got Input/output error"):
        write_then(tmp_path / "a", OSError(errno.EIO, os.strerror(errno.EIO)))
    with pytest.raises(SaveError, match=r"expected a file that can be written, got boom\. The file"):
        write_then(tmp_path / "a", OSError("boom"))


def test_the_error_can_be_copied_and_sent_to_another_process() -> None:
    error = SaveError("a", "b", "c", "d", errno.ENOSPC)
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert (str(twin), twin.errno, twin.filename) == ("a: expected b, got c. d", errno.ENOSPC, "a")


@pytest.mark.skipif(sys.platform == "win32", reason="resource limits are a matter of POSIX")
def test_a_file_that_truly_may_not_grow(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    path.write_bytes(b"old")
    done = subprocess.run([sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert [line.split()[0] for line in done.stdout.splitlines()] == [str(errno.EFBIG)] * 2
    assert "expected room for the file, got File too large" in done.stdout
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.npz"]
