"""The frame that a transformer puts around each of its parts."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Generic, TypeVar

from fnn.arrays import Array, Shape, check_float, check_not_empty, describe, format_shape
from fnn.errors import ShapeError, StructureError
from fnn.model import Model, Part, output_shape
from fnn.ops.dropout import dropout_backward, dropout_forward
from fnn.ops.steps import cleared
from fnn.random import Key
from fnn.recurrent.model import Recurrent, Steps, recurrent
from fnn.tree import record
from fnn.validate import in_range

N = TypeVar("N")
P = TypeVar("P")
C = TypeVar("C")


@record
class PreNorm(Generic[N, P]):
    """Parameters of a normalization, and of the model behind it."""

    norm: N
    inner: P


def pre_norm(
    norm: Model[N, Array, Array], model: Recurrent[P, C, Array, Array], *, dropout: float = 0
) -> Recurrent[PreNorm[N, P], C, Array, Array]:
    """A model behind a normalization, with a way around both: ``y = x + dropout(model(norm(x)))``.

    The sum leaves the gradient a way past every layer, ``dx = dy + ...``, and the normalization gives each layer input
    of one size, however much the layers before it have added. From sequences (batch, time, features) to the same shape;
    ``norm`` works along the last axis. Carry, masks and the order of the steps are those of ``model``. Raises
    ShapeError if ``model`` changes the shape, HyperparameterError for a dropout outside [0, 1).

    Reference: Xiong et al. (2020), "On layer normalization in the transformer architecture", fig. 1b.

    >>> import fnn, numpy as np
    >>> layer = pre_norm(fnn.layer_norm(8), fnn.self_attention(8, 2, causal=True), dropout=0.1)
    >>> layer.apply(layer.init(fnn.Key(0)), np.ones((2, 5, 8), np.float32)).shape
    (2, 5, 8)
    """
    in_range("pre_norm", 0, 1, high_open=True, dropout=dropout)
    name = f"pre_norm({model.name})"

    def enter(params: PreNorm[N, P], steps: Steps[Array, C]) -> Array:
        if not isinstance(params, PreNorm):
            raise StructureError(name, "parameters PreNorm", describe(params), "Use this model's init or load.")
        check_float(steps.values, name)
        check_not_empty(steps.values, name)
        return cleared(steps.values, steps.mask)

    def add(x: Array, y: Array) -> Array:
        if x.shape != y.shape:
            raise ShapeError(name, f"output of the input's shape {x.shape}", f"shape {y.shape}")
        return x + y

    def init(key: Key) -> PreNorm[N, P]:
        return PreNorm(norm.init(key.fold(0)), model.init(key.fold(1)))

    def apply(params: PreNorm[N, P], steps: Steps[Array, C]) -> tuple[Array, C]:
        x = enter(params, steps)
        inner = Steps(norm.apply(params.norm, x), steps.carry, steps.mask, steps.reverse)
        y, carry = model.sweep.apply(params.inner, inner)
        return add(x, y), carry

    def forward(
        params: PreNorm[N, P], steps: Steps[Array, C], key: Key
    ) -> tuple[tuple[Array, C], PreNorm[N, P], Callable[[tuple[Array, C]], tuple[PreNorm[N, P], Steps[Array, C]]]]:
        x, mask = enter(params, steps), steps.mask
        normed, renewed_norm, norm_back = norm.forward(params.norm, x, key.fold(0))
        inner = Steps(normed, steps.carry, mask, steps.reverse)
        (y, carry), renewed, model_back = model.sweep.forward(params.inner, inner, key.fold(1))
        kept: Array | None = None
        if dropout > 0:
            y, kept = dropout_forward(y, key.fold(2), rate=dropout)

        def backward(dy: tuple[Array, C]) -> tuple[PreNorm[N, P], Steps[Array, C]]:
            around = cleared(dy[0], mask)
            through = around if kept is None else dropout_backward(around, kept)
            grads, dinner = model_back((through, dy[1]))
            norm_grads, dx = norm_back(dinner.values)
            return PreNorm(norm_grads, grads), Steps(cleared(dx, mask) + around, dinner.carry)

        return (add(x, y), carry), PreNorm(renewed_norm, renewed), backward

    def shape(s: Shape) -> Shape:
        out = output_shape(model, output_shape(norm, s), norm.name)
        if out != s:
            raise ShapeError(name, f"output of the input's shape {format_shape(s)}", format_shape(out))
        return out

    def flops(s: Shape) -> int:
        return math.prod(s) * (2 if dropout > 0 else 1)

    def parts(s: Shape) -> list[Part]:
        return [Part("norm", norm, s), Part("inner", model, output_shape(norm, s))]

    return recurrent(Model(init, apply, forward, name=name, shape=shape, flops=flops, parts=parts), model.begin)
