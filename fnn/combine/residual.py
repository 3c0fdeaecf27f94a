"""The input added to the output."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from fnn.arrays import Array, Shape, format_shape
from fnn.combine.branches import check_model
from fnn.errors import ShapeError
from fnn.model import Model, Part, output_shape, per_input
from fnn.random import Key

P = TypeVar("P")

_HINT = "Make the last layer inside as wide as the input."


def residual(model: Model[P, Array, Array]) -> Model[P, Array, Array]:
    """Add the input to the output: ``y = x + f(x)``, so that ``dx = dy + df^T dy``; the parameters are those of ``f``.

    Raises ShapeError if ``f`` changes the shape. Reference: He et al. (2016), "Deep residual learning for image
    recognition", eq. 1.

    >>> import fnn, numpy as np
    >>> block = residual(fnn.dense(4, 4) >> fnn.relu)
    >>> block.apply(block.init(fnn.Key(0)), np.ones((1, 4), np.float32)).shape
    (1, 4)
    """
    check_model(model, "residual")
    name = f"residual({model.name})"

    def add(x: Array, y: Array) -> Array:
        if x.shape != y.shape:
            raise ShapeError(name, f"output of the input's shape {x.shape}", f"shape {y.shape}", _HINT)
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
            raise ShapeError(name, f"output of the input's shape {format_shape(s)}", format_shape(out), _HINT)
        return out

    return Model(
        model.init,
        lambda params, x: add(x, model.apply(params, x)),
        forward,
        name=name,
        shape=shape,
        flops=per_input,
        parts=lambda s: [Part("", model, s)],
    )
