"""``import fnn`` is quick: it loads NumPy, attrs and itself, and leaves the rest for when it is used."""

import subprocess
import sys

import pytest

import fnn

EXTRAS = {"matplotlib", "PIL", "pooch", "rich", "requests"}
HEAVY = {
    *("argparse", "asyncio", "concurrent", "ctypes.util", "doctest", "email", "html", "http", "logging", "mimetypes"),
    *("multiprocessing", "pdb", "pydoc", "socket", "sqlite3", "ssl", "subprocess", "tkinter", "unittest", "xml"),
    *("hypothesis", "mypy", "pytest", "setuptools"),
}


def loaded(code: str) -> set[str]:
    """The modules that a fresh process has after running the code."""
    command = [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


@pytest.fixture(scope="module")
def added() -> set[str]:
    """What fnn loads beyond its two dependencies."""
    return loaded("import fnn") - loaded("import attrs, numpy, numpy.random, numpy.typing")


def test_no_extra_is_loaded(added: set[str]) -> None:
    assert {name.split(".")[0] for name in added} & EXTRAS == set()


def test_nothing_heavy_is_loaded(added: set[str]) -> None:
    assert {name for name in added if name in HEAVY or name.split(".")[0] in HEAVY} == set()


def test_the_rest_is_small_change(added: set[str]) -> None:
    others = {name.split(".")[0] for name in added} - {"fnn"}
    assert len(others) <= 20, sorted(others)


def test_extras_are_not_needed() -> None:
    """With every optional library hidden, fnn can be imported whole."""
    hide = "; ".join(f"sys.modules[{name!r}] = None" for name in sorted(EXTRAS))
    modules = "fnn.plots, fnn.data.images, fnn.data.fashion, fnn.train.progress"
    code = f"import sys; {hide}; import fnn, {modules}; print(len(fnn.__all__))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(run.stdout) == len(fnn.__all__)


def test_importing_is_silent_and_draws_nothing() -> None:
    code = (
        "import numpy as np; np.random.seed(3); before = str(np.random.get_state()); import fnn; "
        "assert str(np.random.get_state()) == before; assert np.geterr() == {'divide': 'warn', 'over': 'warn', "
        "'under': 'ignore', 'invalid': 'warn'}"
    )
    run = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
