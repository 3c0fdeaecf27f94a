"""Finding and importing the examples."""

import importlib
from pathlib import Path
from types import ModuleType

import pytest

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
BOOK = EXAMPLES / "book"


def script(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Import a script of ``examples/``."""
    monkeypatch.syspath_prepend(EXAMPLES)
    return importlib.import_module(name)


def chapter(number: int, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Import the script of a chapter."""
    (path,) = BOOK.glob(f"chapter_{number:02}_*.py")
    monkeypatch.syspath_prepend(BOOK)
    return importlib.import_module(path.stem)
