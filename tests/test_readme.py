"""The README is run: its Python as one script, and under mypy; its names and links are looked up."""

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
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


def table() -> list[list[str]]:
    """The names in each row of the table of what is there."""
    text = README[README.index("## What is there") : README.index("## Licence")]
    return [re.findall(r"`([A-Za-z][A-Za-z0-9_.]*)`", line) for line in text.splitlines() if line.startswith("| ")]


def test_the_table_names_what_is_there() -> None:
    for names in table():
        places: list[object] = [fnn]
        for name in names:
            head, _, tail = name.partition(".")
            found = [getattr(place, head) for place in places if hasattr(place, head)]
            assert found, f"{name} is in the README but not in fnn"
            assert not tail or hasattr(found[0], tail), name
            if inspect.ismodule(found[0]) and not tail:
                places.append(found[0])


def test_the_table_leaves_nothing_out() -> None:
    named = {name for names in table() for name in names}
    for place in (fnn, fnn.data, fnn.plots, fnn.initializers):
        public = {name: getattr(place, name) for name in place.__all__}
        things = {name for name, value in public.items() if inspect.isfunction(value) or isinstance(value, fnn.Fn)}
        assert things - named == set(), place.__name__


def test_the_page_on_gradients_is_that_of_fnn() -> None:
    block = next(text for _, text in BLOCKS if "def tanh_forward" in text)
    page = (ROOT / "fnn/ops/tanh.py").read_text(encoding="utf-8")
    assert page.startswith(block[: block.index("import numpy")])
    for line in block.splitlines():
        code = line.partition("  #")[0].strip()
        assert code in page or code == "from fnn import Array", line


def test_the_error_that_is_quoted_reads_like_that() -> None:
    model = fnn.dense(64, 128) >> fnn.relu
    with pytest.raises(fnn.errors.ShapeError) as caught:
        model.apply(model.init(fnn.Key(0)), np.zeros((32, 8, 8), np.float32))
    assert f"`{caught.value}`" in " ".join(README.split())
