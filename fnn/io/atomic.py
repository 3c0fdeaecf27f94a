"""Writing a file so that its path holds the old content or the new at every instant, whatever happens meanwhile.

The content goes to a hidden file in the same directory, is brought to the disk (fsync), and takes the path's place in
one move (rename), which POSIX and NTFS make atomic; then the directory itself is brought to the disk.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from fnn.errors import FnnError, SaveError

_UNTOUCHED = "The file that was there before is untouched."
_REASONS = (
    (("ENOSPC", "EDQUOT", "EFBIG"), "room for the file", f"Free some space and save again. {_UNTOUCHED}"),
    (("ENOENT", "ENOTDIR"), "an existing directory", "Make it first: pathlib.Path(...).mkdir(parents=True)."),
    (("EACCES", "EPERM", "EROFS"), "permission to write", "Choose another place or change the permissions."),
)


@contextmanager
def atomic_write(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a binary file whose content takes the place of the one at ``path`` when the block ends, and not before.

    If the block raises, or the disk is full, or the process dies, the old file stays as it was. A new file gets the
    usual permissions (umask), an existing one keeps its own. Of a symbolic link the target is replaced and the link
    stays. Several processes may write to one path; the last one wins. The hidden file ``.fnn-….tmp`` is removed on
    failure; only a killed process leaves it behind, and it may then be deleted.

    Raises SaveError (which is an OSError) if the directory is missing, permission is denied, the disk is full, or
    ``path`` is a directory or a device.

    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with atomic_write(folder + "/a.bin") as file:
    ...         count = file.write(b"new")
    ...     pathlib.Path(folder, "a.bin").read_bytes()
    b'new'
    """
    target = os.path.realpath(path)
    temporary = os.path.join(os.path.dirname(target), f".fnn-{secrets.token_hex(8)}.tmp")
    try:
        mode = _mode(target)
        try:
            with open(temporary, "xb") as file:
                yield file
                file.flush()
                if mode is not None:
                    os.chmod(temporary, mode)
                os.fsync(file.fileno())
            os.replace(temporary, target)
        except BaseException:
            with suppress(OSError):  # it may never have been made
                os.unlink(temporary)
            raise
    except OSError as error:
        if isinstance(error, FnnError):
            raise
        raise _explained(os.fspath(path), error) from error
    _sync_directory(os.path.dirname(target))


def _mode(target: str) -> int | None:
    """Return the permissions of the file to be replaced, or None if there is none; refuse what open() would refuse."""
    try:
        found = os.stat(target)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found.st_mode):
        kind = "a directory" if stat.S_ISDIR(found.st_mode) else "a device or pipe"
        raise SaveError(target, "a path to a file", kind, "Write to a file.", errno.EINVAL)
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "a file protected against writing", target)
    return stat.S_IMODE(found.st_mode)


def _explained(path: str, error: OSError) -> SaveError:
    name = errno.errorcode.get(error.errno or 0, "")
    got = error.strerror or str(error)
    for names, expected, hint in _REASONS:
        if name in names:
            return SaveError(path, expected, got, hint, error.errno)
    return SaveError(path, "a file that can be written", got, _UNTOUCHED, error.errno)


def _sync_directory(directory: str) -> None:
    """Make the rename itself survive a power cut, where the system lets directories be opened (Windows does not)."""
    with suppress(OSError):  # the content is in place; nothing is left to undo
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
