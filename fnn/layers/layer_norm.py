"""Layer normalization as a layer."""

from __future__ import annotations

import math
from functools import partial

from fnn.arrays import Array
from fnn.initializers import Initializer, ones, zeros
from fnn.layers.spatial import check_input, trailing
from fnn.model import Model, layer
from fnn.ops.layer_norm import LayerNormCache, layer_norm_backward, layer_norm_forward
from fnn.ops.standardize import check_eps
from fnn.random import Key
from fnn.tree import record


@record
class LayerNorm:
    """Parameters of a layer normalization: scale (*features), and bias of the same shape or None."""

    scale: Array
    bias: Array | None


def layer_norm(
    features: int | tuple[int, ...],
    *,
    eps: float = 1e-5,
    scale: Initializer = ones,
    bias: Initializer | None = zeros,
) -> Model[LayerNorm, Array, Array]:
    """Each row of features at mean 0 and variance 1, then scaled and shifted; for ``(batch, ..., *features)``.

    ``features`` is the size of the last axis or, as a tuple, the sizes of several last axes. ``eps`` is added to the
    variance; ``scale`` and ``bias`` are initializers; ``bias=None`` leaves the bias out. Raises DtypeError for input
    that is not float of the parameters' dtype, ShapeError for input of another width, DataError for an empty batch. The
    mathematics stands in `fnn.ops.layer_norm`.

    >>> import fnn, numpy as np
    >>> model = fnn.layer_norm(2)
    >>> model.apply(model.init(fnn.Key(0)), np.array([[2.0, 4.0], [0.0, 9.0]], np.float32)).round(2)
    array([[-1.,  1.],
           [-1.,  1.]], dtype=float32)
    """
    name = f"layer_norm({features})"
    sizes, shape = trailing(name, features)
    check_eps(name, eps)
    run = partial(layer_norm_forward, eps=eps)

    def init(key: Key) -> LayerNorm:
        key_scale, key_bias = key.split()
        return LayerNorm(scale(key_scale, sizes), None if bias is None else bias(key_bias, sizes))

    def forward(params: LayerNorm, x: Array) -> tuple[Array, tuple[LayerNormCache, bool]]:
        check_input(x, name, shape, params.scale)
        y, cache = run(x, params.scale, params.bias)
        return y, (cache, params.bias is not None)

    def backward(dy: Array, cache: tuple[LayerNormCache, bool]) -> tuple[LayerNorm, Array]:
        dx, dscale, dbias = layer_norm_backward(dy, cache[0])
        return LayerNorm(dscale, dbias if cache[1] else None), dx

    return layer(
        init,
        forward,
        backward,
        name=name,
        shape=shape,
        flops=lambda s: (6 if bias is None else 7) * math.prod(s),
        record=LayerNorm,
    )
