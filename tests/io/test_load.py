"""Loading by class and by example: what comes back, what a mismatch says, and how classes may grow."""

from __future__ import annotations

import typing
from pathlib import Path
from typing import Annotated, Any, TypeAlias, assert_type

import attrs
import numpy as np
import pytest

from fnn import tree
from fnn.arrays import Array
from fnn.errors import FileFormatError, StructureError
from fnn.io.bundle import Bundle
from fnn.io.header import migrations, parse
from fnn.io.load import load
from fnn.io.save import save
from fnn.random import Key
from fnn.tree import buffer, record, static
from tests.io.trees import Affine, Counted, Deep, Free, Mode, Norm, Pair, Residual, affine, counted, f32, norm

Weights: TypeAlias = Annotated[Affine, "any note"]
UNCLEAR = "which does not say what to load: write it out, as in Bundle[MLP], or load by an example tree"


def refused(path: Path, like: Any) -> str:
    """Return what the refusal says, without the path in front and the advice behind."""
    with pytest.raises(FileFormatError) as caught:
        load(path, like)
    head, tail = f"{path}: expected ", " Load what was saved; print(fnn.inspect(path)) shows it."
    text = str(caught.value)
    assert text.startswith(head)
    assert text.endswith(tail)
    return text.removeprefix(head).removesuffix(tail)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.npz"


# --- by class ---


def test_every_kind_of_field_by_class(path: Path) -> None:
    save(path, counted())
    back = load(path, Counted)
    assert tree.equal(back, counted())
    assert isinstance(back.block, Norm)
    assert isinstance(back.pair, Pair)
    assert back.mode is Mode.VALID
    assert back.key == Key(-5)
    assert type(back.shape) is tuple
    assert list(back.named) == ["b", "a"]
    assert back._hidden == 7


@pytest.mark.parametrize(
    ("params", "like"),
    [
        (affine(), Affine),
        (affine(), Weights),
        (affine(), Norm | Affine),
        (None, type(None)),
        (None, Affine | None),
        ((), tuple[()]),
        ((), tuple[Affine, ...]),
        ((affine(), None, norm()), tuple[Affine, None, Norm]),
        ({"a": affine()}, dict[str, Affine]),
        ({"a": affine()}, typing.Dict[str, typing.Optional[Affine]]),  # noqa: UP006, UP045  # the old spellings
        ({"a": affine()}, typing.Mapping[str, Affine]),
        (f32(3), Array),
        (Pair(f32(1), f32(2)), Pair),
        (Residual(affine(), f32(1)), Residual[Affine]),
        (Residual((norm(), affine()), f32(1)), Residual[tuple[Norm, Affine]]),
        (Residual(Residual(affine(), f32(1)), f32(1)), Residual[Residual[Affine]]),
        (Deep((norm(), affine()), f32(1), norm()), Deep[Norm]),
        (Residual(Residual(f32(1), f32(1)), f32(2)), Residual[Residual[Array] | None]),
    ],
)
def test_classes_and_annotations(path: Path, params: Any, like: Any) -> None:
    save(path, params)
    assert tree.equal(load(path, like), params)


def test_static_types_follow_from_what_is_asked(path: Path) -> None:
    save(path, Bundle((affine(), norm())))
    assert_type(load(path, Bundle[tuple[Affine, Norm]]), Bundle[tuple[Affine, Norm]])
    assert_type(load(path, Bundle((affine(), norm()))), Bundle[tuple[Affine, Norm]])
    save(path, affine())
    assert_type(load(path, Affine), Affine)
    assert_type(load(path, affine()), Affine)
    save(path, (affine(), norm()))
    assert_type(load(path, tuple[Affine, Norm]), tuple[Affine, Norm])
    assert_type(load(path, (affine(), norm())), tuple[Affine, Norm])
    save(path, {"a": norm()})
    assert_type(load(path, dict[str, Norm]), dict[str, Norm])


@pytest.mark.parametrize(
    ("params", "like", "text"),
    [
        (affine(), Norm, "Norm, got 1 difference: it is Affine, not Norm."),
        (affine(), Norm | None, "Norm | None, got 1 difference: it is Affine, not Norm | None."),
        (f32(2), Norm, "Norm, got 1 difference: it is an array, not Norm."),
        (norm(), Array, "an array, got 1 difference: it is Norm, not an array."),
        (None, Norm, "Norm, got 1 difference: it is None, not Norm."),
        (Pair(f32(1)), Norm, "Norm, got 1 difference: it is Pair, not Norm."),
        ((norm(), norm()), Norm, "Norm, got 1 difference: it is a tuple of 2, not Norm."),
        (norm(), dict[str, Norm], "dict[str, Norm], got 1 difference: it is Norm, not a dict."),
        (norm(), tuple[Norm, ...], "tuple[Norm, ...], got 1 difference: it is Norm, not a tuple."),
        ((norm(),), tuple[Norm, Affine], "tuple[Norm, Affine], got 1 difference: 1 is missing."),
        ((norm(), norm()), tuple[Norm], "tuple[Norm], got 1 difference: 1 is unexpected."),
        (
            (norm(), affine(), norm()),
            tuple[Affine, ...],
            "tuple[Affine, ...], got 2 differences: 0 is Norm, not Affine; 2 is Norm, not Affine.",
        ),
        (
            {"a": np.arange(3, dtype=np.int64)},
            dict[str, Array],
            "dict[str, an array], got 1 difference: a has dtype int64, not float32 or float64.",
        ),
        (Residual(affine(), f32(1)), Residual[Norm], "Residual[Norm], got 1 difference: inner is Affine, not Norm."),
        (Residual(affine(), f32(1)), Residual, f"Residual, got 1 difference: inner is annotated P, {UNCLEAR}."),
        (
            Free(affine(), None),
            Free,
            f"Free, got 2 differences: first is annotated Any, {UNCLEAR}; second is annotated Any, {UNCLEAR}.",
        ),
        ((norm(),), tuple, f"tuple, got 1 difference: it is annotated tuple, {UNCLEAR}."),
    ],
)
def test_what_a_mismatch_says(path: Path, params: Any, like: Any, text: str) -> None:
    save(path, params)
    assert refused(path, like) == text


def test_all_mismatches_at_once(path: Path) -> None:
    wrong = Counted(
        Pair(f32(1)),  # type: ignore[arg-type]  # wrong on purpose
        (affine(),),
        (affine(), None),  # type: ignore[arg-type]  # wrong on purpose
        {},
        Pair(np.arange(2, dtype=np.int64)),  # type: ignore[arg-type]  # wrong on purpose
        f32(2),  # type: ignore[arg-type]  # wrong on purpose
        3,  # type: ignore[arg-type]  # wrong on purpose
        Key(0),
        (1.5, 2),  # type: ignore[arg-type]  # wrong on purpose
        {"low": "x"},  # type: ignore[dict-item]  # wrong on purpose
    )
    save(path, wrong)
    assert refused(path, Counted) == (
        "Counted, got 7 differences: "
        "block is Pair, not Affine | Norm; "
        "two.0 is Affine, not Norm; "
        "pair.left has dtype int64, not float32 or float64; "
        "labels has dtype float32, not integer; "
        "mode holds 3, not Mode; "
        "shape holds (1.5, 2), not tuple[int, ...]; "
        "limits holds {'low': 'x'}, not dict[str, float | None]."
    )


def test_annotations_that_cannot_be_looked_up(path: Path) -> None:
    @record
    class Inner:
        a: Array

    @record
    class Outer:
        inner: Inner

    save(path, Outer(Inner(f32(1))))
    with pytest.raises(StructureError) as caught:
        load(path, Outer)
    assert str(caught.value) == (
        "Outer: expected annotations that can be looked up, got name 'Inner' is not defined. "
        "Define what it names at the top of a module, or load by an example tree."
    )
    assert load(path, Outer(Inner(f32(1)))).inner.a[0] == 1


def test_a_class_may_grow_but_not_shrink(path: Path) -> None:
    def first() -> type:
        @record
        class Layer:
            gain: Array

        return Layer

    @record
    class Layer:
        gain: Array
        offset: Array | None = None
        count: int = static(default=5)
        seen: Array = buffer(factory=lambda: np.zeros(1))

    save(path, first()(f32(2)))
    back = load(path, Layer)
    assert (back.offset, back.count, back.seen.shape) == (None, 5, (1,))
    with_example = refused(path, Layer(f32(2)))
    assert with_example.endswith("got 3 differences: count is missing; offset is missing; seen is missing.")
    save(path, Layer(f32(2)))
    assert refused(path, first()) == (
        "Layer, got 3 differences: count is unexpected; offset is unexpected; seen is unexpected."
    )


# --- by example ---


def test_static_values_come_from_the_file(path: Path) -> None:
    save(path, attrs.evolve(counted(), shape=(9,), key=Key(9), mode=Mode.VALID))
    back = load(path, attrs.evolve(counted(), shape=(), key=Key(0), mode=Mode.SAME))
    assert (back.shape, back.key, back.mode) == ((9,), Key(9), Mode.VALID)


def test_classes_of_static_values_come_from_the_example_or_its_annotation(path: Path) -> None:
    save(path, Free(None, None, {"keys": (Key(3), Mode.SAME)}))
    example = Free(None, None, {"old": [Mode.VALID, Key(0)]})
    assert load(path, example).value == {"keys": (Key(3), Mode.SAME)}
    assert refused(path, Free(None, None)).endswith(
        "value holds a value of class Key, which its annotation does not mention."
    )


def test_examples_fix_shapes_dtypes_and_structure(path: Path) -> None:
    save(path, (Affine(f32(4, 3), None), {"a": f32(2), "b": f32(1)}, norm()))
    example = (Affine(f32(3, 4), f32(3)), {"a": f32(2).astype(np.float64), "c": f32(1)}, affine())
    assert refused(path, example) == (
        "a tree like the example, a tuple, got 6 differences: 0.weight has shape (4, 3), not (3, 4); "
        "0.bias is None, not an array; 1.a has dtype float32, not float64; 1.c is missing; 1.b is unexpected; "
        "2 is Norm, not Affine."
    )


def test_dicts_take_the_order_of_the_example(path: Path) -> None:
    save(path, {"a": f32(1), "b": f32(2)})
    assert list(load(path, {"b": f32(2), "a": f32(1)})) == ["b", "a"]


def test_files_of_numpy_alone(path: Path) -> None:
    arrays: dict[str, Any] = {"0.weight": np.asfortranarray(f32(4, 3)), "0.bias": f32(3), "1.a": f32(2).astype(">f4")}
    np.savez(path, **arrays)
    example = (affine(), {"a": f32(2)})
    back = load(path, example)
    assert tree.equal(back, example)
    assert all(leaf.flags.c_contiguous and leaf.flags.owndata and leaf.dtype.isnative for leaf in tree.leaves(back))
    with pytest.raises(
        FileFormatError, match=r"an .npz file without its header\. Load it by an example tree: fnn\.load"
    ):
        load(path, tuple[Affine, Norm])
    arrays["extra"] = arrays.pop("1.a")
    arrays["0.bias"] = np.zeros((1, 3))
    arrays["0.weight"] = np.zeros((4, 3), np.int64)
    np.savez(path, **arrays)
    assert refused(path, example).endswith(
        "got 4 differences: 0.weight has dtype int64, not float32; 0.bias has shape (1, 3), not (3,); 1.a is missing; "
        "extra is unexpected."
    )


def test_one_bare_array(path: Path) -> None:
    save(path, f32(2, 2))
    assert load(path, f32(2, 2)).tolist() == [[1, 2], [3, 4]]


def test_a_missing_file_is_the_error_that_everyone_knows(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(path, Affine)


# --- versions ---


def test_a_newer_format() -> None:
    with pytest.raises(FileFormatError) as caught:
        parse('{"format": 2, "fnn": "9.0", "new": []}', "a.npz")
    assert str(caught.value) == (
        "a.npz: expected a file of format 1 or older, got format 2, written by fnn 9.0. Upgrade fnn."
    )


def test_older_formats_are_brought_up_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    text = '{"format": -1, "params": {"array": "float32", "shape": [2]}}'
    with monkeypatch.context() as patch:
        patch.setitem(migrations, -1, lambda old: {**old, "format": 0, "tree": old["params"]})
        patch.setitem(migrations, 0, lambda old: {"format": 1, "fnn": "0.0.1", "tree": old["tree"], "metadata": {}})
        header = parse(text, "a.npz")
    assert (header.format, header.fnn, str(header.tree)) == (1, "0.0.1", "an array")
    with pytest.raises(FileFormatError, match=r"a.npz: expected a file of format 1, got format -1"):
        parse(text, "a.npz")
