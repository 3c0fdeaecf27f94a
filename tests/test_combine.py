"""Combinators: residual, shared, parallel and as_model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pytest

from fnn import check, tree
from fnn.arrays import Array
from fnn.combine import as_model, parallel, residual, shared
from fnn.errors import DtypeError, FnnError, HyperparameterError, ShapeError, StructureError
from fnn.layers.activations import identity, relu, tanh
from fnn.layers.dense import Dense, dense
from fnn.layers.dropout import dropout
from fnn.layers.flatten import flatten
from fnn.model import Model, fn, output_shape
from fnn.random import Key
from fnn.tree import record
from tests.toys import Centre, centre, noise, scale

X: Array = np.random.Generator(np.random.PCG64(0)).standard_normal((5, 4)).astype(np.float32)
X64 = X.astype(np.float64)


def refused(error: type[FnnError], call: Callable[[], object]) -> str:
    with pytest.raises(error) as caught:
        call()
    return str(caught.value)


# --- as_model ---


def test_as_model_is_the_stage_with_parameters_none() -> None:
    model = as_model(tanh)
    assert model.init(Key(0)) is None
    assert np.array_equal(model.apply(None, X), tanh(X))
    y, renewed, backward = model.forward(None, X, Key(0))
    assert renewed is None
    grads, dx = backward(X)
    assert grads is None
    assert np.array_equal(dx, X * (1 - y * y))
    assert model.name == "tanh"


def test_as_model_hands_the_key_on() -> None:
    y, _, _ = as_model(dropout(0.5)).forward(None, X, Key(3))
    assert np.array_equal(y, dropout(0.5).forward(X, Key(3))[0])


# --- residual ---


def test_residual_adds_its_input() -> None:
    inner = dense(4, 4) >> tanh
    model = residual(inner)
    params = model.init(Key(0))
    assert tree.equal(params, inner.init(Key(0)))
    assert np.array_equal(model.apply(params, X), X + inner.apply(params, X))
    assert check.gradients(model, X).passed
    assert model.name == "residual(dense(4, 4) >> tanh)"


def test_residual_renews_buffers_and_hands_the_key_on() -> None:
    _, renewed, _ = residual(centre(4)).forward(centre(4).init(Key(0)), X64, Key(0))
    assert np.allclose(renewed.mean, X64.sum(axis=0))
    seen: list[Key] = []
    residual(as_model(noise(seen))).forward(None, X, Key(3))
    assert seen == [Key(3)]


def test_residual_of_what_changes_the_shape() -> None:
    """Also where NumPy would broadcast."""
    model = residual(dense(4, 1))
    text = "residual(dense(4, 1)): expected output of the input's shape"
    hint = "Make the last layer inside as wide as the input."
    params = model.init(Key(0))
    assert refused(ShapeError, lambda: model.apply(params, X)) == f"{text} (5, 4), got shape (5, 1). {hint}"
    assert refused(ShapeError, lambda: model.forward(params, X, Key(0))) == f"{text} (5, 4), got shape (5, 1). {hint}"
    assert refused(ShapeError, lambda: output_shape(model, (4,))) == f"{text} (batch, 4), got (batch, 1). {hint}"


# --- shared ---


def test_shared_uses_one_set_of_parameters_twice() -> None:
    inner = dense(4, 3) >> tanh
    twin = shared(inner)
    params = twin.init(Key(0))
    assert tree.equal(params, inner.init(Key(0)))
    a, b = twin.apply(params, (X, -X))
    assert np.array_equal(a, inner.apply(params, X))
    assert np.array_equal(b, inner.apply(params, -X))
    assert check.gradients(twin, (X, 2 * X)).passed


def test_shared_renews_buffers_by_both_and_draws_a_key_for_each() -> None:
    _, renewed, _ = shared(centre(4)).forward(centre(4).init(Key(0)), (X64, 2 * X64), Key(0))
    assert np.allclose(renewed.mean, 3 * X64.sum(axis=0))
    assert renewed.count == 2
    seen: list[Key] = []
    shared(as_model(noise(seen))).forward(None, (X, X), Key(3))
    assert len(set(seen)) == 2
    assert Key(3) not in seen


def test_members_may_differ_in_size() -> None:
    twin = shared(dense(4, 3))
    (a, b), _, backward = twin.forward(twin.init(Key(0)), (X, X[:2]), Key(0))
    assert (a.shape, b.shape) == ((5, 3), (2, 3))
    _, (da, db) = backward((a, b))
    assert (da.shape, db.shape) == ((5, 4), (2, 4))


@pytest.mark.parametrize(
    ("pair", "got"), [(X, "float32 of shape (5, 4)"), ((X,), "a tuple"), ((X, X, X), "a tuple"), ([X, X], "a list")]
)
def test_shared_wants_a_pair(pair: Any, got: str) -> None:
    twin = shared(dense(4, 3))
    params = twin.init(Key(0))
    for call in (lambda: twin.apply(params, pair), lambda: twin.forward(params, pair, Key(0))):
        assert refused(ShapeError, call) == (
            f"shared(dense(4, 3)): expected a pair of inputs, got {got}. Pass the tuple (first, second)."
        )


def test_shapes_of_shared() -> None:
    assert output_shape(shared(dense(4, 3)), ((4,), (7, 4))) == ((3,), (7, 3))
    assert refused(ShapeError, lambda: output_shape(shared(dense(4, 3)), (4,))) == (
        "shared(dense(4, 3)): expected a pair of input shapes, got (4,)."
    )


# --- parallel ---

TWO = (dense(4, 3), scale(4))
THREE = (dense(4, 4), scale(4) >> tanh, as_model(relu))


def test_outputs_as_a_tuple() -> None:
    model = parallel(*TWO)
    p, q = params = model.init(Key(0))
    assert tree.equal(model.apply(params, X), (TWO[0].apply(p, X), TWO[1].apply(q, X)))


def test_outputs_added() -> None:
    model = parallel(*THREE, join="add")
    p, q, r = params = model.init(Key(0))
    expected = THREE[0].apply(p, X) + THREE[1].apply(q, X) + THREE[2].apply(r, X)
    assert np.array_equal(model.apply(params, X), expected)


def test_outputs_concatenated() -> None:
    model = parallel(*TWO, join="concatenate")
    p, q = params = model.init(Key(0))
    expected = np.concatenate([TWO[0].apply(p, X), TWO[1].apply(q, X)], axis=1)
    assert np.array_equal(model.apply(params, X), expected)


@pytest.mark.parametrize("join", ["tuple", "add", "concatenate"])
def test_gradients_of_all_joins(join: Any) -> None:
    away = np.copysign(np.abs(X) + 0.1, X)
    assert check.gradients(parallel(*THREE, join=join), away).passed
    assert check.gradients(parallel(*THREE[:2], join=join), away).passed


def test_branches_of_branches() -> None:
    inner = parallel(dense(4, 3), dense(4, 2), join="concatenate")
    model = parallel(residual(dense(4, 4)), inner >> tanh, as_model(identity), join="concatenate") >> dense(13, 2)
    assert output_shape(model, (4,)) == (2,)
    assert check.gradients(model, X).passed


def test_inputs_of_several_arrays() -> None:
    """The gradients of the branches add up, member by member."""

    def product(x: tuple[Array, Array]) -> tuple[Array, tuple[Array, Array]]:
        return x[0] * x[1], x

    def slopes(dy: Array, x: tuple[Array, Array]) -> tuple[Array, Array]:
        return dy * x[1], dy * x[0]

    model = parallel(shared(dense(4, 3)), as_model(fn(product, slopes)))
    assert check.gradients(model, (X, X + 1)).passed


def test_outputs_of_sequences_are_joined_along_the_last_axis() -> None:
    sequence = np.stack([X, 2 * X], axis=1)
    model = parallel(dense(4, 3), dense(4, 2), join="concatenate")
    assert model.apply(model.init(Key(0)), sequence).shape == (5, 2, 5)
    assert check.gradients(model, sequence).passed


def test_parallel_renews_buffers_and_draws_a_key_for_each_branch() -> None:
    model = parallel(centre(4), dense(4, 4), join="add")
    _, renewed, _ = model.forward(tree.astype(model.init(Key(0)), np.float64), X64, Key(0))
    assert np.allclose(renewed[0].mean, X64.sum(axis=0))
    seen: list[Key] = []
    parallel(as_model(noise(seen)), as_model(noise(seen))).forward((None, None), X, Key(3))
    assert len(set(seen)) == 2
    assert Key(3) not in seen


def test_branches_start_from_keys_of_their_own() -> None:
    p, q = parallel(scale(4), scale(4)).init(Key(0))
    assert not tree.equal(p, q)


def test_parallel_into_a_record() -> None:
    @record
    class Branches:
        left: Dense
        right: Centre

    model = parallel(dense(4, 3), centre(4)).into(Branches)
    params = tree.astype(model.init(Key(0)), np.float64)
    assert type(params) is Branches
    assert model.name == "Branches"
    _, renewed, backward = model.forward(params, X64, Key(0))
    assert renewed.right.count == 1
    grads, _ = backward((np.ones((5, 3)), np.ones((5, 4))))
    assert type(grads) is Branches
    assert refused(StructureError, lambda: model.apply((params.left, params.right), X64)) == (  # type: ignore[arg-type]  # wrong on purpose
        "parallel(dense(4, 3), centre(4), tuple): expected parameters Branches, got a tuple. "
        "Use this model's init or load."
    )


def test_parameters_of_another_parallel() -> None:
    model = parallel(dense(4, 3), dense(4, 2))
    params: Any = model.init(Key(0))[:1]
    for call in (lambda: model.apply(params, X), lambda: model.forward(params, X, Key(0))):
        assert refused(StructureError, call) == (
            "parallel(dense(4, 3), dense(4, 2), tuple): expected parameters as a tuple of 2, "
            "one for each stage that has any, got a tuple of 1. Use this model's init or load."
        )


# --- parallel: what does not fit ---


def three(join: Literal["add", "concatenate"], third: Model[Any, Array, Any]) -> Model[Any, Array, Array]:
    return parallel(dense(4, 3), as_model(identity) >> dense(4, 3), third, join=join)


@pytest.mark.parametrize(
    ("join", "third", "expected", "got", "got_sample"),
    [
        ("add", dense(4, 1), "({}, 3), to add up", "(5, 1)", "(batch, 1)"),
        ("add", dense(4, 2), "({}, 3), to add up", "(5, 2)", "(batch, 2)"),
        ("concatenate", "sequence", "({}, ...), to concatenate", "(5, 1, 4)", "(batch, 1, 4)"),
        ("concatenate", "flat", "({}, ...), to concatenate", "(5)", "(batch)"),
    ],
)
def test_outputs_that_do_not_join(
    join: Literal["add", "concatenate"], third: Any, expected: str, got: str, got_sample: str
) -> None:
    if third == "sequence":
        third = as_model(fn(lambda x: (x[:, None, :], None), lambda dy, cache: dy[:, 0], name=third))
    elif third == "flat":
        third = as_model(fn(lambda x: (x.sum(axis=1), None), lambda dy, cache: dy, name=third))
    model = three(join, third)
    place = f"parallel(dense(4, 3), identity >> dense(4, 3), {third.name}, {join}) > branch 2"
    hint = "The outputs of all branches must fit."
    params = model.init(Key(0))
    for call in (lambda: model.apply(params, X), lambda: model.forward(params, X, Key(0))):
        assert (
            refused(ShapeError, call) == f"{place}: expected an output of shape {expected.format(5)}, got {got}. {hint}"
        )
    assert refused(ShapeError, lambda: output_shape(model, (4,))) == (
        f"{place}: expected an output of shape {expected.format('batch')}, got {got_sample}. {hint}"
    )


def test_outputs_that_are_no_arrays_do_not_join() -> None:
    model = three("add", parallel(dense(4, 3), dense(4, 3)))
    assert refused(DtypeError, lambda: model.apply(model.init(Key(0)), X)).endswith(
        "branch 2: expected output as a float32 or float64 array, got a tuple. "
        "Make it an array: np.array(x, np.float32), all rows of equal length."
    )


def test_errors_name_the_branch() -> None:
    model = dense(4, 4) >> parallel(dense(4, 3), dense(4, 4) >> dense(9, 3))
    params = model.init(Key(0))
    place = "stage 1 > branch 1 > stage 1 > dense(9, 3): expected input of shape (batch, ..., 9), got"
    for call in (lambda: model.apply(params, X), lambda: model.forward(params, X, Key(0))):
        assert refused(ShapeError, call) == f"{place} shape (5, 4). Its last axis must hold 9 features."
    assert refused(ShapeError, lambda: output_shape(model, (4,))) == (
        f"{place} (batch, 4). Before it comes stage 0 dense(4, 4), which gives (batch, 4)."
    )


def test_shapes_of_parallel() -> None:
    assert output_shape(parallel(dense(4, 3), as_model(flatten)), (2, 4)) == ((2, 3), (8,))
    assert output_shape(parallel(dense(4, 4), as_model(relu), join="add"), (4,)) == (4,)
    assert output_shape(parallel(dense(4, 3), as_model(relu), join="concatenate"), (2, 4)) == (2, 7)


@pytest.mark.parametrize("combine", [residual, shared, lambda stage: parallel(dense(4, 3), stage)])
@pytest.mark.parametrize(("stage", "got"), [(relu, "a Fn"), (np.tanh, "a ufunc"), (dense, "a function")])
def test_what_is_no_model(combine: Callable[[Any], object], stage: object, got: str) -> None:
    text = refused(StructureError, lambda: combine(stage))
    assert text.endswith(f": expected a model, got {got}. Wrap a bare stage: fnn.as_model(stage).")
    assert text.startswith(getattr(combine, "__name__", "").replace("<lambda>", "parallel"))


def test_too_few_branches() -> None:
    branches: Any = (dense(4, 3),)
    assert refused(HyperparameterError, lambda: parallel(*branches)) == "parallel: expected two models or more, got 1."


def test_unknown_joins() -> None:
    join: Any = "multiply"
    assert refused(HyperparameterError, lambda: parallel(*TWO, join=join)) == (
        'parallel: expected join as "tuple", "add" or "concatenate", got \'multiply\'.'
    )
