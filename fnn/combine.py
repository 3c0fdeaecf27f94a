"""Combinators: models made from models, other than one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar, overload

import numpy as np

from fnn import tree
from fnn.arrays import Array, Shape, check_float, describe, format_shape
from fnn.errors import FnnError, HyperparameterError, ShapeError, StructureError
from fnn.model import Composed, Fn, Model, Stage, check_tuple, output_shape
from fnn.random import Key, check_key

P = TypeVar("P")
P1 = TypeVar("P1")
P2 = TypeVar("P2")
P3 = TypeVar("P3")
X = TypeVar("X")
Y = TypeVar("Y")
Y1 = TypeVar("Y1")
Y2 = TypeVar("Y2")
Y3 = TypeVar("Y3")

Join = Literal["tuple", "add", "concatenate"]

_RESIDUAL_HINT = "Make the last layer inside as wide as the input."


def as_model(stage: Fn[X, Y]) -> Model[None, X, Y]:
    """View a stage without parameters as a model whose parameters are None, for use as a branch.

    Raises StructureError for what is no such stage.

    >>> import fnn
    >>> as_model(fnn.relu).init(Key(0)) is None
    True
    """
    given: object = stage  # untyped callers hand over anything
    if not isinstance(given, Fn):
        hint = "A model needs no such view." if isinstance(given, Model) else "Make one of your function: fnn.fn."
        raise StructureError("as_model", "a stage without parameters", describe(given), hint)

    def forward(params: None, x: X, key: Key) -> tuple[Y, None, Callable[[Y], tuple[None, X]]]:
        y, backward = stage.forward(x, key)
        return y, None, lambda dy: (None, backward(dy))

    return Model(
        lambda key: None,
        lambda params, x: stage.apply(x),
        forward,
        name=stage.name,
        shape=lambda s: output_shape(stage, s),
        parts=stage.parts,
    )


def residual(model: Model[P, Array, Array]) -> Model[P, Array, Array]:
    """Add the input to the output: ``y = x + f(x)``, so that ``dx = dy + df^T dy``; the parameters are those of ``f``.

    Raises ShapeError if ``f`` changes the shape. Reference: He et al. (2016), "Deep residual learning for image
    recognition", eq. 1.

    >>> import fnn
    >>> block = residual(fnn.dense(4, 4) >> fnn.relu)
    >>> block.apply(block.init(Key(0)), np.ones((1, 4), np.float32)).shape
    (1, 4)
    """
    _check_model(model, "residual")
    name = f"residual({model.name})"

    def add(x: Array, y: Array) -> Array:
        if x.shape != y.shape:
            raise ShapeError(name, f"output of the input's shape {x.shape}", f"shape {y.shape}", _RESIDUAL_HINT)
        return x + y

    def forward(params: P, x: Array, key: Key) -> tuple[Array, P, Callable[[Array], tuple[P, Array]]]:
        y, renewed, inner = model.forward(params, x, key)

        def backward(dy: Array) -> tuple[P, Array]:
            grads, dx = inner(dy)
            return grads, dx + dy

        return add(x, y), renewed, backward

    def shape(s: Shape) -> Shape:
        out = output_shape(model, s)
        if out != s:
            raise ShapeError(name, f"output of the input's shape {format_shape(s)}", format_shape(out), _RESIDUAL_HINT)
        return out

    return Model(
        model.init,
        lambda params, x: add(x, model.apply(params, x)),
        forward,
        name=name,
        shape=shape,
        parts=lambda s: [("", model, s)],
    )


def shared(model: Model[P, X, Y]) -> Model[P, tuple[X, X], tuple[Y, Y]]:
    """Apply one model, with one set of parameters, to both members of a pair; the gradients of the two uses add up.

    By the chain rule over ``L(f(w, a), f(w, b))``, ``dL/dw`` is the sum of the two gradients. Buffers are renewed by
    the first member, then by the second. Reference: Bromley et al. (1993), "Signature verification using a siamese
    time delay neural network".

    >>> import fnn
    >>> twin = shared(fnn.dense(4, 2))
    >>> pair = np.ones((3, 4), np.float32), np.zeros((3, 4), np.float32)
    >>> [y.shape for y in twin.apply(twin.init(Key(0)), pair)]
    [(3, 2), (3, 2)]
    """
    _check_model(model, "shared")
    name = f"shared({model.name})"

    def members(x: Any) -> tuple[X, X]:
        if not isinstance(x, tuple) or len(x) != 2:
            raise ShapeError(name, "a pair of inputs", describe(x), "Pass the tuple (first, second).")
        return x

    def apply(params: P, x: tuple[X, X]) -> tuple[Y, Y]:
        a, b = members(x)
        return model.apply(params, a), model.apply(params, b)

    def forward(
        params: P, x: tuple[X, X], key: Key
    ) -> tuple[tuple[Y, Y], P, Callable[[tuple[Y, Y]], tuple[P, tuple[X, X]]]]:
        check_key(key, name)
        a, b = members(x)
        y_a, renewed, back_a = model.forward(params, a, key.fold(0))
        y_b, renewed, back_b = model.forward(renewed, b, key.fold(1))

        def backward(dy: tuple[Y, Y]) -> tuple[P, tuple[X, X]]:
            grads_a, dx_a = back_a(dy[0])
            grads_b, dx_b = back_b(dy[1])
            return tree.add(grads_a, grads_b), (dx_a, dx_b)

        return (y_a, y_b), renewed, backward

    def shape(s: Shape) -> Shape:
        if len(s) != 2 or not all(isinstance(part, tuple) for part in s):
            raise ShapeError(name, "a pair of input shapes", str(s))
        return tuple(output_shape(model, part) for part in s)

    return Model(model.init, apply, forward, name=name, shape=shape, parts=lambda s: [("", model, s[0])])


@overload
def parallel(
    first: Model[P1, X, Y1], second: Model[P2, X, Y2], /, *, join: Literal["tuple"] = "tuple"
) -> Composed[X, tuple[Y1, Y2], P1, P2]: ...
@overload
def parallel(
    first: Model[P1, X, Y1], second: Model[P2, X, Y2], third: Model[P3, X, Y3], /, *, join: Literal["tuple"] = "tuple"
) -> Composed[X, tuple[Y1, Y2, Y3], P1, P2, P3]: ...
@overload
def parallel(
    first: Model[P1, X, Array], second: Model[P2, X, Array], /, *, join: Literal["add", "concatenate"]
) -> Composed[X, Array, P1, P2]: ...
@overload
def parallel(
    first: Model[P1, X, Array],
    second: Model[P2, X, Array],
    third: Model[P3, X, Array],
    /,
    *,
    join: Literal["add", "concatenate"],
) -> Composed[X, Array, P1, P2, P3]: ...
def parallel(*branches: Model[Any, Any, Any], join: Join = "tuple") -> Composed[Any, Any, *tuple[Any, ...]]:
    """Give the same input to several models and return the tuple of their outputs, their sum, or their concatenation.

    ``join`` is ``"tuple"``, ``"add"`` (outputs of one shape) or ``"concatenate"`` (along the last axis). The input's
    gradient is the sum of the branches'. The parameters are the tuple of theirs, or a record after ``into``. A branch
    without parameters is written ``as_model(fnn.identity)``. Raises ShapeError if the outputs do not fit together.

    >>> import fnn
    >>> both = parallel(fnn.dense(4, 2), fnn.dense(4, 3), join="concatenate")
    >>> both.apply(both.init(Key(0)), np.ones((1, 4), np.float32)).shape
    (1, 5)
    """
    for branch in branches:
        _check_model(branch, "parallel")
    if len(branches) < 2:
        raise HyperparameterError("parallel", "two models or more", str(len(branches)))
    name = f"parallel({', '.join(branch.name for branch in branches)}, {join})"
    places = [f"branch {i}" for i in range(len(branches))]
    if join not in ("tuple", "add", "concatenate"):
        raise HyperparameterError("parallel", 'join as "tuple", "add" or "concatenate"', repr(join))

    def check(shapes: list[Shape]) -> None:
        first = shapes[0]
        for place, other in zip(places, shapes, strict=True):
            if join == "add" and other != first:
                expected = f"an output of shape {_show(first)}, to add up"
            elif join == "concatenate" and (len(other) < 2 or other[:-1] != first[:-1]):
                expected = f"an output of shape {_show((*(first[:-1] or ('batch',)), '...'))}, to concatenate"
            else:
                continue
            raise ShapeError(f"{name} > {place}", expected, _show(other), "The outputs of all branches must fit.")

    def joined(outputs: list[Any]) -> Any:
        if join == "tuple":
            return tuple(outputs)
        for place, y in zip(places, outputs, strict=True):
            check_float(y, f"{name} > {place}", "output")
        check([y.shape for y in outputs])
        return np.concatenate(outputs, axis=-1) if join == "concatenate" else sum(outputs[1:], outputs[0])

    def each(run: Callable[[int, Model[Any, Any, Any]], Any]) -> list[Any]:
        results = []
        for i, branch in enumerate(branches):
            try:
                results.append(run(i, branch))
            except FnnError as error:
                error.within(places[i])
                raise
        return results

    def init(key: Key) -> tuple[Any, ...]:
        check_key(key, name)
        return tuple(branch.init(key.fold(i)) for i, branch in enumerate(branches))

    def apply(params: tuple[Any, ...], x: Any) -> Any:
        check_tuple(params, len(branches), name)
        return joined(each(lambda i, branch: branch.apply(params[i], x)))

    def forward(
        params: tuple[Any, ...], x: Any, key: Key
    ) -> tuple[Any, tuple[Any, ...], Callable[[Any], tuple[tuple[Any, ...], Any]]]:
        check_key(key, name)
        check_tuple(params, len(branches), name)
        results = each(lambda i, branch: branch.forward(params[i], x, key.fold(i)))
        outputs = [y for y, _, _ in results]

        def backward(dy: Any) -> tuple[tuple[Any, ...], Any]:
            if join == "tuple":
                slopes = list(dy)
            elif join == "add":
                slopes = [dy] * len(branches)
            else:
                ends = np.cumsum([y.shape[-1] for y in outputs])[:-1]
                slopes = np.split(dy, ends, axis=-1)
            grads, slopes_in = zip(*(back(d) for (_, _, back), d in zip(results, slopes, strict=True)), strict=True)
            dx = slopes_in[0]
            for other in slopes_in[1:]:
                dx = tree.add(dx, other)
            return grads, dx

        return joined(outputs), tuple(renewed for _, renewed, _ in results), backward

    def shape(s: Shape) -> Shape:
        shapes = each(lambda i, branch: output_shape(branch, s))
        if join == "tuple":
            return tuple(shapes)
        check([("batch", *out) for out in shapes])
        return shapes[0] if join == "add" else (*shapes[0][:-1], sum(out[-1] for out in shapes))

    def parts(s: Shape) -> list[tuple[str, Stage, Shape]]:
        return [(str(i), branch, s) for i, branch in enumerate(branches)]

    return Composed(init, apply, forward, name=name, shape=shape, parts=parts, stages=branches)


def _check_model(value: object, place: str) -> None:
    if not isinstance(value, Model):
        raise StructureError(place, "a model", describe(value), "Wrap a bare stage: fnn.as_model(stage).")


def _show(shape: Shape) -> str:
    return f"({', '.join(map(str, shape))})"
