"""Types under test: what must pass `mypy --strict` does, and what must not is refused, line by line.

A wrong line in `tests/typing/must_fail` ends in ``# E: fragment ... fragment``: the parts, in this order, of the one
message that mypy gives there. No other line may be refused.
"""

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MUST_PASS = sorted((ROOT / "tests/typing/must_pass").glob("[!_]*.py"))
MUST_FAIL = sorted((ROOT / "tests/typing/must_fail").glob("[!_]*.py"))

Place = tuple[str, int]


def mypy(*arguments: str) -> list[str]:
    """Run mypy with the project's settings, and return its lines; a run that could not be made is an error."""
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", *arguments]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode in (0, 1), run.stdout + run.stderr
    return run.stdout.splitlines()


@pytest.fixture(scope="module")
def refused() -> dict[Place, list[str]]:
    """All errors in the files that must fail, from one run."""
    found: dict[Place, list[str]] = {}
    for line in mypy(*map(str, MUST_FAIL)):
        match = re.match(r"(.+\.py):(\d+): (error|note): (.*)", line)
        assert match is not None, line
        path, number, kind, text = match.groups()
        if kind == "error":
            found.setdefault((Path(path).name, int(number)), []).append(text)
    return found


def marked(path: Path) -> dict[Place, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return {
        (path.name, number): line.partition("# E: ")[2].strip()
        for number, line in enumerate(lines, start=1)
        if "# E: " in line
    }


@pytest.mark.parametrize("path", MUST_FAIL, ids=lambda path: path.stem)
def test_wrong_lines_are_refused_and_no_others(path: Path, refused: dict[Place, list[str]]) -> None:
    wanted = marked(path)
    found = {place: texts for place, texts in refused.items() if place[0] == path.name}
    assert wanted
    assert found.keys() == wanted.keys()
    for place, fragments in wanted.items():
        pattern = ".*".join(map(re.escape, fragments.split(" ... ")))
        assert len(found[place]) == 1, place
        assert re.search(pattern, found[place][0]), (place, found[place][0])


def test_every_refusal_is_in_a_file_that_must_fail(refused: dict[Place, list[str]]) -> None:
    assert {name for name, _ in refused} == {path.name for path in MUST_FAIL}
    assert len(MUST_FAIL) >= 12


def test_library_tests_and_examples_are_typed_strictly() -> None:
    assert mypy("fnn", "tests", "examples") == []


@pytest.mark.parametrize("path", MUST_PASS, ids=lambda path: path.stem)
def test_what_is_typed_rightly_also_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Types that promise what does not happen would be worse than none."""
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(path))


def test_reveals() -> None:
    """What a newcomer sees when asking for types."""
    code = (
        "import fnn\n"
        "@fnn.record\n"
        "class MLP:\n"
        "    hidden: fnn.Dense\n"
        "    out: fnn.Dense\n"
        "stages = fnn.dense(4, 3) >> fnn.relu >> fnn.dense(3, 2)\n"
        "optimizer = fnn.chain(fnn.clip_by_global_norm(1.0), fnn.adam(1e-3))\n"
        "reveal_type(fnn.start(stages.into(MLP), optimizer, fnn.Key(0)))\n"
        "reveal_type(fnn.load('mlp.npz', MLP))\n"
    )
    lines = [line.partition("Revealed type is ")[2] for line in mypy("-c", code)]
    state = "fnn.train.state.TrainState[MLP, tuple[fnn.optim.clip.ClipState, fnn.optim.adam.AdamState]]"
    assert [line.replace("__main__.", "") for line in lines] == [f'"{state}"', '"MLP"']
