"""The house in order: imports run one way, extras stay outside, nothing is drawn in secret, pages have examples."""

import ast
import importlib
import inspect
import re
import sys
import tokenize
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import pytest

ROOT = Path(__file__).parents[1]

ROWS = (
    ("errors",),
    ("arrays", "extras", "memory", "random", "validate"),
    ("tree",),
    ("kernels", "sequences"),
    ("initializers", "ops"),
    ("model",),
    ("recurrent",),
    ("combine", "layers"),
    ("attention", "data", "losses", "optim", "penalties"),
    ("io", "metrics"),
    ("train",),
    ("check", "plots", "sample", "summary"),
    ("generate",),
    ("fnn",),
)
"""The rooms of the house. Each may use those in the rows above it, and not those beside or below it."""

SIBLINGS = ("ops", "layers")
"""Rooms whose pages do not use each other, but for those that hold nothing public and are written for the others."""

EXTRAS = {
    "llvmlite",
    "matplotlib",
    "numba",
    "pandas",
    "PIL",
    "pooch",
    "rich",
    "scipy",
    "threadpoolctl",
    "torch",
    "tqdm",
}

COMPILERS = {
    "fnn.kernels.compiled.functions": {"numba"},
    "fnn.kernels.compiled.options": {"numba"},
    "fnn.kernels.compiled.tile": {"llvmlite", "numba"},
}
"""The pages that import Numba, or its compiler; they are imported themselves when it is to run."""

PAGES = sorted((ROOT / "fnn").rglob("*.py"))


@cache
def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_of(path): path for path in PAGES}


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(node: ast.AST) -> Iterator[str]:
    """The modules imported by a node and all below it."""
    for part in ast.walk(node):
        if isinstance(part, ast.Import):
            yield from (alias.name for alias in part.names)
        elif isinstance(part, ast.ImportFrom):
            assert part.level == 0, "relative imports hide the order"
            for alias in part.names:
                full = f"{part.module}.{alias.name}"
                yield full if full in MODULES else str(part.module)


def at_import(node: ast.AST) -> Iterator[ast.stmt]:
    """The statements that run when the module is imported: none in functions, none for type checkers alone."""
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(part, ast.If) and ast.unparse(part.test) == "TYPE_CHECKING":
            for statement in part.orelse:
                yield from at_import(ast.Module([statement], []))
            continue
        if isinstance(part, ast.Import | ast.ImportFrom):
            yield part
        yield from at_import(part)


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else module


def ours(path: Path) -> set[str]:
    return {name for name in imports(parsed(path)) if name.split(".")[0] == "fnn"}


# --- the order ---


def test_every_room_has_its_place() -> None:
    assert {room(module) for module in MODULES} == {name for row in ROWS for name in row}


@pytest.mark.parametrize("path", PAGES, ids=module_of)
def test_imports_run_one_way(path: Path) -> None:
    heights = {name: height for height, row in enumerate(ROWS) for name in row}
    here = room(module_of(path))
    for name in ours(path):
        there = room(name)
        assert there == here or heights[there] < heights[here], f"{module_of(path)} uses {name}"


def test_no_page_uses_the_front_door() -> None:
    """Inside, a name is taken from the page where it is written."""
    doors = {module_of(path): ours(path) & {"fnn"} for path in PAGES if module_of(path) != "fnn"}
    assert [module for module, used in doors.items() if used] == []


def test_no_page_uses_itself_by_a_detour() -> None:
    TopologicalSorter({module_of(path): ours(path) for path in PAGES}).prepare()  # which raises CycleError


@pytest.mark.parametrize("name", SIBLINGS)
def test_siblings_do_not_use_each_other(name: str) -> None:
    door = importlib.import_module(f"fnn.{name}")
    homes = {getattr(getattr(door, public_name), "__module__", "") for public_name in door.__all__}
    for module, path in MODULES.items():
        if room(module) == name and module != f"fnn.{name}":
            siblings = {used for used in ours(path) if room(used) == name}
            assert siblings & homes <= {f"fnn.{name}.activations"}, f"{module} uses {siblings & homes}"


# --- what stays outside ---


@pytest.mark.parametrize("path", PAGES, ids=module_of)
def test_no_extra_is_imported_with_the_module(path: Path) -> None:
    outside = {name.split(".")[0] for statement in at_import(parsed(path)) for name in imports(statement)}
    assert outside & EXTRAS == COMPILERS.get(module_of(path), set())


def test_what_is_compiled_is_imported_only_by_choice() -> None:
    """Nothing outside imports the loops with the module: the kernels find their twins when they first run."""
    loops = {"fnn.kernels.compiled"}
    for module, path in MODULES.items():
        if not module.startswith("fnn.kernels.compiled"):
            assert not any(name.startswith(tuple(loops)) for name in ours(path)), module


def test_only_what_runs_at_import_counts() -> None:
    code = """
import rich
if TYPE_CHECKING:
    import PIL
else:
    import tqdm
def draw():
    import pooch
class Bar:
    import numba
"""
    found = {name for statement in at_import(ast.parse(code)) for name in imports(statement)}
    assert found == {"rich", "tqdm", "numba"}


def test_run_time_dependencies_are_numpy_and_attrs() -> None:
    used = {name.split(".")[0] for path in PAGES for name in imports(parsed(path))}
    assert used - sys.stdlib_module_names - EXTRAS == {"attrs", "fnn", "numpy"}


@pytest.mark.parametrize("path", PAGES, ids=module_of)
def test_nothing_is_drawn_but_from_a_key(path: Path) -> None:
    """No module uses NumPy's global functions, a generator seeded by the system, or the standard library's random."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("np.random", "numpy.random"):
            assert node.attr in ("Generator", "PCG64"), f"line {node.lineno}: {ast.unparse(node)}"
    secret = {"random", "numpy.random", "secrets", "uuid"} & set(imports(parsed(path)))
    assert not secret or module_of(path) == "fnn.io.atomic"  # names of temporary files must differ, above all


# --- every page has an example ---

NO_EXAMPLE = {
    "made by functions of other pages, which show it": (
        "Entry",
        "Fold",
        "LSTMCarry",
        "Report",
        "Samples",
        "Split",
        "Weighted",
    ),
    "an error; FnnError shows how they print": (
        *("DataError", "DivergenceError", "DtypeError", "FileFormatError", "GradientError", "HyperparameterError"),
        *("LabelError", "MissingExtraError", "SaveError", "ShapeError", "StructureError"),
    ),
    "a type that others implement": ("Augment", "Scaler", "Source", "WeightedLoss"),
    "written for other pages of fnn": ("check_tuple", "recurrent", "check_padded", "sequence_shape"),
    "shown together with its counterpart": ("read_history", "write_idx"),
    "needs files that are not here; the examples show it, and tests run these": ("fashion_mnist", "read_image_folder"),
}
"""Public names whose docstrings have no example, by reason."""

HOUSE = (
    *("fnn", "fnn.check", "fnn.data", "fnn.io", "fnn.layers", "fnn.losses", "fnn.ops", "fnn.optim", "fnn.plots"),
    *("fnn.train", "fnn.tree", "fnn.arrays", "fnn.combine", "fnn.errors", "fnn.initializers", "fnn.metrics"),
    *("fnn.model", "fnn.penalties", "fnn.random", "fnn.summary", "fnn.attention", "fnn.recurrent", "fnn.sequences"),
    *("fnn.generate", "fnn.sample", "fnn.kernels"),
)


def public(module: ModuleType) -> dict[str, object]:
    """The functions and classes that a module offers: those it lists, or else those written in it."""
    names = getattr(module, "__all__", None) or [
        name
        for name, value in vars(module).items()
        if name[0] != "_" and getattr(value, "__module__", "") == module.__name__
    ]
    values = {name: getattr(module, name) for name in names}
    return {name: value for name, value in values.items() if inspect.isfunction(value) or inspect.isclass(value)}


def has_example(value: Any) -> bool:
    texts = [inspect.getdoc(value)]
    if attrs.has(value):  # a record is shown by the function that makes it
        page = importlib.import_module(value.__module__)
        texts += [inspect.getdoc(part) for part in vars(page).values() if inspect.isfunction(part)]
    if inspect.isclass(value):
        texts += [inspect.getdoc(part) for name, part in vars(value).items() if name[0] != "_" and callable(part)]
    return any(">>>" in (text or "") for text in texts)


@pytest.mark.parametrize("name", HOUSE)
def test_public_names_have_docstrings_with_examples(name: str) -> None:
    excused = {excused for names in NO_EXAMPLE.values() for excused in names}
    for public_name, value in public(importlib.import_module(name)).items():
        assert (value.__doc__ or "").strip(), f"{name}.{public_name} has no docstring"
        assert has_example(value) or public_name in excused, f"{name}.{public_name} has no example"


def test_excuses_are_needed() -> None:
    found = {key: value for name in HOUSE for key, value in public(importlib.import_module(name)).items()}
    assert [
        name for names in NO_EXAMPLE.values() for name in names if name not in found or has_example(found[name])
    ] == []


def test_public_names_are_listed_once() -> None:
    for name in HOUSE:
        listed = getattr(importlib.import_module(name), "__all__", [])
        assert len(listed) == len(set(listed)), name


# --- exceptions from the checks ---

EXCEPTION = re.compile(r"#\s*(?:type: ignore|noqa|pyright)\S*(?: [A-Z]+\d+,?)*(.*)")


@pytest.mark.parametrize("folder", ["fnn", "tests", "examples"])
def test_every_exception_from_a_check_has_its_reason_beside_it(folder: str) -> None:
    bare = []
    for path in sorted((ROOT / folder).rglob("*.py")):
        with path.open("rb") as file:
            comments = [token for token in tokenize.tokenize(file.readline) if token.type == tokenize.COMMENT]
        for token in comments:
            found = EXCEPTION.match(token.string)
            if found and "#" not in found[1]:
                bare.append(f"{path.relative_to(ROOT)}:{token.start[0]}")
    assert bare == []


# --- the top level ---


def test_top_level_holds_what_it_should() -> None:
    products = {"build", "dist", "fnn.egg-info", "runs", "__pycache__"}
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")} - products
    assert found <= {"fnn", "tests", "examples", "typings", "pyproject.toml", "README.md"}
    assert found >= {"fnn", "tests", "examples", "pyproject.toml", "README.md"}
