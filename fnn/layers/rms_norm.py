"""Root mean square normalization as a layer."""

from __future__ import annotations

import math

from fnn.arrays import Array
from fnn.initializers import Initializer, ones
from fnn.layers.spatial import check_input, trailing
from fnn.model import Model, layer
from fnn.ops.rms_norm import RmsNormCache, rms_norm_backward, rms_norm_forward
from fnn.ops.standardize import check_eps
from fnn.random import Key
from fnn.tree import record


@record
class RMSNorm:
    """Parameters of a root mean square normalization: scale (*features)."""

    scale: Array


def rms_norm(
    features: int | tuple[int, ...], *, eps: float = 1e-5, scale: Initializer = ones
) -> Model[RMSNorm, Array, Array]:
    """Each row of features divided by its root mean square, then scaled; for ``(batch, ..., *features)``.

    ``features`` is the size of the last axis or, as a tuple, the sizes of several last axes. ``eps`` is added to the
    mean square; ``scale`` is an initializer. Raises DtypeError for input that is not float of the parameters' dtype,
    ShapeError for input of another width, DataError for an empty batch. The mathematics stands in `fnn.ops.rms_norm`.

    >>> import fnn, numpy as np
    >>> model = fnn.rms_norm(2)
    >>> model.apply(model.init(fnn.Key(0)), np.array([[1.0, 7.0]], np.float32)).round(2)
    array([[0.2, 1.4]], dtype=float32)
    """
    name = f"rms_norm({features})"
    sizes, shape = trailing(name, features)
    check_eps(name, eps)

    def init(key: Key) -> RMSNorm:
        return RMSNorm(scale(key, sizes))

    def forward(params: RMSNorm, x: Array) -> tuple[Array, RmsNormCache]:
        check_input(x, name, shape, params.scale)
        return rms_norm_forward(x, params.scale, eps=eps)

    def backward(dy: Array, cache: RmsNormCache) -> tuple[RMSNorm, Array]:
        dx, dscale = rms_norm_backward(dy, cache)
        return RMSNorm(dscale), dx

    return layer(init, forward, backward, name=name, shape=shape, flops=lambda s: 4 * math.prod(s), record=RMSNorm)
