"""The parametric rectified linear unit, a leaky relu whose slope is trained, and its derivative.

    y = x where x > 0, slope x where x <= 0

    dy/dx     = 1 where x > 0, slope where x < 0        so  dx = dy, or slope dy
    dy/dslope = 0 where x > 0, x where x < 0            so  dslope = sum dy min(x, 0)

the sum being over all entries of ``x`` that share the slope. At ``x = 0`` there is a kink; the subgradient taken there
is ``slope``, the limit from the left, as for leaky relu. The slope may become negative, so that the output's sign does
not tell the input's: the input is cached, with the slope.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from fnn.arrays import Array
from fnn.errors import ShapeError

PreluCache: TypeAlias = tuple[Array, Array]


def prelu_forward(x: Array, slope: Array) -> tuple[Array, PreluCache]:
    """Return ``x`` where it is positive and ``slope * x`` elsewhere, and the cache ``(x, slope)``.

    Shapes: x any; slope broadcasts to it: (1,) for one slope in all, (features,) for one a feature. Raises ShapeError
    for a slope that does not fit.

    Reference: He, Zhang, Ren, Sun (2015), "Delving deep into rectifiers", eqs. 1 to 3.

    >>> prelu_forward(np.array([[-1.0, -1.0], [2.0, 0.0]]), np.array([0.25, 0.5]))[0]
    array([[-0.25, -0.5 ],
           [ 2.  ,  0.  ]])
    """
    sizes = zip(slope.shape[::-1], x.shape[::-1], strict=False)
    if slope.ndim > x.ndim or any(own not in (1, size) for own, size in sizes):
        raise ShapeError("prelu", f"slope that broadcasts to x of shape {x.shape}", f"shape {slope.shape}")
    y: Array = np.where(x > 0, x, slope * x)
    return y, (x, slope)


def prelu_backward(dy: Array, cache: PreluCache) -> tuple[Array, Array]:
    """Return ``(dx, dslope)``; ``dslope`` is summed over the axes along which the slope was broadcast.

    >>> cache = np.array([[-1.0, -1.0], [2.0, -3.0]]), np.array([0.25, 0.5])
    >>> dx, dslope = prelu_backward(np.array([[8.0, 8.0], [8.0, 8.0]]), cache)
    >>> dx, dslope
    (array([[2., 4.],
           [8., 4.]]), array([ -8., -32.]))
    """
    x, slope = cache
    dx: Array = np.where(x > 0, dy, slope * dy)
    shares: Array = dy * np.minimum(x, 0)
    extra = x.ndim - slope.ndim
    shared = [axis for axis in range(x.ndim) if axis < extra or slope.shape[axis - extra] == 1]
    dslope: Array = shares.sum(axis=tuple(shared), keepdims=True).reshape(slope.shape)
    return dx, dslope
