"""Optional libraries: imported where they are used, and asked for in one way where they are missing."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from fnn.errors import MissingExtraError

_PACKAGES = {"PIL": "pillow"}  # where the package has another name than its module


def require(module: str, extra: str, purpose: str, place: str = "") -> ModuleType:
    """Import ``module`` and return it, or say which extra of fnn brings it.

    ``purpose`` completes "needed for …"; ``place`` is the function that needs it. Code that wants the library's types
    calls this first and then writes the import statement itself. Raises MissingExtraError where the library is not
    installed; an installed one that fails to import shows its own error.

    >>> require("json", "progress", "progress bars").__name__
    'json'
    >>> require("no_such_library", "progress", "progress bars", "fnn.progress")
    Traceback (most recent call last):
    fnn.errors.MissingExtraError: fnn.progress: expected no_such_library, for progress bars, got not installed. \
Install it: pip install "fnn[progress]".
    """
    name = module.partition(".")[0]
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != name:
            raise
        package = _PACKAGES.get(name, name)
        raise MissingExtraError(
            place, f"{package}, for {purpose}", "not installed", f'Install it: pip install "fnn[{extra}]".'
        ) from None
