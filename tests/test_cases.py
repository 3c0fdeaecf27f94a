"""What holds for every public op, layer, combinator and loss, run over the case table in `tests/cases`."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest
from numpy.typing import NDArray

import fnn
from fnn import tree
from fnn.errors import DataError, DtypeError, FnnError
from fnn.model import output_shape
from tests.cases import Case, LossCase, attention, blocks, combinators, layers, losses, ops, sequences

CASES: list[Case] = [
    *ops.CASES,
    *layers.CASES,
    *combinators.CASES,
    *blocks.FREEZE,
    *blocks.REPEAT,
    *sequences.RECURRENT,
    *attention.ATTENTION,
]
STAGES = [case for case in CASES if isinstance(case.subject, fnn.Model | fnn.Fn)]
SEED = 5

Leaf = NDArray[Any]
Back = Callable[[Any], Any]


def of_all(cases: Sequence[Case | LossCase]) -> pytest.MarkDecorator:
    kinds = {fnn.Model: "model", fnn.Fn: "fn"}
    names = [
        next((f"{kind} " for cls, kind in kinds.items() if isinstance(getattr(c, "subject", None), cls)), "") + c.name
        for c in cases
    ]
    return pytest.mark.parametrize("case", cases, ids=names)


# --- helpers: a case as a function of arrays ---


def draw(case: Case, dtype: type[np.floating[Any]] = np.float64) -> tuple[Any, tuple[Any, ...]]:
    """The parameters, None for what has none, and the arguments, all read-only."""
    drawn = case.inputs(np.random.default_rng(SEED))
    arguments = drawn if isinstance(case.subject, tuple) and isinstance(drawn, tuple) else (drawn,)
    params = case.subject.init(fnn.Key(SEED)) if isinstance(case.subject, fnn.Model) else None
    params, arguments = tree.copy(tree.astype((params, arguments), dtype))
    return params, arguments


def apply(case: Case, params: Any, arguments: tuple[Any, ...]) -> Any:
    if isinstance(case.subject, fnn.Model):
        return case.subject.apply(params, arguments[0])
    if isinstance(case.subject, fnn.Fn):
        return case.subject.apply(arguments[0])
    return case.subject[0](*arguments)[0]


def forward(case: Case, params: Any, arguments: tuple[Any, ...], seed: int = 1) -> tuple[Any, Back]:
    """The output and the backward, which gives one tree of all gradients."""
    if isinstance(case.subject, fnn.Model):
        y, _, back = case.subject.forward(params, arguments[0], fnn.Key(seed))
        return y, back
    if isinstance(case.subject, fnn.Fn):
        return case.subject.forward(arguments[0], fnn.Key(seed))
    run_forward, run_backward = case.subject
    y, cache = run_forward(*arguments)
    return y, lambda dy: run_backward(dy, cache)


def some_dy(y: Any) -> Any:
    rng = np.random.default_rng(SEED + 1)
    return tree.map(lambda leaf: rng.standard_normal(leaf.shape).astype(leaf.dtype), y)


def as_bytes(node: Any) -> list[bytes]:
    return [leaf.tobytes() for leaf in tree.leaves(node)]


def first(leaf: Leaf) -> Leaf:
    return leaf[:1]


def halved(leaf: Leaf) -> Leaf:
    return leaf if leaf.dtype.kind == "b" else leaf // 2 if leaf.dtype.kind in "iu" else 0.5 * leaf


def floats(node: Any) -> list[Leaf]:
    return [leaf for leaf in tree.leaves(node) if leaf.dtype.kind == "f"]


def sample_shape(node: Any) -> Any:
    """The shape of one sample: of padded sequences that of their values, of a tuple that of each."""
    if isinstance(node, fnn.Padded):
        return sample_shape(node.values)
    return tuple(map(sample_shape, node)) if isinstance(node, tuple) else node if node is None else node.shape[1:]


def assert_close(got: Any, expected: Any) -> None:
    for a, b in zip(tree.leaves(got), tree.leaves(expected), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)


def strided(leaf: Leaf) -> Leaf:
    wide = np.full((*leaf.shape, 2), 77, leaf.dtype)
    wide[..., 0] = leaf
    return wide[..., 0]


def backwards(leaf: Leaf) -> Leaf:
    return leaf[::-1].copy()[::-1]


LAYOUTS: list[Callable[[Leaf], Leaf]] = [strided, backwards, np.asfortranarray]


# --- ops, layers and combinators ---


@of_all(CASES)
def test_gradient(case: Case) -> None:
    params, arguments = draw(case)
    for seed in (0, 1):
        report = fnn.check.gradients(case.subject, *arguments, params=params, key=fnn.Key(seed), tolerance=1e-8)
        assert len(report.entries) >= len(floats(arguments))


@of_all([case for case in CASES if isinstance(case.subject, fnn.Model)])
def test_learning_gives_the_gradients_of_forward(case: Case) -> None:
    """A first layer leaves out the gradient of its input; that of its parameters must be the same."""
    model: Any = case.subject
    params, (x, *_) = draw(case)
    y, renewed, back = model.forward(params, x, fnn.Key(1))
    y_learnt, renewed_learnt, back_learnt = fnn.model.learn_of(model)(params, x, fnn.Key(1))
    assert_close((y_learnt, renewed_learnt), (y, renewed))
    assert_close(back_learnt(some_dy(y)), back(some_dy(y))[0])


@of_all([case for case in CASES if case.analytic])
def test_gradient_by_complex_step(case: Case) -> None:
    _, arguments = draw(case)
    fnn.check.gradients(case.subject, *arguments, method="complex", tolerance=1e-13)


@of_all(STAGES)
def test_apply_and_forward_agree(case: Case) -> None:
    params, arguments = draw(case)
    y = apply(case, params, arguments)
    same = [tree.equal(y, forward(case, params, arguments, seed)[0]) for seed in range(3)]
    assert all(same) if case.agrees else not any(same)


@of_all(CASES)
def test_what_comes_in_is_not_changed(case: Case) -> None:
    params, arguments = draw(case)  # read-only, but an op could make them writable
    before = as_bytes((params, arguments))
    apply(case, params, arguments)
    y, backward = forward(case, params, arguments)
    dy = tree.copy(some_dy(y))
    dy_before = as_bytes(dy)
    backward(dy)
    assert as_bytes((params, arguments)) == before
    assert as_bytes(dy) == dy_before


@of_all(CASES)
def test_same_call_same_bits(case: Case) -> None:
    params, arguments = draw(case)
    y, backward = forward(case, params, arguments)
    dy = some_dy(y)
    gradients = tree.copy(backward(dy))
    other, _ = forward(case, params, tree.map(halved, arguments))
    again, backward_again = forward(case, params, arguments)
    assert tree.equal(y, again)
    assert not tree.equal(y, other) or case.covers == "step"
    assert tree.equal(gradients, backward(dy))
    assert tree.equal(gradients, backward_again(dy))


@of_all(CASES)
def test_float32_stays_float32(case: Case) -> None:
    params, arguments = draw(case, np.float32)
    y, backward = forward(case, params, arguments)
    found = floats((apply(case, params, arguments), y, backward(some_dy(y))))
    assert {leaf.dtype for leaf in found} == {np.dtype(np.float32)}
    params, arguments = draw(case)
    exact, _ = forward(case, params, arguments)
    for leaf, reference in zip(floats(y), floats(exact), strict=True):
        np.testing.assert_allclose(leaf, reference, rtol=2e-5, atol=2e-6)


@of_all([case for case in CASES if case.batched])
def test_batch_of_one(case: Case) -> None:
    params, (x, *rest) = draw(case)
    y, backward = forward(case, params, (x, *rest))
    y_one, backward_one = forward(case, params, (tree.map(first, x), *rest))
    assert_close(y_one, tree.map(first, y))
    dy = tree.map(lambda leaf: np.where(np.arange(len(leaf)) == 0, leaf.T, 0).T, some_dy(y))  # only the first counts
    one, all_rows = backward_one(tree.map(first, dy)), backward(dy)
    for a, b in zip(tree.leaves(one), tree.leaves(all_rows), strict=True):
        assert_close(a, b if a.shape == b.shape else b[:1])


@pytest.mark.parametrize("layout", LAYOUTS)
@of_all(CASES)
def test_memory_layout_does_not_matter(case: Case, layout: Callable[[Leaf], Leaf]) -> None:
    params, arguments = draw(case)
    y, backward = forward(case, params, arguments)
    dy = some_dy(y)
    y_again, backward_again = forward(case, *tree.map(layout, (params, arguments)))
    assert_close(y_again, y)
    assert_close(backward_again(tree.map(layout, dy)), backward(dy))


@of_all(STAGES)
def test_shape_rule_tells_the_truth(case: Case) -> None:
    params, (x,) = draw(case, np.float32)
    assert isinstance(case.subject, fnn.Model | fnn.Fn)
    assert output_shape(case.subject, sample_shape(x)) == sample_shape(apply(case, params, (x,)))


@of_all(STAGES)
def test_dx_is_like_x(case: Case) -> None:
    params, (x,) = draw(case, np.float32)
    y, backward = forward(case, params, (x,))
    found = backward(some_dy(y))
    dx = found[1] if isinstance(case.subject, fnn.Model) else found
    tree.map(lambda *_: None, x, dx)  # of one structure
    assert [(leaf.shape, leaf.dtype) for leaf in tree.leaves(x)] == [(d.shape, d.dtype) for d in tree.leaves(dx)]
    assert not any(d.any() for d in tree.leaves(dx) if d.dtype.kind in "iu"), "integers have no derivative"


@of_all([case for case in STAGES if isinstance(case.subject, fnn.Model)])
def test_saved_and_loaded_parameters_compute_the_same_bits(case: Case, tmp_path: Path) -> None:
    params, arguments = draw(case, np.float32)
    fnn.save(tmp_path / "params.npz", params)
    loaded = fnn.load(tmp_path / "params.npz", params)
    assert tree.equal(loaded, params)
    assert tree.equal(apply(case, loaded, arguments), apply(case, params, arguments))


BAD: list[tuple[str, type[FnnError], Callable[[Leaf], object]]] = [
    ("integers", DtypeError, lambda x: np.ones(x.shape, np.int64)),
    ("booleans", DtypeError, lambda x: np.ones(x.shape, np.bool_)),
    ("float16", DtypeError, lambda x: x.astype(np.float16)),
    ("complex", DtypeError, lambda x: x.astype(np.complex64)),
    ("objects", DtypeError, lambda x: x.astype(object)),
    ("list", DtypeError, lambda x: x.tolist()),
    ("number", DtypeError, lambda x: float(x.flat[0])),
    ("empty", DataError, lambda x: x[:0]),
]


def names(stage: Any, shape: Any) -> list[str]:
    """The name of a stage, and of all that it is made of."""
    inner = stage.parts(shape) if stage.parts is not None else []
    return [stage.name, *(name for _, part, s, _ in inner for name in names(part, s))]


@pytest.mark.parametrize(("bad", "kind", "spoil"), BAD, ids=[name for name, _, _ in BAD])
@of_all(STAGES)
def test_bad_input(case: Case, bad: str, kind: type[FnnError], spoil: Callable[[Leaf], object]) -> None:
    params, (x,) = draw(case, np.float32)
    if bad == "integers" and not floats(x):
        spoil = partial(np.asarray, dtype=np.float32)
    spoilt = tree.map(spoil, x)
    for call in (apply, forward):
        with pytest.raises(kind) as caught:
            call(case, params, (spoilt,))
        stage = caught.value.place.split(" > ")[-1]
        assert stage
        assert any(stage in name for name in names(case.subject, sample_shape(x)))
        assert caught.value.expected in str(caught.value)
        assert caught.value.got in str(caught.value)


@of_all([case for case in STAGES if isinstance(case.subject, fnn.Model) and all(map(floats, draw(case)))])
def test_parameters_and_input_of_two_dtypes(case: Case) -> None:
    params, _ = draw(case, np.float32)
    _, arguments = draw(case, np.float64)
    with pytest.raises(DtypeError, match=r"expected .* dtype float32, got float64\."):
        apply(case, params, arguments)


# --- losses ---


def draw_loss(case: LossCase, dtype: type[np.floating[Any]] = np.float64) -> tuple[Any, Any, dict[str, Any]]:
    """Prediction, target and options; floating arrays of the dtype, and read-only."""
    y, target = tree.astype(case.inputs(np.random.default_rng(SEED)), dtype)
    arrays = {name: value for name, value in case.options.items() if isinstance(value, np.ndarray)}
    return y, target, {**case.options, **tree.astype(arrays, dtype)}


def check_loss(case: LossCase, y: Any, target: Any, options: dict[str, Any]) -> None:
    """The gradient that stands beside the value is the value's."""

    def value(y: Any) -> tuple[fnn.Array, Any]:
        number, dy = case.loss(y, target, **options)
        return np.array([number]), dy

    def gradient(scale: fnn.Array, dy: Any) -> Any:
        return tree.map(lambda leaf: leaf * scale.item(), dy)

    fnn.check.gradients((value, gradient), y, tolerance=1e-8)


@of_all(losses.CASES)
def test_loss_gradient(case: LossCase) -> None:
    y, target, options = draw_loss(case)
    check_loss(case, y, target, options)


@of_all(losses.CASES)
def test_loss_of_a_batch_of_one(case: LossCase) -> None:
    y, target, options = draw_loss(case)
    one = {name: first(value) if name == "sample_weight" else value for name, value in options.items()}
    check_loss(case, *tree.map(first, (y, target)), one)


@of_all(losses.CASES)
def test_loss_value_is_a_number_and_dy_like_y(case: LossCase) -> None:
    y, target, options = draw_loss(case)
    exact, _ = case.loss(y, target, **options)
    y, target, options = draw_loss(case, np.float32)
    value, dy = case.loss(y, target, **options)
    assert type(value) is float
    assert value == pytest.approx(exact, rel=1e-4)
    for leaf, gradient in zip(floats(y), floats(dy), strict=True):
        assert gradient.shape == leaf.shape
        assert gradient.dtype == np.float32


@of_all(losses.CASES)
def test_loss_changes_nothing_and_gives_the_same_bits_again(case: LossCase) -> None:
    y, target, options = draw_loss(case)
    before = as_bytes((y, target))
    value, dy = case.loss(y, target, **options)
    kept = as_bytes(dy)
    again, dy_again = case.loss(y, target, **options)
    assert as_bytes((y, target)) == before
    assert value == again
    assert kept == as_bytes(dy) == as_bytes(dy_again)


@pytest.mark.parametrize("layout", LAYOUTS)
@of_all(losses.CASES)
def test_loss_does_not_depend_on_memory_layout(case: LossCase, layout: Callable[[Leaf], Leaf]) -> None:
    y, target, options = draw_loss(case)
    value, dy = case.loss(y, target, **options)
    other, dy_other = case.loss(*tree.map(layout, (y, target)), **options)
    assert other == pytest.approx(value, rel=1e-12)
    assert_close(dy_other, dy)


@pytest.mark.parametrize(("bad", "kind", "spoil"), BAD, ids=[name for name, _, _ in BAD])
@of_all(losses.CASES)
def test_loss_of_bad_predictions(case: LossCase, bad: str, kind: type[FnnError], spoil: Callable[[Leaf], Any]) -> None:
    y, target, options = draw_loss(case, np.float32)
    if bad == "empty":
        target = tree.map(spoil, target)
        options = {name: value for name, value in options.items() if name != "sample_weight"}
    with pytest.raises(kind) as caught:
        case.loss(tree.map(spoil, y), target, **options)
    assert case.place in caught.value.place
    assert caught.value.got in str(caught.value)


@of_all([case for case in losses.CASES if tree.leaves(draw_loss(case)[1])])
def test_loss_of_targets_that_are_one_short(case: LossCase) -> None:
    y, target, options = draw_loss(case)
    with pytest.raises(FnnError) as caught:
        case.loss(y, tree.map(lambda leaf: leaf[:-1], target), **options)
    assert case.place in caught.value.place


# --- completeness ---

TABLES: list[tuple[str, Sequence[Case | LossCase]]] = [
    ("fnn.ops", ops.CASES),
    ("fnn.layers", layers.CASES),
    ("fnn.combine", [*combinators.CASES, *blocks.FREEZE, *blocks.REPEAT]),
    ("fnn.losses", losses.CASES),
    ("fnn.recurrent", sequences.RECURRENT),
    ("fnn.attention", attention.ATTENTION),
]
of_tables = pytest.mark.parametrize(("module", "cases"), TABLES, ids=[module for module, _ in TABLES])


def public(module: str) -> set[str]:
    """The public functions and stages of a module, a pair of an op's functions under one name."""
    found = importlib.import_module(module)
    names = getattr(found, "__all__", None) or [
        name for name, value in vars(found).items() if getattr(value, "__module__", "") == module and name[0] != "_"
    ]
    values = {name: getattr(found, name) for name in names}
    chosen = {
        name
        for name, value in values.items()
        if inspect.isfunction(value) or isinstance(value, fnn.Model | fnn.Fn) or attrs.has(type(value))
    }
    pairs = module == "fnn.ops"
    return {name.removesuffix("_forward").removesuffix("_backward") if pairs else name for name in chosen}


@of_tables
def test_table_is_complete(module: str, cases: Sequence[Case | LossCase]) -> None:
    covered = {case.covers for case in cases}
    assert public(module) - covered == set(), "public, but without a row in the case table"
    assert covered - public(module) == set(), "rows for what is not public"


@of_tables
def test_rows_have_names_of_their_own(module: str, cases: Sequence[Case | LossCase]) -> None:
    names = [case.name for case in cases]
    assert len(names) == len(set(names))


def test_every_op_has_both_directions() -> None:
    names = {name.removesuffix("_forward").removesuffix("_backward") for name in fnn.ops.__all__}
    assert {f"{name}_{way}" for name in names for way in ("forward", "backward")} == set(fnn.ops.__all__)


def test_completeness_finds_what_is_missing() -> None:
    rows = [case for case in layers.CASES if case.covers not in ("relu", "dense")]
    with pytest.raises(AssertionError, match="without a row") as caught:
        test_table_is_complete("fnn.layers", rows)
    assert "relu" in str(caught.value)
    assert "dense" in str(caught.value)
