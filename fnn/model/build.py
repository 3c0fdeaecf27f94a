"""Models and stages built from an explicit pair of forward and backward."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from fnn import tree
from fnn.arrays import describe
from fnn.errors import StructureError, Within
from fnn.model.core import Fn, Model, Stage
from fnn.model.shapes import FlopsRule, ShapeRule
from fnn.random import Key, check_key

P = TypeVar("P")
X = TypeVar("X")
Y = TypeVar("Y")
Cache = TypeVar("Cache")


def layer(
    init: Callable[[Key], P],
    forward: Callable[[P, X], tuple[Y, Cache]],
    backward: Callable[[Y, Cache], tuple[P, X]],
    *,
    name: str = "layer",
    shape: ShapeRule | None = None,
    flops: FlopsRule | None = None,
    record: type[P] | None = None,
    backward_params: Callable[[Y, Cache], P] | None = None,
    then: Callable[[Stage], Model[P, X, Y] | None] | None = None,
    op: object = None,
) -> Model[P, X, Y]:
    """Build a model from an explicit pair ``forward(params, x) -> (y, cache)``, ``backward(dy, cache) -> (grads, dx)``.

    The cache is whatever the backward needs; its type must agree between the two and is hidden afterwards. With
    ``record`` given, parameters of another class are refused by name. ``shape`` and ``flops`` are rules from the shape
    of a sample to that of its output, and to the floating-point operations of its forward, for `summary`.
    ``backward_params(dy, cache) -> grads`` is a backward that leaves ``dx`` out, where that saves work: a first layer
    needs none. For ``then`` and ``op`` see `Model`.

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
        with Within(name):
            return tree.copy(params)  # they may be the caller's arrays, which are not ours to freeze

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

    def learn(params: P, x: X, key: Key) -> tuple[Y, P, Callable[[Y], P]]:
        check(params)
        y, cache = forward(params, x)
        return y, params, lambda dy: backward(dy, cache)[0] if backward_params is None else backward_params(dy, cache)

    return Model(
        new,
        infer,
        train,
        name=name,
        shape=shape,
        flops=flops,
        learn=learn,
        random=False,
        then=then,
        op=op,
        origin=(infer, train),
    )


def fn(
    forward: Callable[[X], tuple[Y, Cache]],
    backward: Callable[[Y, Cache], X],
    *,
    name: str = "fn",
    shape: ShapeRule | None = None,
    op: object = None,
    flops: FlopsRule | None = None,
) -> Fn[X, Y]:
    """Build a stage without parameters from a pair ``forward(x) -> (y, cache)``, ``backward(dy, cache) -> dx``.

    For ``op`` see `Fn`.

    >>> import numpy as np
    >>> square = fn(lambda x: (x * x, x), lambda dy, x: 2 * x * dy, name="square")
    >>> square(np.array([3.0]))
    array([9.])
    """

    def train(x: X, key: Key) -> tuple[Y, Callable[[Y], X]]:
        y, cache = forward(x)
        return y, lambda dy: backward(dy, cache)

    def infer(x: X) -> Y:
        return forward(x)[0]

    return Fn(infer, train, name=name, shape=shape, flops=flops, random=False, op=op, origin=(infer, train))
