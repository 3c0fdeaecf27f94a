"""Activation functions as stages; the mathematics of each stands in its page of `fnn.ops`."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from fnn import ops
from fnn.arrays import Array, Shape, check_float, check_not_empty, format_shape
from fnn.errors import ShapeError
from fnn.model import FlopsRule, Fn, ShapeRule, fn, moving
from fnn.ops.hard_tanh import check_interval
from fnn.validate import in_range, positive

Cache = TypeVar("Cache")


def activation(
    name: str,
    forward: Callable[[Array], tuple[Array, Cache]],
    backward: Callable[[Array, Cache], Array],
    *,
    shape: ShapeRule = lambda s: s,
    flops: FlopsRule | None = None,
) -> Fn[Array, Array]:
    """Make a stage of an op's pair, which by default keeps the shape and computes one operation for each output.

    Its input must be float and not empty.

    Raises DtypeError for anything but a float32 or float64 array, DataError for an empty batch, and what the rule
    ``shape`` raises, in the name of the stage.
    """

    def checked(x: Array) -> tuple[Array, Cache]:
        check_float(x, name)
        check_not_empty(x, name)
        shape(x.shape[1:])
        return forward(x)

    return fn(checked, backward, name=name, shape=shape, flops=flops or (lambda s: math.prod(shape(s))), op=forward)


def _with_classes(name: str) -> ShapeRule:
    """A rule that keeps the shape, and asks for an axis of classes besides the batch."""

    def shape(s: Shape) -> Shape:
        if not s:
            hint = "The last axis holds the scores of the classes; for a batch of one write x[None, :]."
            raise ShapeError(name, "input of shape (batch, ..., classes)", format_shape(s), hint)
        return s

    return shape


def _dividing(name: str, pieces: int) -> ShapeRule:
    """A rule that divides the features by ``pieces``, and asks for a number of them that divides."""

    def shape(s: Shape) -> Shape:
        if not s or s[-1] < 1 or s[-1] % pieces:
            expected = f"input of shape (batch, ..., n) with n a multiple of {pieces}"
            hint = "Give the layer before it as many outputs." if s else "For a batch of one write x[None, :]."
            raise ShapeError(name, expected, format_shape(s), hint)
        return (*s[:-1], s[-1] // pieces)

    return shape


identity: Fn[Array, Array] = activation("identity", ops.identity_forward, ops.identity_backward, flops=moving)
"""``x``."""

step: Fn[Array, Array] = activation("step", ops.step_forward, ops.step_backward)
"""1 where ``x > 0``, else 0. No gradient passes: nothing before this stage can be trained."""

relu: Fn[Array, Array] = activation("relu", ops.relu_forward, ops.relu_backward)
"""``max(x, 0)``."""

sigmoid: Fn[Array, Array] = activation("sigmoid", ops.sigmoid_forward, ops.sigmoid_backward)
"""``1 / (1 + exp(-x))``, in [0, 1]."""

tanh: Fn[Array, Array] = activation("tanh", ops.tanh_forward, ops.tanh_backward)
"""The hyperbolic tangent, in [-1, 1]."""

softplus: Fn[Array, Array] = activation("softplus", ops.softplus_forward, ops.softplus_backward)
"""``log(1 + exp(x))``, a smooth relu."""

gelu: Fn[Array, Array] = activation("gelu", ops.gelu_forward, ops.gelu_backward)
"""``x Phi(x)``, exactly."""

gelu_tanh: Fn[Array, Array] = activation("gelu_tanh", ops.gelu_tanh_forward, ops.gelu_tanh_backward)
"""``x Phi(x)``, in the approximation by tanh."""

silu: Fn[Array, Array] = activation("silu", ops.silu_forward, ops.silu_backward)
"""``x sigmoid(x)``, also called swish."""

mish: Fn[Array, Array] = activation("mish", ops.mish_forward, ops.mish_backward)
"""``x tanh(softplus(x))``."""

selu: Fn[Array, Array] = activation("selu", ops.selu_forward, ops.selu_backward)
"""A scaled `elu` that keeps mean 0 and variance 1; for weights drawn by `lecun_normal`."""

softsign: Fn[Array, Array] = activation("softsign", ops.softsign_forward, ops.softsign_backward)
"""``x / (1 + |x|)``, in [-1, 1]."""

hard_sigmoid: Fn[Array, Array] = activation("hard_sigmoid", ops.hard_sigmoid_forward, ops.hard_sigmoid_backward)
"""``x / 6 + 1/2``, clipped to [0, 1]."""

hard_swish: Fn[Array, Array] = activation("hard_swish", ops.hard_swish_forward, ops.hard_swish_backward)
"""``x hard_sigmoid(x)``."""

glu: Fn[Array, Array] = activation("glu", ops.glu_forward, ops.glu_backward, shape=_dividing("glu", 2))
"""``a sigmoid(b)`` for the features ``[a, b]``: half as many come out."""

swiglu: Fn[Array, Array] = activation("swiglu", ops.swiglu_forward, ops.swiglu_backward, shape=_dividing("swiglu", 2))
"""``a silu(b)`` for the features ``[a, b]``: half as many come out."""

geglu: Fn[Array, Array] = activation("geglu", ops.geglu_forward, ops.geglu_backward, shape=_dividing("geglu", 2))
"""``a gelu(b)`` for the features ``[a, b]``: half as many come out."""

softmax: Fn[Array, Array] = activation(
    "softmax", ops.softmax_forward, ops.softmax_backward, shape=_with_classes("softmax")
)
"""``exp(x)`` over its sum along the last axis: probabilities. To train a classifier, end it in the scores instead."""

log_softmax: Fn[Array, Array] = activation(
    "log_softmax", ops.log_softmax_forward, ops.log_softmax_backward, shape=_with_classes("log_softmax")
)
"""The logarithm of `softmax`, finite where softmax is 0."""


def leaky_relu(slope: float = 0.01) -> Fn[Array, Array]:
    """``x`` where it is positive, ``slope * x`` elsewhere; ``slope`` in (0, 1].

    Raises HyperparameterError for a slope outside. The mathematics stands in `fnn.ops.leaky_relu`.

    >>> import numpy as np
    >>> leaky_relu(0.1)(np.array([[-1.0, 2.0]]))
    array([[-0.1,  2. ]])
    """
    in_range("leaky_relu", 0, 1, low_open=True, slope=slope)
    forward = partial(ops.leaky_relu_forward, slope=slope)
    return activation(f"leaky_relu({slope:g})", forward, ops.leaky_relu_backward)


def elu(alpha: float = 1.0) -> Fn[Array, Array]:
    """``x`` where it is positive, ``alpha * (exp(x) - 1)`` elsewhere; ``alpha`` above 0.

    Raises HyperparameterError for an alpha that is not. The mathematics stands in `fnn.ops.elu`.

    >>> import numpy as np
    >>> elu()(np.array([[-1000.0, 2.0]]))
    array([[-1.,  2.]])
    """
    in_range("elu", 0, math.inf, low_open=True, high_open=True, alpha=alpha)
    return activation(f"elu({alpha:g})", partial(ops.elu_forward, alpha=alpha), ops.elu_backward)


def celu(alpha: float = 1.0) -> Fn[Array, Array]:
    """``x`` where it is positive, ``alpha * (exp(x / alpha) - 1)`` elsewhere; ``alpha`` above 0.

    Raises HyperparameterError for an alpha that is not. The mathematics stands in `fnn.ops.celu`.

    >>> import numpy as np
    >>> celu(3.0)(np.array([[-1000.0, 2.0]]))
    array([[-3.,  2.]])
    """
    in_range("celu", 0, math.inf, low_open=True, high_open=True, alpha=alpha)
    return activation(f"celu({alpha:g})", partial(ops.celu_forward, alpha=alpha), ops.celu_backward)


def hard_tanh(low: float = -1.0, high: float = 1.0) -> Fn[Array, Array]:
    """``x`` clipped to [low, high]; ``hard_tanh(0, 6)`` is known as relu6.

    Raises HyperparameterError unless ``low`` is below ``high``. The mathematics stands in `fnn.ops.hard_tanh`.

    >>> import numpy as np
    >>> hard_tanh()(np.array([[-1000.0, 0.5]]))
    array([[-1. ,  0.5]])
    """
    check_interval(low, high)
    forward = partial(ops.hard_tanh_forward, low=low, high=high)
    return activation(f"hard_tanh({low:g}, {high:g})", forward, ops.hard_tanh_backward)


def maxout(pieces: int) -> Fn[Array, Array]:
    """The largest of each ``pieces`` features in a row, from (batch, ..., features * pieces) to (batch, ..., features).

    Raises HyperparameterError for pieces below 1, ShapeError where the features do not divide. The mathematics stands
    in `fnn.ops.maxout`.

    >>> import numpy as np
    >>> maxout(2)(np.array([[1.0, 5.0, -4.0, -3.0]]))
    array([[ 5., -3.]])
    """
    positive("maxout", pieces=pieces)
    name = f"maxout({pieces})"
    forward = partial(ops.maxout_forward, pieces=pieces)
    return activation(name, forward, ops.maxout_backward, shape=_dividing(name, pieces), flops=math.prod)
