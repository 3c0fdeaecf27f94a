"""Optional libraries are asked for by name, and never loaded by ``import fnn``."""

import subprocess
import sys
from pathlib import Path

import pytest

from fnn.errors import MissingExtraError
from fnn.extras import require


def test_require_returns_the_module() -> None:
    assert require("json.decoder", "plots", "drawing") is sys.modules["json.decoder"]


def test_missing_library_names_package_extra_and_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    monkeypatch.delitem(sys.modules, "PIL.Image", raising=False)
    with pytest.raises(MissingExtraError) as caught:
        require("PIL.Image", "images", "reading image files", "a.png")
    assert str(caught.value) == (
        'a.png: expected pillow, for reading image files, got not installed. Install it: pip install "fnn[images]".'
    )
    assert isinstance(caught.value, ImportError)


def test_broken_library_shows_its_own_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_library.py").write_text("import something_it_needs_that_is_absent")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="something_it_needs_that_is_absent") as caught:
        require("broken_library", "plots", "drawing")
    assert not isinstance(caught.value, MissingExtraError)


def test_importing_loads_no_extra() -> None:
    modules = "fnn, fnn.plots, fnn.data.folder, fnn.data.fashion, fnn.data.images, fnn.data.augment"
    code = f"import sys, {modules}; print([m for m in ('matplotlib', 'PIL', 'pooch', 'rich') if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
