"""The README is run: its Python as one script, and under mypy; its names and links are looked up."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import fnn

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)


def script() -> str:
    return "\n\n".join(text for language, text in BLOCKS if language == "python")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("readme")
    (path / "readme_script.py").write_text(script(), encoding="utf-8")
    return path


def test_the_python_of_the_readme_runs(folder: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-W", "error", "readme_script.py"], cwd=folder, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr
    assert {path.name for path in folder.iterdir()} >= {"mlp.npz", "scale.npz", "digits.npz", "run.npz", "run.csv"}
    figures = [float(line) for line in run.stdout.splitlines() if re.fullmatch(r"0\.\d+", line)]
    assert figures, run.stdout
    assert figures[0] > 0.95


def test_the_python_of_the_readme_is_typed(folder: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "readme_script.py"],
        cwd=folder,
        env={**os.environ, "MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stdout


def test_the_only_other_blocks_are_the_two_commands() -> None:
    others = [(language, text) for language, text in BLOCKS if language != "python"]
    assert [language for language, _ in others] == ["sh", "sh"]
    assert "examples/quickstart.py" in others[0][1]
    assert "-m pytest" in others[1][1]
    for marker, (language, text) in zip(("quickstart", "tests"), others, strict=True):
        assert f"<!-- {marker} -->\n```{language}\n{text}```" in README  # where .ci/run looks for it


def test_an_own_layer_takes_under_twenty_lines() -> None:
    block = next(text for _, text in BLOCKS if "class Scale" in text)
    layer = block[: block.index("scaled =")]
    assert len([line for line in layer.splitlines() if line.strip()]) < 20


def test_links_and_pictures_exist() -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", README)
    assert targets
    for target in targets:
        assert target.startswith("https://") or (ROOT / target).exists(), target


def test_the_table_of_what_is_there_names_what_is_there() -> None:
    table = README[README.index("## What is there") :]
    rows = [line for line in table.splitlines() if line.startswith("| ") and "`" in line]
    names = {name for row in rows for name in re.findall(r"`([a-z][a-z0-9_.]*)`", row)}
    places = (fnn, fnn.initializers, fnn.data, fnn.ops)
    for name in names - {"fnn.plots"}:
        head, _, tail = name.partition(".")
        found = [getattr(place, head) for place in places if hasattr(place, head)]
        assert found, f"{name} is in the README but not in fnn"
        assert not tail or hasattr(found[0], tail), name
