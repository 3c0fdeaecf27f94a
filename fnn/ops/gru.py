"""The gated recurrent unit (GRU), its reset gate behind the recurrent product, through time, and its derivative.

    r, z = sigmoid(x W + h R + b)                blocks of columns: r, z, n
    q    = h R_n + b_q                           what the past says
    n    = tanh(x W_n + b_n + r q)               the new candidate: the reset gate r lets the past speak, or not
    h'   = (1 - z) n + z h = n + z (h - n)       the update gate z keeps the past, or not;  y = h'

with h = h[t-1] and h' = h[t]. This is the variant of PyTorch and cuDNN, ONNX's ``linear_before_reset = 1``, Keras's
``reset_after``; in the other, `fnn.ops.gru_reset_before`, the gate stands before the product. Here all three blocks
meet R at once.

Let ``dh'`` be all that the loss wants of ``h[t]``, through ``y[t]`` and through the step after it. Then

    da_n = dh' (1 - z) (1 - n^2)                 da_z = dh' (h - n) z (1 - z)
    dq   = da_n r                                da_r = da_n q r (1 - r)
    dh   = dy[t-1] + dh' z + (da_r, da_z, dq) R^T

The loops over the steps are in `fnn.kernels.gru`. The product with W is computed for all steps at once, and so are the
sums over the steps, which all use the same parameters:

    dx[t] = (da_r, da_z, da_n) W^T        dW = sum_t x[t]^T (da_r, da_z, da_n)        db   = sum_t (da_r, da_z, da_n)
                                          dR = sum_t h^T (da_r, da_z, dq)             db_q = sum_t dq

Where a mask says that a step is not there, the carry passes as it is, ``h' = h``, and the output is 0: then ``da = 0``
and ``dh = dy[t-1] + dh'``.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np

from fnn.arrays import Array, BoolArray
from fnn.kernels import gru_steps, gru_steps_gradients
from fnn.ops.sums import column_sums
from fnn.ops.time_major import batch_major, check_dys, check_fit, rows, time_major, valid_steps


class GRUCache(NamedTuple):
    """All with time first; h has one step more, the carry before the first; gates are r, z, n."""

    x: Array
    h: Array
    gates: Array
    q: Array
    valid: BoolArray | None
    input_weight: Array
    recurrent_weight: Array
    reverse: bool


def gru_forward(
    x: Array,
    carry: Array,
    input_weight: Array,
    recurrent_weight: Array,
    bias: Array,
    recurrent_bias: Array,
    *,
    mask: BoolArray | None = None,
    reverse: bool = False,
) -> tuple[tuple[Array, Array], GRUCache]:
    """Return the outputs of all steps with the carry after the last, ``(y, carry)``, and the cache.

    Shapes: x (batch, time, inputs), carry (batch, units), input_weight (inputs, 3 units), recurrent_weight (units,
    3 units), bias (3 units,), columns in the order r, z, n, recurrent_bias (units,), the ``b_q`` above; y (batch, time,
    units). ``mask`` (batch, time) is true where a step is there: at others the carry stays and y is 0. With ``reverse``
    the steps are taken from the last to the first, and the carry returned is that after the first. Raises ShapeError
    and DtypeError for arrays and masks that do not fit.

    Reference: Cho et al. (2014), "Learning phrase representations using RNN encoder-decoder for statistical machine
    translation", sec. 2.3 (the gate before the product in its last version, behind it in the first).

    >>> zeros = np.zeros((1, 6)), np.zeros((2, 6)), np.zeros(6), np.zeros(2)
    >>> (y, carry), _ = gru_forward(np.ones((1, 3, 1)), np.full((1, 2), 8.0), *zeros)
    >>> y[0, :, 0], carry
    (array([4., 2., 1.]), array([[1., 1.]]))
    """
    check_fit(
        "gru",
        x=(x, "batch time inputs"),
        carry=(carry, "batch units"),
        input_weight=(input_weight, "inputs 3*units"),
        recurrent_weight=(recurrent_weight, "units 3*units"),
        bias=(bias, "3*units"),
        recurrent_bias=(recurrent_bias, "units"),
    )
    valid = valid_steps(mask, x.shape[:2], "gru", reverse=reverse)
    x = time_major(x, valid, reverse=reverse)
    time, (batch, units) = len(x), carry.shape
    gates: Array = (rows(x) @ input_weight).reshape(time, batch, 3 * units)
    gates += bias
    h: Array = np.empty((time + 1, batch, units), x.dtype)
    q = np.empty_like(h[1:])
    h[0] = carry
    gru_steps(gates, recurrent_weight, recurrent_bias, h, q, valid)
    y = batch_major(h[1:], valid, reverse=reverse)
    return (y, h[-1].copy()), GRUCache(x, h, gates, q, valid, input_weight, recurrent_weight, reverse)


GRUGradients: TypeAlias = tuple[Array, Array, Array, Array, Array]
"""``(dcarry, dinput_weight, drecurrent_weight, dbias, drecurrent_bias)``."""


def gru_backward(dy: tuple[Array, Array], cache: GRUCache) -> tuple[Array, Array, Array, Array, Array, Array]:
    """Return ``(dx, dcarry, dinput_weight, drecurrent_weight, dbias, drecurrent_bias)`` for the pair ``(dy, dcarry)``.

    For truncated back-propagation through time, cut a sequence into pieces, hand the carry on, and pass zeros as the
    dcarry of each piece; for the whole derivative, pass it the dcarry of the piece behind it.

    >>> zeros = np.zeros((1, 6)), np.zeros((2, 6)), np.zeros(6), np.zeros(2)
    >>> (y, _), cache = gru_forward(np.ones((1, 3, 1)), np.full((1, 2), 8.0), *zeros)
    >>> gru_backward((0 * y, np.ones((1, 2))), cache)[1]
    array([[0.125, 0.125]])
    """
    da, gradients = _through_time(dy, cache)
    dx = batch_major((rows(da) @ cache.input_weight.T).reshape(cache.x.shape), None, reverse=cache.reverse)
    return dx, *gradients


def gru_backward_params(dy: tuple[Array, Array], cache: GRUCache) -> GRUGradients:
    """Return ``(dcarry, dinput_weight, drecurrent_weight, dbias, drecurrent_bias)``, for input without a gradient."""
    return _through_time(dy, cache)[1]


def _through_time(dy: tuple[Array, Array], cache: GRUCache) -> tuple[Array, GRUGradients]:
    x, h, gates, q, valid, _, recurrent_weight, reverse = cache
    units = q.shape[-1]
    check_dys("gru", h, dy[0], dcarry=dy[1])
    dh_of_y = time_major(dy[0], valid, reverse=reverse)
    back, da, dh = np.empty_like(gates), np.empty_like(gates), dy[1].astype(h.dtype, order="C")
    gru_steps_gradients(gates, recurrent_weight, h, q, dh_of_y, valid, dh, back, da)
    dbias = column_sums(da)
    dq_sums = column_sums(back)[2 * units :]
    return da, (dh, rows(x).T @ rows(da), rows(h[:-1]).T @ rows(back), dbias, dq_sums)
