"""The parametric ReLU: a leaky ReLU whose slope is trained."""

from __future__ import annotations

from fnn.arrays import Array, Shape, check_features, check_float, check_not_empty, check_same_dtype, format_shape
from fnn.errors import ShapeError
from fnn.initializers import Initializer, constant
from fnn.model import Model, layer, per_input
from fnn.ops.prelu import PreluCache, prelu_backward, prelu_forward
from fnn.random import Key
from fnn.tree import record
from fnn.validate import positive

_QUARTER = constant(0.25)


@record
class PReLU:
    """Parameters of a parametric ReLU: slope (features,), or (1,) for one slope that all share."""

    slope: Array


def prelu(features: int = 1, *, slope: Initializer = _QUARTER) -> Model[PReLU, Array, Array]:
    """``x`` where it is positive, ``slope * x`` elsewhere, with the slope trained: 0.25 at the start.

    ``features=1`` is one slope for inputs of any shape, a larger number one for each feature of the last axis.
    ``slope`` is an initializer. Weight decay, which would pull the slope towards relu, leaves it alone unless told
    otherwise. Raises DtypeError for input that is not float of the parameters' dtype, ShapeError for input of another
    width, DataError for an empty batch. The mathematics stands in `fnn.ops.prelu`.

    >>> import fnn, numpy as np
    >>> model = fnn.prelu()
    >>> model.apply(model.init(fnn.Key(0)), np.array([[-1.0, 2.0]], np.float32))
    array([[-0.25,  2.  ]], dtype=float32)
    """
    positive("prelu", features=features)
    name = f"prelu({features})"

    def init(key: Key) -> PReLU:
        return PReLU(slope(key, (features,)))

    def forward(params: PReLU, x: Array) -> tuple[Array, PreluCache]:
        check_float(x, name)
        check_not_empty(x, name)
        if features > 1:
            check_features(x, features, name)
        check_same_dtype(x, params.slope, name)
        return prelu_forward(x, params.slope)

    def backward(dy: Array, cache: PreluCache) -> tuple[PReLU, Array]:
        dx, dslope = prelu_backward(dy, cache)
        return PReLU(dslope), dx

    def shape(s: Shape) -> Shape:
        if features > 1 and (not s or s[-1] != features):
            raise ShapeError(name, f"input of shape (batch, ..., {features})", format_shape(s))
        return s

    return layer(init, forward, backward, name=name, shape=shape, flops=per_input, record=PReLU)
