"""Models: records of pure functions over parameter trees, composed with ``>>``.

`Model` is anything with parameters, `Fn` a stage without, `Serial` what ``>>`` builds. A model computes in two ways:
``apply`` for inference, and ``forward`` for training, which also returns the function that carries a gradient back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeAlias, TypeVar, TypeVarTuple, get_origin, overload

import attrs
import numpy as np

from fnn import tree
from fnn.arrays import Shape, describe, format_shape
from fnn.errors import FnnError, ShapeError, StructureError
from fnn.random import Key, check_key
from fnn.tree.records import children, plan_of, rebuild

P = TypeVar("P")
Q = TypeVar("Q")
R = TypeVar("R")
X = TypeVar("X")
Y = TypeVar("Y")
Z = TypeVar("Z")
Cache = TypeVar("Cache")
Ps = TypeVarTuple("Ps")

Backward: TypeAlias = Callable[[Y], tuple[P, X]]
"""``backward(dy) -> (grads, dx)``: the gradients have the type of the parameters, ``dx`` that of the input.

Integers have no derivative: for an input of indices ``dx`` is zeros of its shape and dtype."""

ShapeRule: TypeAlias = Callable[[Shape], Shape]
"""From the shape of one input sample to that of one output sample; raises ShapeError for a shape that cannot be."""


Parts: TypeAlias = "Callable[[Shape], list[tuple[str, Stage, Shape]]]"
"""For a composition: its inner stages, each with a label and the shape of its input, given the shape of the input."""


@attrs.frozen(eq=False)
class Model(Generic[P, X, Y]):
    """A model with parameters ``P``, from ``X`` to ``Y``: pure functions and nothing else.

    ``init(key) -> params`` makes new parameters. ``apply(params, x) -> y`` is inference. ``forward(params, x, key) ->
    (y, params, backward)`` is training: the returned parameters hold new buffers (running statistics), and
    ``backward(dy) -> (grads, dx)`` carries the gradient of a scalar loss from the output to parameters and input.
    ``name`` is shown in errors and summaries; ``shape`` is the rule for shapes, found by a trial run if none is given;
    ``parts`` tells a summary what a composition is made of.

    Write a model by hand by writing these three functions, annotated; type checkers infer the rest:

    >>> import numpy as np
    >>> from fnn import Array, Key, Model, record
    >>> @record
    ... class Scale:
    ...     factor: Array
    >>> def init(key: Key) -> Scale:
    ...     return Scale(np.ones(3))
    >>> def apply(params: Scale, x: Array) -> Array:
    ...     return params.factor * x
    >>> def forward(params: Scale, x: Array, key: Key):
    ...     def backward(dy: Array) -> tuple[Scale, Array]:
    ...         return Scale((dy * x).sum(axis=0)), dy * params.factor
    ...     return params.factor * x, params, backward
    >>> scale = Model(init, apply, forward, name="scale")
    >>> scale.apply(scale.init(Key(0)), np.array([[1.0, 2.0, 3.0]]))
    array([[1., 2., 3.]])
    """

    init: Callable[[Key], P]
    apply: Callable[[P, X], Y]
    forward: Callable[[P, X, Key], tuple[Y, P, Callable[[Y], tuple[P, X]]]]
    name: str = attrs.field(default="model", kw_only=True)
    shape: ShapeRule | None = attrs.field(default=None, kw_only=True, repr=False)
    parts: Parts | None = attrs.field(default=None, kw_only=True, repr=False)

    @overload
    def __rshift__(self, other: Model[Q, Y, Z]) -> Serial[X, Z, P, Q]: ...
    @overload
    def __rshift__(self, other: Fn[Y, Z]) -> Serial[X, Z, P]: ...
    def __rshift__(self, other: Model[Any, Any, Any] | Fn[Any, Any]) -> Serial[Any, Any, *tuple[Any, ...]]:
        return _serial((self,), other)

    def __repr__(self) -> str:
        return self.name


@attrs.frozen(eq=False)
class Fn(Generic[X, Y]):
    """A stage without parameters: ``apply(x) -> y``; ``forward(x, key) -> (y, backward)``; ``backward(dy) -> dx``.

    >>> import fnn, numpy as np
    >>> y, backward = fnn.relu.forward(np.array([[-1.0, 2.0]]), fnn.Key(0))
    >>> y, backward(np.array([[10.0, 10.0]]))
    (array([[0., 2.]]), array([[ 0., 10.]]))
    """

    apply: Callable[[X], Y]
    forward: Callable[[X, Key], tuple[Y, Callable[[Y], X]]]
    name: str = attrs.field(default="fn", kw_only=True)
    shape: ShapeRule | None = attrs.field(default=None, kw_only=True, repr=False)
    parts: Parts | None = attrs.field(default=None, kw_only=True, repr=False)

    @overload
    def __rshift__(self, other: Serial[Y, Z, *Ps]) -> Serial[X, Z, *Ps]: ...
    @overload
    def __rshift__(self, other: Model[Q, Y, Z]) -> Serial[X, Z, Q]: ...
    @overload
    def __rshift__(self, other: Fn[Y, Z]) -> Fn[X, Z]: ...
    def __rshift__(self, other: Model[Any, Any, Any] | Fn[Any, Any]) -> Any:
        if isinstance(other, Fn):
            return _both(self, other)
        if isinstance(other, Serial):
            return _build((self, *other.stages))
        return _serial((self,), other)

    def __call__(self, x: X) -> Y:
        """Return ``apply(x)``."""
        return self.apply(x)

    def __repr__(self) -> str:
        return self.name


Stage: TypeAlias = Model[Any, Any, Any] | Fn[Any, Any]


@attrs.frozen(eq=False)
class Composed(Model[tuple[*Ps], X, Y], Generic[X, Y, *Ps]):
    """A model made of models, whose parameters are the tuple of theirs until ``into`` names them."""

    stages: tuple[Stage, ...] = attrs.field(default=(), kw_only=True, repr=False)

    def into(self, record: Callable[[*Ps], R]) -> Model[R, X, Y]:
        """Return the same model with its parameters in a record: one field for each stage that has parameters.

        Raises StructureError if the record has another number of fields.

        >>> import fnn
        >>> @fnn.record
        ... class MLP:
        ...     hidden: fnn.Dense
        ...     out: fnn.Dense
        >>> model = (fnn.dense(4, 3) >> fnn.relu >> fnn.dense(3, 2)).into(MLP)
        >>> model.init(fnn.Key(0)).out.weight.shape
        (3, 2)
        """
        return _into(self, record)

    def __repr__(self) -> str:
        return self.name


@attrs.frozen(eq=False)
class Serial(Composed[X, Y, *Ps], Generic[X, Y, *Ps]):
    """Stages one after the other, made by ``>>``. Its parameters are the tuple of its stages' parameters.

    ``a >> b >> c`` is flat; parentheses on the right nest: ``a >> (b >> c)`` has the parameters ``(a, (b, c))``.

    >>> import fnn
    >>> (fnn.dense(4, 3) >> fnn.relu >> fnn.dense(3, 2)).stages
    (dense(4, 3), relu, dense(3, 2))
    """

    # A Serial grows flat where a Model would nest; code that is generic over Model[P, X, Y] and composes further sees
    # the flat tuple when it is handed a bare Serial, which `into` then reports.
    @overload  # type: ignore[override]  # on purpose, see above
    def __rshift__(self, other: Model[Q, Y, Z]) -> Serial[X, Z, *Ps, Q]: ...
    @overload
    def __rshift__(self, other: Fn[Y, Z]) -> Serial[X, Z, *Ps]: ...
    def __rshift__(self, other: Model[Any, Any, Any] | Fn[Any, Any]) -> Serial[Any, Any, *tuple[Any, ...]]:
        return _serial(self.stages, other)

    def __repr__(self) -> str:
        return self.name


# --- building models from explicit pairs ---


def layer(
    init: Callable[[Key], P],
    forward: Callable[[P, X], tuple[Y, Cache]],
    backward: Callable[[Y, Cache], tuple[P, X]],
    *,
    name: str = "layer",
    shape: ShapeRule | None = None,
    record: type[P] | None = None,
) -> Model[P, X, Y]:
    """Build a model from an explicit pair ``forward(params, x) -> (y, cache)``, ``backward(dy, cache) -> (grads, dx)``.

    The cache is whatever the backward needs; its type must agree between the two and is hidden afterwards. With
    ``record`` given, parameters of another class are refused by name.

    >>> import fnn, numpy as np
    >>> from fnn import Array
    >>> @fnn.record
    ... class Scale:
    ...     factor: Array
    >>> def forward(params: Scale, x: Array) -> tuple[Array, tuple[Array, Array]]:
    ...     return params.factor * x, (params.factor, x)
    >>> def backward(dy: Array, cache: tuple[Array, Array]) -> tuple[Scale, Array]:
    ...     factor, x = cache
    ...     return Scale((dy * x).sum(axis=0)), dy * factor
    >>> scale = fnn.layer(lambda key: Scale(np.ones(3)), forward, backward, name="scale")
    >>> fnn.check.gradients(scale, np.ones((2, 3))).passed
    True
    """

    def new(key: Key) -> P:
        check_key(key, name)
        params = init(key)
        try:
            return tree.copy(params)  # they may be the caller's arrays, which are not ours to freeze
        except FnnError as error:
            error.within(name)
            raise

    def check(params: P) -> None:
        if record is not None and not isinstance(params, record):
            raise StructureError(
                name, f"parameters {record.__name__}", describe(params), "Use this model's init or load."
            )

    def infer(params: P, x: X) -> Y:
        check(params)
        return forward(params, x)[0]

    def train(params: P, x: X, key: Key) -> tuple[Y, P, Callable[[Y], tuple[P, X]]]:
        check(params)
        y, cache = forward(params, x)
        return y, params, lambda dy: backward(dy, cache)

    return Model(new, infer, train, name=name, shape=shape)


def fn(
    forward: Callable[[X], tuple[Y, Cache]],
    backward: Callable[[Y, Cache], X],
    *,
    name: str = "fn",
    shape: ShapeRule | None = None,
) -> Fn[X, Y]:
    """Build a stage without parameters from a pair ``forward(x) -> (y, cache)``, ``backward(dy, cache) -> dx``.

    >>> import numpy as np
    >>> square = fn(lambda x: (x * x, x), lambda dy, x: 2 * x * dy, name="square")
    >>> square(np.array([3.0]))
    array([9.])
    """

    def train(x: X, key: Key) -> tuple[Y, Callable[[Y], X]]:
        y, cache = forward(x)
        return y, lambda dy: backward(dy, cache)

    return Fn(lambda x: forward(x)[0], train, name=name, shape=shape)


# --- composition ---


def output_shape(stage: Stage, input_shape: Shape, previous: str = "") -> Shape:
    """Return the shape of one output sample for that of one input sample; no data is needed where there is a rule.

    Raises ShapeError for a shape that the stage cannot take.

    >>> import fnn
    >>> output_shape(fnn.dense(4, 3) >> fnn.relu, (4,))
    (3,)
    """
    try:
        return _by_trial(stage, input_shape) if stage.shape is None else stage.shape(input_shape)
    except FnnError as error:
        if previous and not error.hint.startswith("Before it comes"):  # a composition may have said it already
            error.hint = f"Before it comes {previous}, which gives {format_shape(input_shape)}. {error.hint}".rstrip()
        raise


def _by_trial(stage: Stage, input_shape: Shape) -> Shape:
    x = _zeros(input_shape)
    try:
        y = stage.apply(x) if isinstance(stage, Fn) else stage.apply(stage.init(Key(0)), x)
    except ValueError as error:
        if isinstance(error, FnnError):
            raise
        raise ShapeError(stage.name, "input that it can take", format_shape(input_shape), f"NumPy: {error}") from error
    return _sample_shape(y)


def _zeros(shape: Shape) -> Any:
    if shape and isinstance(shape[0], tuple):
        return tuple(_zeros(part) for part in shape)
    return np.zeros((1, *shape), np.float32)


def _sample_shape(y: Any) -> Shape:
    return tuple(_sample_shape(part) for part in y) if isinstance(y, tuple) else tuple(y.shape[1:])


def check_tuple(params: Any, count: int, place: str) -> tuple[Any, ...]:
    """Return the parameters of a composition that has no record; refuse anything but a tuple of ``count``."""
    if not isinstance(params, tuple) or len(params) != count:
        got = f"a tuple of {len(params)}" if isinstance(params, tuple) else describe(params)
        hint = "Use this model's init or load."
        raise StructureError(place, f"parameters as a tuple of {count}, one for each stage that has any", got, hint)
    return params


def _both(first: Fn[X, Y], second: Fn[Y, Z]) -> Fn[X, Z]:
    def forward(x: X, key: Key) -> tuple[Z, Callable[[Z], X]]:
        y, back_first = first.forward(x, key.fold(0))
        z, back_second = second.forward(y, key.fold(1))
        return z, lambda dz: back_first(back_second(dz))

    def shape(s: Shape) -> Shape:
        return output_shape(second, output_shape(first, s), first.name)

    def parts(s: Shape) -> list[tuple[str, Stage, Shape]]:
        before = [("", first, s)] if first.parts is None else first.parts(s)  # a >> b >> c has three, not two
        return [*before, ("", second, output_shape(first, s))]

    name = f"{first.name} >> {second.name}"
    return Fn(lambda x: second.apply(first.apply(x)), forward, name=name, shape=shape, parts=parts)


def _serial(left: tuple[Stage, ...], right: object) -> Serial[Any, Any, *tuple[Any, ...]]:
    if not isinstance(right, Model | Fn):
        name = " >> ".join(stage.name for stage in left)
        hint = "Call the factory, such as fnn.dropout(0.1), or make a stage of your function with fnn.fn."
        raise StructureError(f"{name} >>", "a model or a stage", describe(right), hint)
    return _build((*left, right))


def _build(stages: tuple[Stage, ...]) -> Serial[Any, Any, *tuple[Any, ...]]:
    models = [stage for stage in stages if isinstance(stage, Model)]
    places = [f"stage {i}" for i in range(len(stages))]
    name = " >> ".join(f"({stage.name})" if isinstance(stage, Serial) else stage.name for stage in stages)
    steps = list(zip(stages, places, strict=True))

    def init(key: Key) -> tuple[Any, ...]:
        check_key(key, name)
        return tuple(model.init(key.fold(i)) for i, model in enumerate(models))

    def apply(params: Any, x: Any) -> Any:
        of_stage = iter(check_tuple(params, len(models), name))
        for stage, place in steps:
            try:
                x = stage.apply(x) if isinstance(stage, Fn) else stage.apply(next(of_stage), x)
            except FnnError as error:
                error.within(place)
                raise
        return x

    def forward(params: Any, x: Any, key: Key) -> tuple[Any, Any, Callable[[Any], tuple[Any, Any]]]:
        check_key(key, name)
        of_stage = iter(check_tuple(params, len(models), name))
        renewed: list[Any] = []
        backwards: list[tuple[bool, Callable[[Any], Any], str]] = []
        for i, (stage, place) in enumerate(steps):
            try:
                if isinstance(stage, Fn):
                    x, back = stage.forward(x, key.fold(i))
                    backwards.append((False, back, place))
                else:
                    x, new, back = stage.forward(next(of_stage), x, key.fold(i))
                    renewed.append(new)
                    backwards.append((True, back, place))
            except FnnError as error:
                error.within(place)
                raise

        def backward(dy: Any) -> tuple[Any, Any]:
            grads: list[Any] = []
            for has_params, back, place in reversed(backwards):
                try:
                    if has_params:
                        grad, dy = back(dy)
                        grads.append(grad)
                    else:
                        dy = back(dy)
                except FnnError as error:
                    error.within(place)
                    raise
            return tuple(reversed(grads)), dy

        return x, tuple(renewed), backward

    def flow(s: Shape) -> tuple[list[tuple[str, Stage, Shape]], Shape]:
        """Follow the shapes: each stage with the shape that enters it, and the shape that leaves the last."""
        found: list[tuple[str, Stage, Shape]] = []
        previous = ""
        for i, (stage, place) in enumerate(steps):
            found.append((str(i), stage, s))
            try:
                s, previous = output_shape(stage, s, previous), f"{place} {stage.name}"
            except FnnError as error:
                error.within(place)
                raise
        return found, s

    return Serial(
        init, apply, forward, name=name, shape=lambda s: flow(s)[1], parts=lambda s: flow(s)[0], stages=stages
    )


def _into(model: Composed[X, Y, *Ps], record: Callable[[*Ps], R]) -> Model[R, X, Y]:
    count = sum(isinstance(stage, Model) for stage in model.stages)
    cls: Any = get_origin(record) or record
    label = getattr(cls, "__name__", describe(record))
    if isinstance(cls, type) and attrs.has(cls):
        field_names = [name for name, _ in plan_of(cls).children]
    elif isinstance(cls, type) and hasattr(cls, "_fields"):
        field_names = list(cls._fields)
    else:
        raise StructureError(f"{model.name}.into", "a record class", label, "Decorate the class with @fnn.record.")
    if len(field_names) != count:
        raise StructureError(
            f"{model.name}.into({label})",
            f"a record with {count} fields, one for each stage that has parameters",
            f"{len(field_names)} fields",
            "Add or remove fields, or write .into on the inner composition.",
        )

    def parts(params: R) -> Any:
        if not isinstance(params, cls):
            raise StructureError(model.name, f"parameters {label}", describe(params), "Use this model's init or load.")
        return tuple(child for _, child, _ in children(params))

    def init(key: Key) -> R:
        return record(*model.init(key))

    def apply(params: R, x: X) -> Y:
        return model.apply(parts(params), x)

    def forward(params: R, x: X, key: Key) -> tuple[Y, R, Callable[[Y], tuple[R, X]]]:
        y, renewed, back = model.forward(parts(params), x, key)

        def backward(dy: Y) -> tuple[R, X]:
            grads, dx = back(dy)
            return rebuild(params, grads), dx

        return y, rebuild(params, renewed), backward

    def labelled(s: Shape) -> list[tuple[str, Stage, Shape]]:
        names = iter(field_names)
        inner = model.parts(s) if model.parts is not None else []
        return [(next(names) if isinstance(stage, Model) else "", stage, shape) for _, stage, shape in inner]

    return Model(init, apply, forward, name=label, shape=model.shape, parts=labelled)
