"""The simple recurrent network through time, forward and back; the mathematics stands in `fnn.ops.rnn`."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array, BoolArray
from fnn.kernels.choice import kernel


@kernel
def rnn_steps(h: Array, recurrent_weight: Array, rectified: bool, valid: BoolArray | None) -> None:
    """Take all steps: turn ``h``, which holds x W + b behind the first, into the outputs.

    Shapes: h (time + 1, batch, units), recurrent_weight (units, units), valid (time, batch, 1). The activation is the
    rectifier or the hyperbolic tangent. Where ``valid`` is false h stays as it is.

    >>> h = np.array([[[1.0]], [[2.0]], [[-9.0]]])
    >>> rnn_steps(h, np.ones((1, 1)), True, None)
    >>> h.ravel()
    array([1., 3., 0.])
    """
    for t in range(len(h) - 1):
        a = h[t + 1]
        a += h[t] @ recurrent_weight
        np.maximum(a, 0, out=a) if rectified else np.tanh(a, out=a)
        if valid is not None:
            np.copyto(a, h[t], where=~valid[t])


@kernel
def rnn_steps_gradients(da: Array, recurrent_weight: Array, dy: Array, valid: BoolArray | None, dh: Array) -> None:
    """Go back through all steps: turn ``da``, which holds slopes, into gradients, and ``dh`` into that of the first h.

    Shapes: da and dy (time, batch, units), dh (batch, units), others as above. At the start ``dh`` is the gradient of
    the last output by way of what follows; the slopes are 0 where ``valid`` is false.

    >>> da, dh = np.ones((2, 1, 1)), np.ones((1, 1))
    >>> rnn_steps_gradients(da, np.full((1, 1), 0.5), np.ones((2, 1, 1)), None, dh)
    >>> da.ravel(), dh.ravel()
    (array([2., 2.]), array([1.]))
    """
    for t in reversed(range(len(da))):
        dh += dy[t]
        da[t] *= dh
        through = da[t] @ recurrent_weight.T
        np.copyto(dh, through if valid is None else through + np.where(valid[t], 0, dh))
