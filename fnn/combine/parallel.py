"""Several models with the same input."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal, TypeVar, overload

import numpy as np

from fnn import tree
from fnn.arrays import Array, Shape, check_float
from fnn.combine.branches import check_model, show
from fnn.errors import HyperparameterError, ShapeError, Within
from fnn.model import Composed, Model, Part, check_tuple, output_shape
from fnn.random import Key, check_key

P1 = TypeVar("P1")
P2 = TypeVar("P2")
P3 = TypeVar("P3")
X = TypeVar("X")
Y1 = TypeVar("Y1")
Y2 = TypeVar("Y2")
Y3 = TypeVar("Y3")

Join = Literal["tuple", "add", "concatenate"]


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
    >>> both.apply(both.init(fnn.Key(0)), np.ones((1, 4), np.float32)).shape
    (1, 5)
    """
    for branch in branches:
        check_model(branch, "parallel")
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
                expected = f"an output of shape {show(first)}, to add up"
            elif join == "concatenate" and (len(other) < 2 or other[:-1] != first[:-1]):
                expected = f"an output of shape {show((*(first[:-1] or ('batch',)), '...'))}, to concatenate"
            else:
                continue
            raise ShapeError(f"{name} > {place}", expected, show(other), "The outputs of all branches must fit.")

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
            with Within(places[i]):
                results.append(run(i, branch))
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

    def flops(s: Shape) -> int:
        return (len(branches) - 1) * math.prod(shape(s)) if join == "add" else 0

    def parts(s: Shape) -> list[Part]:
        return [Part(str(i), branch, s) for i, branch in enumerate(branches)]

    return Composed(init, apply, forward, name=name, shape=shape, flops=flops, parts=parts, stages=branches)
