"""The classes: `Model`, anything with parameters, `Fn`, a stage without, and `Serial`, what ``>>`` builds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeAlias, TypeVar, TypeVarTuple, overload

import attrs

from fnn.arrays import Shape, describe
from fnn.errors import StructureError
from fnn.model.series import in_record, in_series
from fnn.model.shapes import FlopsRule, Origin, Part, Parts, ShapeRule, output_shape, stages_of
from fnn.random import Key

P = TypeVar("P")
Q = TypeVar("Q")
R = TypeVar("R")
X = TypeVar("X")
Y = TypeVar("Y")
Z = TypeVar("Z")
Ps = TypeVarTuple("Ps")

Backward: TypeAlias = Callable[[Y], tuple[P, X]]
"""``backward(dy) -> (grads, dx)``: the gradients have the type of the parameters, ``dx`` that of the input.

Integers have no derivative: for an input of indices ``dx`` is zeros of its shape and dtype."""

Learn: TypeAlias = Callable[[P, X, Key], tuple[Y, P, Callable[[Y], P]]]
"""``learn(params, x, key) -> (y, params, backward)`` with ``backward(dy) -> grads``."""


@attrs.frozen(eq=False)
class Model(Generic[P, X, Y]):
    """A model with parameters ``P``, from ``X`` to ``Y``: pure functions and nothing else.

    ``init(key) -> params`` makes new parameters. ``apply(params, x) -> y`` is inference. ``forward(params, x, key) ->
    (y, params, backward)`` is training: the returned parameters hold new buffers (running statistics), and
    ``backward(dy) -> (grads, dx)`` carries the gradient of a scalar loss from the output to parameters and input.
    ``name`` is shown in errors and summaries; ``shape`` is the rule for shapes, found by a trial run if none is given.
    For a summary, ``flops`` counts the floating-point operations, and ``parts`` tells what a composition is made of.

    The others say how to do without waste, and may be left out. ``learn`` is ``forward`` for input that needs no
    gradient, data for one: its ``backward(dy)`` returns the gradients alone. ``random`` is False if ``forward`` does
    not draw from its key. ``then(stage)`` returns one model that does this one's work and that of the stage behind it,
    or None if there is none. ``op`` is the forward of `fnn.ops` that a layer is, and ``stages`` what a model in series
    is made of. All these belong to ``origin``, the pair of ``apply`` and ``forward`` that they were made for, and are
    left alone in a copy that has others.

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
    flops: FlopsRule | None = attrs.field(default=None, kw_only=True, repr=False)
    parts: Parts | None = attrs.field(default=None, kw_only=True, repr=False)
    learn: Learn[P, X, Y] | None = attrs.field(default=None, kw_only=True, repr=False)
    random: bool = attrs.field(default=True, kw_only=True, repr=False)
    then: Callable[[Stage], Model[P, X, Y] | None] | None = attrs.field(default=None, kw_only=True, repr=False)
    op: object = attrs.field(default=None, kw_only=True, repr=False)
    stages: tuple[Stage, ...] = attrs.field(default=(), kw_only=True, repr=False)
    origin: Origin | None = attrs.field(default=None, kw_only=True, repr=False)

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

    ``random`` is False if ``forward`` does not draw from its key; ``op`` is the forward of `fnn.ops` that the stage is,
    so that the one before it can do both at once.

    >>> import fnn, numpy as np
    >>> y, backward = fnn.relu.forward(np.array([[-1.0, 2.0]]), fnn.Key(0))
    >>> y, backward(np.array([[10.0, 10.0]]))
    (array([[0., 2.]]), array([[ 0., 10.]]))
    """

    apply: Callable[[X], Y]
    forward: Callable[[X, Key], tuple[Y, Callable[[Y], X]]]
    name: str = attrs.field(default="fn", kw_only=True)
    shape: ShapeRule | None = attrs.field(default=None, kw_only=True, repr=False)
    flops: FlopsRule | None = attrs.field(default=None, kw_only=True, repr=False)
    parts: Parts | None = attrs.field(default=None, kw_only=True, repr=False)
    random: bool = attrs.field(default=True, kw_only=True, repr=False)
    op: object = attrs.field(default=None, kw_only=True, repr=False)
    origin: Origin | None = attrs.field(default=None, kw_only=True, repr=False)

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
            return _serial((self,), *other.stages)
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
        name, made = in_record(self, self.init, self.stages, record)
        stages = stages_of(self) if isinstance(self, Serial) else ()
        origin = made.apply, made.forward
        return Model(name=name, flops=self.flops, stages=stages, origin=origin, **made._asdict())

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


def _both(first: Fn[X, Y], second: Fn[Y, Z]) -> Fn[X, Z]:
    def forward(x: X, key: Key) -> tuple[Z, Callable[[Z], X]]:
        y, back_first = first.forward(x, key.fold(0))
        z, back_second = second.forward(y, key.fold(1))
        return z, lambda dz: back_first(back_second(dz))

    def shape(s: Shape) -> Shape:
        return output_shape(second, output_shape(first, s), first.name)

    def parts(s: Shape) -> list[Part]:
        before = [Part("", first, s)] if first.parts is None else first.parts(s)  # a >> b >> c has three, not two
        return [*before, Part("", second, output_shape(first, s))]

    name, random = f"{first.name} >> {second.name}", first.random or second.random
    return Fn(lambda x: second.apply(first.apply(x)), forward, name=name, shape=shape, parts=parts, random=random)


def _serial(left: tuple[Stage, ...], *right: object) -> Serial[Any, Any, *tuple[Any, ...]]:
    stages = list(left)
    for stage in right:
        if not isinstance(stage, Model | Fn):
            name = " >> ".join(one.name for one in stages)
            hint = "Call the factory, such as fnn.dropout(0.1), or make a stage of your function with fnn.fn."
            raise StructureError(f"{name} >>", "a model or a stage", describe(stage), hint)
        stages.append(stage)
    name = " >> ".join(f"({stage.name})" if isinstance(stage, Serial) else stage.name for stage in stages)
    made = in_series(stages, name)
    return Serial(name=name, stages=tuple(stages), origin=(made.apply, made.forward), **made._asdict())
