"""Models, stages, and their composition with ``>>`` and ``into``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import attrs
import numpy as np
import pytest

import fnn
from fnn import check, tree
from fnn.arrays import Array, Shape
from fnn.combine import as_model
from fnn.errors import DtypeError, FnnError, ShapeError, StructureError
from fnn.layers.activations import relu, softmax, tanh
from fnn.layers.dense import Dense, dense
from fnn.layers.dropout import dropout
from fnn.layers.flatten import flatten
from fnn.model import Fn, Model, Serial, fn, layer, learn_of, op_of, output_shape
from fnn.random import Key
from fnn.tree import record, static
from tests.toys import Centre, Scale, centre, noise, scale

X: Array = np.random.Generator(np.random.PCG64(0)).standard_normal((5, 4)).astype(np.float32)


@record
class MLP:
    hidden: Dense
    out: Dense


class Pair(NamedTuple):
    hidden: Dense
    out: Dense


def refused(error: type[FnnError], call: Callable[[], object]) -> str:
    with pytest.raises(error) as caught:
        call()
    return str(caught.value)


# --- composing ---


def test_a_serial_is_the_stages_one_after_the_other() -> None:
    first, second = dense(4, 3), dense(3, 2)
    model = first >> relu >> second
    params = model.init(Key(0))
    assert np.array_equal(model.apply(params, X), second.apply(params[1], relu(first.apply(params[0], X))))


def test_backward_is_the_chain_rule() -> None:
    model = dense(4, 3) >> tanh >> scale(3) >> dense(3, 2)
    assert check.gradients(model, X).passed
    assert [entry.path for entry in check.gradients(model, X).entries] == [
        "params.0.weight",
        "params.0.bias",
        "params.1.factor",
        "params.2.weight",
        "params.2.bias",
        "input",
    ]


def test_brackets_do_not_change_the_result() -> None:
    a, b, c = dense(4, 3), dense(3, 3), dense(3, 2)
    flat, left, right = a >> b >> c, (a >> b) >> c, a >> (b >> c)
    p, q, r = flat.init(Key(0))
    assert len(flat.stages) == len(left.stages) == 3
    assert len(right.stages) == 2
    dy = np.ones((5, 2), np.float32)
    y, _, backward = flat.forward((p, q, r), X, Key(1))
    y_right, renewed, backward_right = right.forward((p, (q, r)), X, Key(1))
    assert tree.equal(
        (y, backward(dy)), (y_right, ((backward_right(dy)[0][0], *backward_right(dy)[0][1]), backward(dy)[1]))
    )
    assert tree.equal(renewed, (p, (q, r)))
    assert np.array_equal(left.apply((p, q, r), X), right.apply((p, (q, r)), X))


def test_stages_without_parameters_compose_to_one_without() -> None:
    both = relu >> dropout(0.5)
    assert isinstance(both, Fn)
    assert both.name == "relu >> dropout(0.5)"
    assert np.array_equal(both(X), np.maximum(X, 0))
    y, backward = both.forward(X, Key(0))
    assert np.array_equal(backward(np.ones_like(X)) != 0, y != 0)
    assert check.gradients(tanh >> softmax, X).passed
    assert both.shape is not None
    assert both.shape((4,)) == (4,)


def test_a_stage_before_a_serial_joins_it() -> None:
    model = flatten >> (dense(4, 3) >> relu)
    assert isinstance(model, Serial)
    assert [stage.name for stage in model.stages] == ["flatten", "dense(4, 3)", "relu"]
    assert len(model.init(Key(0))) == 1


def test_names() -> None:
    inner = dense(3, 3) >> relu
    model = dense(4, 3) >> inner >> dropout(0.1)
    assert repr(model) == model.name == "dense(4, 3) >> (dense(3, 3) >> relu) >> dropout(0.1)"
    assert repr((dense(4, 3) >> dense(3, 2)).into(MLP)) == "MLP"
    assert repr(relu) == "relu"


@pytest.mark.parametrize("left", [dense(4, 3), relu, dense(4, 3) >> relu])
@pytest.mark.parametrize(
    ("right", "got"), [(np.tanh, "a ufunc"), (dropout, "a function"), (None, "None"), ((), "a tuple")]
)
def test_composing_with_what_is_no_stage(left: Any, right: object, got: str) -> None:
    assert refused(StructureError, lambda: left >> right) == (
        f"{left.name} >>: expected a model or a stage, got {got}. "
        "Call the factory, such as fnn.dropout(0.1), or make a stage of your function with fnn.fn."
    )


# --- parameters ---


def test_parameters_are_read_only() -> None:
    for params in (dense(4, 3).init(Key(0)), (dense(4, 3) >> dense(3, 2)).into(MLP).init(Key(0))):
        assert not any(leaf.flags.writeable for leaf in tree.leaves(params))


def test_stages_start_from_keys_of_their_own() -> None:
    model = scale(9) >> relu >> scale(9) >> tanh >> scale(9)
    factors = [params.factor for params in model.init(Key(0))]
    assert len({factor.tobytes() for factor in factors}) == 3
    assert tree.equal(model.init(Key(0)), model.init(Key(0)))
    assert not tree.equal(model.init(Key(0)), model.init(Key(1)))


def test_stages_without_parameters_do_not_change_the_start_of_others() -> None:
    assert tree.equal((scale(4) >> relu >> scale(4)).init(Key(0)), (tanh >> scale(4) >> scale(4)).init(Key(0)))


@pytest.mark.parametrize(
    ("params", "got"),
    [((), "a tuple of 0"), ((None,) * 3, "a tuple of 3"), (None, "None"), (X, "float32 of shape (5, 4)")],
)
def test_parameters_of_another_composition(params: Any, got: str) -> None:
    model = dense(4, 3) >> relu >> dense(3, 2)
    for call in (lambda: model.apply(params, X), lambda: model.forward(params, X, Key(0))):
        assert refused(StructureError, call) == (
            "dense(4, 3) >> relu >> dense(3, 2): expected parameters as a tuple of 2, "
            f"one for each stage that has any, got {got}. Use this model's init or load."
        )


def test_parameters_of_another_layer() -> None:
    model = dense(4, 3) >> relu
    text = "expected parameters Dense, got a Scale. Use this model's init or load."
    assert refused(StructureError, lambda: model.apply((Scale(X),), X)) == f"stage 0 > dense(4, 3): {text}"  # type: ignore[arg-type]  # wrong on purpose
    assert refused(StructureError, lambda: dense(4, 3).forward(Scale(X), X, Key(0))) == f"dense(4, 3): {text}"  # type: ignore[arg-type]  # wrong on purpose


# --- keys and buffers ---


def test_each_stage_draws_from_a_key_of_its_own() -> None:
    seen: list[Key] = []
    model = noise(seen) >> as_model(noise(seen)) >> dense(4, 4) >> (noise(seen) >> noise(seen)) >> as_model(noise(seen))
    params = model.init(Key(0))
    y = model.forward(params, X, Key(1))[0]
    assert len(seen) == len(set(seen)) == 5
    assert Key(1) not in seen
    assert np.array_equal(model.forward(params, X, Key(1))[0], y)
    assert seen[:5] == seen[5:]
    assert not np.array_equal(model.forward(params, X, Key(2))[0], y)
    assert not set(seen[:10]) & set(seen[10:])


def test_inference_draws_nothing() -> None:
    seen: list[Key] = []
    model = dense(4, 4) >> noise(seen)
    model.apply(model.init(Key(0)), X)
    assert seen == []


def test_training_renews_buffers_and_inference_uses_them() -> None:
    @record
    class Centred:
        first: Centre
        body: Dense
        second: Centre

    model = (centre(4) >> relu >> dense(4, 2) >> centre(2)).into(Centred)
    before = model.init(Key(0))
    x = X.astype(np.float64)
    before = tree.astype(before, np.float64)
    _, after, backward = model.forward(before, x, Key(0))
    assert np.allclose(after.first.mean, x.sum(axis=0))
    assert after.second.mean.any()
    assert (after.first.count, after.second.count) == (1, 1)
    assert after.body is before.body
    assert after.first.shift is before.first.shift
    assert not before.first.mean.any()
    assert not np.allclose(model.apply(after, x), model.apply(before, x))
    grads, _ = backward(np.ones((5, 2)))
    assert isinstance(grads, Centred)
    assert grads.second.shift.tolist() == [5.0, 5.0]


# --- naming the parameters ---


@pytest.mark.parametrize("cls", [MLP, Pair])
def test_into_names_parameters_gradients_and_renewed_parameters(cls: type[MLP] | type[Pair]) -> None:
    bare = dense(4, 3) >> relu >> dense(3, 2)
    model: Model[Any, Array, Array] = bare.into(cls)
    params = model.init(Key(0))
    assert type(params) is cls
    assert tree.equal((params.hidden, params.out), bare.init(Key(0)))
    y, renewed, backward = model.forward(params, X, Key(0))
    grads, dx = backward(y)
    assert type(renewed) is type(grads) is cls
    y_bare, _, backward_bare = bare.forward((params.hidden, params.out), X, Key(0))
    assert tree.equal((y, (grads.hidden, grads.out), dx), (y_bare, *backward_bare(y_bare)))
    assert np.array_equal(model.apply(params, X), y)


def test_into_keeps_static_fields() -> None:
    @record
    class Named:
        hidden: Dense
        title: str = static(default="first")

    model = (dense(4, 3) >> relu).into(Named)
    params = tree.replace(model.init(Key(0)), title="mine")
    _, renewed, backward = model.forward(params, X, Key(0))
    assert renewed.title == backward(np.ones((5, 3), np.float32))[0].title == "mine"


def test_into_a_generic_record() -> None:
    from tests.tree.trees import Block

    model = (dense(4, 3) >> dense(3, 2)).into(MLP)
    outer = (relu >> model >> centre(2)).into(Block[MLP])  # type: ignore[arg-type]  # a Block is made for another norm
    params = outer.init(Key(0))
    assert type(params) is Block
    assert type(params.body) is MLP
    assert outer.name == "Block"


def test_into_nested() -> None:
    @record
    class Outer:
        first: MLP
        last: tuple[Dense, Dense]

    inner = dense(2, 3) >> dense(3, 2)
    model = ((dense(4, 3) >> dense(3, 2)).into(MLP) >> relu >> inner).into(Outer)
    params = model.init(Key(0))
    assert [path for path, _ in tree.leaves_with_paths(params)] == [
        "first.hidden.weight",
        "first.hidden.bias",
        "first.out.weight",
        "first.out.bias",
        "last.0.weight",
        "last.0.bias",
        "last.1.weight",
        "last.1.bias",
    ]
    assert check.gradients(model, X).passed


def test_into_a_record_with_another_number_of_fields() -> None:
    three = dense(4, 4) >> dense(4, 4) >> relu >> dense(4, 4)
    for cls in (MLP, Pair):
        assert refused(StructureError, lambda cls=cls: three.into(cls)) == (  # type: ignore[misc]  # wrong on purpose
            f"dense(4, 4) >> dense(4, 4) >> relu >> dense(4, 4).into({cls.__name__}): "
            "expected a record with 3 fields, one for each stage that has parameters, got 2 fields. "
            "Add or remove fields, or write .into on the inner composition."
        )


def test_into_what_is_no_record() -> None:
    class Plain:
        def __init__(self, hidden: Dense) -> None:
            self.hidden = hidden

    for cls, name in ((Plain, "Plain"), (lambda hidden: MLP(hidden, hidden), "<lambda>")):
        assert refused(StructureError, lambda cls=cls: (dense(4, 3) >> relu).into(cls)) == (  # type: ignore[misc]  # wrong on purpose
            f"dense(4, 3) >> relu.into: expected a record class, got {name}. Decorate the class with @fnn.record."
        )


@pytest.mark.parametrize(
    ("params", "got"), [((None, None), "a tuple"), (Pair(*(dense(4, 3).init(Key(0)),) * 2), "a Pair"), (None, "None")]
)
def test_parameters_of_another_record(params: Any, got: str) -> None:
    model = (dense(4, 3) >> relu >> dense(3, 2)).into(MLP)
    for call in (lambda: model.apply(params, X), lambda: model.forward(params, X, Key(0))):
        assert refused(StructureError, call) == (
            f"dense(4, 3) >> relu >> dense(3, 2): expected parameters MLP, got {got}. Use this model's init or load."
        )


# --- errors name the stage ---


def test_errors_name_the_stage() -> None:
    model = relu >> dense(4, 3) >> tanh >> dense(9, 2)
    params = model.init(Key(0))
    text = (
        "stage 3 > dense(9, 2): expected input of shape (batch, ..., 9), got shape (5, 3). "
        "Its last axis must hold 9 features."
    )
    assert refused(ShapeError, lambda: model.apply(params, X)) == text
    assert refused(ShapeError, lambda: model.forward(params, X, Key(0))) == text
    nested = dense(4, 3) >> (dense(3, 3) >> dense(9, 2)).into(MLP)
    assert refused(ShapeError, lambda: nested.apply(nested.init(Key(0)), X)).startswith(
        "stage 1 > stage 1 > dense(9, 2): "
    )


def test_errors_of_a_backward_name_the_stage() -> None:
    def broken(dy: Array, cache: Array) -> Array:
        raise ShapeError("mine", "one", "two")

    model = dense(4, 4) >> fn(lambda x: (x, x), broken) >> relu
    y, _, backward = model.forward(model.init(Key(0)), X, Key(0))
    assert refused(ShapeError, lambda: backward(y)) == "stage 1 > mine: expected one, got two."


def test_integers_are_refused_by_name() -> None:
    model = flatten >> dense(4, 3)
    images = np.zeros((5, 2, 2), np.uint8)
    assert refused(DtypeError, lambda: model.apply(model.init(Key(0)), images)) == (  # type: ignore[arg-type]  # wrong on purpose
        "stage 0 > flatten: expected input as a float32 or float64 array, got uint8 of shape (5, 2, 2). "
        "Convert it: x.astype(np.float32)."
    )


def test_other_exceptions_pass_unchanged() -> None:
    model = dense(4, 4) >> fn(lambda x: (x @ x, None), lambda dy, cache: dy)
    with pytest.raises(ValueError, match="matmul"):
        model.apply(model.init(Key(0)), X)


# --- explicit pairs ---


def test_layer_hides_the_cache_and_freezes_the_start() -> None:
    made = np.ones(4)

    def forward(params: Scale, x: Array) -> tuple[Array, tuple[Array, Array]]:
        return params.factor * x, (params.factor, x)

    def backward(dy: Array, cache: tuple[Array, Array]) -> tuple[Scale, Array]:
        dfactor: Array = (dy * cache[1]).sum(axis=0)
        return Scale(dfactor), dy * cache[0]

    model = layer(lambda key: Scale(made), forward, backward, name="own", record=Scale)
    assert check.gradients(model, X).passed
    assert not model.init(Key(0)).factor.flags.writeable
    assert made.flags.writeable  # what is the caller's stays as it is
    params = model.init(Key(0))
    y, renewed, back = model.forward(params, X.astype(np.float64), Key(0))
    assert isinstance(back(y), tuple)
    assert renewed is params
    assert refused(StructureError, lambda: model.apply((made,), X)).startswith(  # type: ignore[arg-type]  # wrong on purpose
        "own: expected parameters Scale, got a tuple."
    )
    unchecked = layer(lambda key: Scale(made), forward, backward)
    assert unchecked.name == "layer"
    with pytest.raises(AttributeError):
        unchecked.apply((made,), X)  # type: ignore[arg-type]  # wrong on purpose


def test_models_are_frozen_values() -> None:
    for subject in (dense(4, 3), relu, dense(4, 3) >> relu):
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            subject.name = "other"  # type: ignore[misc]  # wrong on purpose
    assert attrs.evolve(relu, name="mine").name == "mine"


# --- shapes ---


def test_shapes_by_rule_need_no_data() -> None:
    def untouchable(*_: Any) -> Any:
        raise AssertionError

    stage: Fn[Array, Array] = Fn(untouchable, untouchable, shape=lambda s: (*s, 2))
    assert output_shape(stage >> stage, (4,)) == (4, 2, 2)
    assert output_shape(dense(4, 3) >> stage, ("...", 4)) == ("...", 3, 2)


def test_shapes_by_trial_where_there_is_no_rule() -> None:
    assert output_shape(scale(3), (3,)) == (3,)
    assert output_shape(scale(3), (7, 3)) == (7, 3)
    assert output_shape(dense(4, 3) >> scale(3) >> relu, (4,)) == (3,)

    def pair(x: Array) -> tuple[tuple[Array, Array], None]:
        return (x, x[:, :1]), None

    def add(x: tuple[Array, Array]) -> tuple[Array, None]:
        return x[0] + x[1], None

    split = fn(pair, lambda dy, cache: dy[0])
    assert output_shape(split, (4,)) == ((4,), (1,))
    assert output_shape(fn(add, lambda dy, cache: (dy, dy)), ((2, 4), (1, 4))) == (2, 4)


def test_shapes_that_a_trial_finds_wrong() -> None:
    model = dense(4, 3) >> scale(5)
    text = refused(ShapeError, lambda: output_shape(model, (4,)))
    assert text.startswith(
        "stage 1 > scale(5): expected input that it can take, got (batch, 3). "
        "Before it comes stage 0 dense(4, 3), which gives (batch, 3). NumPy: operands could not be broadcast"
    )


def test_shapes_that_cannot_be() -> None:
    bare = "stage 2 > dense(9, 2): expected input of shape (batch, ..., 9), got (batch, 3)."
    before = "Before it comes stage 1 relu, which gives (batch, 3)."
    model = dense(4, 3) >> relu >> dense(9, 2)
    assert refused(ShapeError, lambda: output_shape(model, (4,))) == f"{bare} {before}"
    assert refused(ShapeError, lambda: output_shape(model, (5,))) == (
        "stage 0 > dense(4, 3): expected input of shape (batch, ..., 4), got (batch, 5)."
    )
    named = model.into(MLP) >> relu
    assert refused(ShapeError, lambda: output_shape(named, (4,))) == f"stage 0 > {bare} {before}"


def test_a_composition_inside_says_once_what_came_before() -> None:
    inner = relu >> dense(9, 2)
    at_its_start = dense(4, 3) >> (dense(9, 2) >> relu)
    at_its_end = dense(4, 3) >> (dense(3, 5) >> inner)
    assert refused(ShapeError, lambda: output_shape(at_its_start, (4,))) == (
        "stage 1 > stage 0 > dense(9, 2): expected input of shape (batch, ..., 9), got (batch, 3). "
        "Before it comes stage 0 dense(4, 3), which gives (batch, 3)."
    )
    assert refused(ShapeError, lambda: output_shape(at_its_end, (4,))) == (
        "stage 1 > stage 1 > stage 1 > dense(9, 2): expected input of shape (batch, ..., 9), got (batch, 5). "
        "Before it comes stage 0 relu, which gives (batch, 5)."
    )


def test_a_rule_of_ones_own_may_refuse() -> None:
    def even(s: Shape) -> Shape:
        if s[-1] % 2:
            raise ShapeError("halve", "an even number of features", str(s[-1]), "Pad it.")
        return (*s[:-1], s[-1] // 2)

    halve = fn(lambda x: (x[..., ::2], None), lambda dy, cache: np.repeat(dy, 2, axis=-1), name="halve", shape=even)
    assert output_shape(halve >> halve, (8,)) == (2,)
    assert refused(ShapeError, lambda: output_shape(dense(4, 3) >> halve, (4,))) == (
        "stage 1 > halve: expected an even number of features, got 3. "
        "Before it comes stage 0 dense(4, 3), which gives (batch, 3). Pad it."
    )


# --- two stages in one, and other ways to do without waste ---

FUSED: dict[str, tuple[Any, tuple[int, ...]]] = {
    "dense": (fnn.dense(4, 5), (3, 4)),
    "dense, more axes": (fnn.dense(4, 5), (3, 2, 4)),
    "conv1d": (fnn.conv1d(2, 4, 3, stride=2), (3, 7, 2)),
    "conv2d": (fnn.conv2d(2, 4, 3, dilation=2), (3, 6, 5, 2)),
    "conv2d, groups": (fnn.conv2d(4, 6, 3, groups=2), (3, 6, 5, 4)),
    "conv2d, no bias": (fnn.conv2d(2, 4, 3, bias=None), (3, 6, 5, 2)),
    "depthwise": (fnn.depthwise_conv2d(4, 3), (3, 6, 5, 4)),
}


@pytest.mark.parametrize("name", FUSED)
def test_a_layer_and_its_rectifier_in_one_are_the_two(name: str) -> None:
    first, shape = FUSED[name]
    params = fnn.tree.astype(first.init(fnn.Key(1)), np.float64)
    x = np.random.default_rng(0).standard_normal(shape)
    z, _, back = first.forward(params, x, fnn.Key(0))
    y, back_relu = fnn.relu.forward(z, fnn.Key(0))
    dy = np.random.default_rng(1).standard_normal(y.shape)
    grads, dx = back(back_relu(dy))
    both = first >> fnn.relu
    assert op_of(fnn.relu) is fnn.ops.relu_forward
    got, _, back_both = both.forward((params,), x, fnn.Key(0))
    (got_grads,), got_dx = back_both(dy)
    for a, b in ((got, y), (both.apply((params,), x), y), (got_dx, dx)):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)
    for a, b in zip(fnn.tree.leaves(got_grads), fnn.tree.leaves(grads), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(got, np.where(z > 0, z, 0), rtol=1e-12)


def test_the_bias_before_a_rectifier_is_checked() -> None:
    model = fnn.conv2d(1, 3) >> fnn.relu
    bad = (fnn.Conv2D(np.ones((3, 3, 1, 3)), np.ones(1)),)
    with pytest.raises(ShapeError, match=r"bias of shape \(3,\)"):
        model.apply(bad, np.ones((1, 4, 4, 1)))


def test_a_copy_with_other_functions_leaves_the_shortcuts_of_the_first_alone() -> None:
    first = fnn.dense(2, 3)
    params, x = first.init(fnn.Key(0)), np.ones((4, 2), np.float32)

    def twice(params: Any, x: Any, key: Any) -> Any:
        y, renewed, back = first.forward(params, x, key)
        return 2 * y, renewed, lambda dy: back(2 * dy)

    other = attrs.evolve(first, forward=twice, apply=lambda params, x: 2 * first.apply(params, x))
    expected = 2 * first.apply(params, x)
    assert np.array_equal(learn_of(other)(params, x, fnn.Key(0))[0], expected)
    assert np.array_equal((other >> fnn.relu).apply((params,), x), np.maximum(expected, 0))
    assert np.array_equal((other >> fnn.relu).forward((params,), x, fnn.Key(0))[0], np.maximum(expected, 0))


def test_stages_in_one_draw_with_a_key_of_their_own() -> None:
    keys: list[fnn.Key] = []

    def forward(params: Any, x: Any, key: fnn.Key) -> Any:
        keys.append(key)
        return x, params, lambda dy: (params, dy)

    def apply(params: Any, x: Any) -> Any:
        return x

    drawing: Any = fnn.Model(lambda key: None, apply, forward, name="drawing")
    plain: Any = attrs.evolve(drawing, random=False, then=lambda stage: drawing, origin=(apply, forward))
    (plain >> fnn.relu >> plain >> fnn.relu).forward((None, None), np.ones((1, 1)), fnn.Key(5))
    assert len(set(keys)) == 2
