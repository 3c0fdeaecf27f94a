"""The gated recurrent unit (GRU), its reset gate before the recurrent product, through time, and its derivative.

    r, z = sigmoid(x W + h R + b)                blocks of columns: r, z, n
    s    = r h                                   the past that is let through
    n    = tanh(x W_n + b_n + s R_n)             the new candidate
    h'   = (1 - z) n + z h = n + z (h - n)       the update gate z keeps the past, or not;  y = h'

with h = h[t-1] and h' = h[t]. This is ONNX's ``linear_before_reset = 0``; in the variant of PyTorch, `fnn.ops.gru`, the
gate stands behind the product, which needs one product a step where this needs two.

Let ``dh'`` be all that the loss wants of ``h[t]``, through ``y[t]`` and through the step after it. Then

    da_n = dh' (1 - z) (1 - n^2)                 da_z = dh' (h - n) z (1 - z)
    ds   = da_n R_n^T                            da_r = ds h r (1 - r)
    dh   = dy[t-1] + dh' z + ds r + (da_r, da_z) R_rz^T

and, with ``da = (da_r, da_z, da_n)`` and as every step uses the same parameters, sums over the steps, which are
computed for all steps at once, as are the product with W and what multiplies ``dh'`` and ``ds``; the loops over the
steps are in `fnn.kernels.gru_reset_before`:

    dx[t] = da W^T        dW = sum_t x[t]^T da        dR_rz = sum_t h^T (da_r, da_z)        dR_n = sum_t s^T da_n
                          db = sum_t da

The gates are ``sigmoid(a) = 1/2 + 1/2 tanh(a/2)``, which cannot overflow. Where a mask says that a step is not there,
the carry passes as it is, ``h' = h``, and the output is 0: then all slopes are 0 and ``dh = dy[t-1] + dh'``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fnn.arrays import Array, BoolArray
from fnn.kernels import gru_reset_before_steps, gru_reset_before_steps_gradients
from fnn.ops.time_major import batch_major, check_dys, check_fit, rows, time_major, valid_steps


class GRUResetBeforeCache(NamedTuple):
    """All with time first; h has one step more, the carry before the first; gates are r, z, n."""

    x: Array
    h: Array
    gates: Array
    valid: BoolArray | None
    input_weight: Array
    recurrent_weight: Array
    reverse: bool


def gru_reset_before_forward(
    x: Array,
    carry: Array,
    input_weight: Array,
    recurrent_weight: Array,
    bias: Array,
    *,
    mask: BoolArray | None = None,
    reverse: bool = False,
) -> tuple[tuple[Array, Array], GRUResetBeforeCache]:
    """Return the outputs of all steps with the carry after the last, ``(y, carry)``, and the cache.

    Shapes: x (batch, time, inputs), carry (batch, units), input_weight (inputs, 3 units), recurrent_weight (units,
    3 units), bias (3 units,), columns in the order r, z, n; y (batch, time, units). ``mask`` (batch, time) is true
    where a step is there: at others the carry stays and y is 0. With ``reverse`` the steps are taken from the last to
    the first, and the carry returned is that after the first. Raises ShapeError and DtypeError for arrays and masks
    that do not fit.

    Reference: Cho et al. (2014), "Learning phrase representations using RNN encoder-decoder for statistical machine
    translation", sec. 2.3 of the last version.

    >>> zeros = np.zeros((1, 6)), np.zeros((2, 6)), np.zeros(6)
    >>> (y, carry), _ = gru_reset_before_forward(np.ones((1, 3, 1)), np.full((1, 2), 8.0), *zeros)
    >>> y[0, :, 0], carry
    (array([4., 2., 1.]), array([[1., 1.]]))
    """
    check_fit(
        "gru_reset_before",
        x=(x, "batch time inputs"),
        carry=(carry, "batch units"),
        input_weight=(input_weight, "inputs 3*units"),
        recurrent_weight=(recurrent_weight, "units 3*units"),
        bias=(bias, "3*units"),
    )
    valid = valid_steps(mask, x.shape[:2], "gru_reset_before", reverse=reverse)
    x = time_major(x, valid, reverse=reverse)
    time, (batch, units) = len(x), carry.shape
    gates: Array = (rows(x) @ input_weight).reshape(time, batch, 3 * units)
    gates += bias
    h: Array = np.empty((time + 1, batch, units), x.dtype)
    h[0] = carry
    gru_reset_before_steps(gates, recurrent_weight, h, valid)
    y = batch_major(h[1:], valid, reverse=reverse)
    cache = GRUResetBeforeCache(x, h, gates, valid, input_weight, recurrent_weight, reverse)
    return (y, h[-1].copy()), cache


def gru_reset_before_backward(
    dy: tuple[Array, Array], cache: GRUResetBeforeCache
) -> tuple[Array, Array, Array, Array, Array]:
    """Return ``(dx, dcarry, dinput_weight, drecurrent_weight, dbias)`` for ``dy``, the pair of dy and dcarry.

    For truncated back-propagation through time, cut a sequence into pieces, hand the carry on, and pass zeros as the
    dcarry of each piece; for the whole derivative, pass it the dcarry of the piece behind it.

    >>> zeros = np.zeros((1, 6)), np.zeros((2, 6)), np.zeros(6)
    >>> (y, _), cache = gru_reset_before_forward(np.ones((1, 3, 1)), np.full((1, 2), 8.0), *zeros)
    >>> gru_reset_before_backward((0 * y, np.ones((1, 2))), cache)[1]
    array([[0.125, 0.125]])
    """
    x, h, gates, valid, input_weight, recurrent_weight, reverse = cache
    time, batch, units = h[1:].shape
    r, z, n = gates.reshape(time, batch, 3, units).transpose(2, 0, 1, 3)
    past = h[:-1]
    check_dys("gru_reset_before", h, dy[0], dcarry=dy[1])
    dh_of_y, dh = time_major(dy[0], valid, reverse=reverse), dy[1].astype(h.dtype, order="C")
    da: Array = np.empty_like(gates)  # first the slopes, then the gradients in place
    blocks = da.reshape(time, batch, 3, units)
    blocks[:, :, 0] = past * r * (1 - r)
    blocks[:, :, 1] = (past - n) * z * (1 - z)
    blocks[:, :, 2] = (1 - z) * (1 - n * n)
    if valid is not None:
        da *= valid
    gru_reset_before_steps_gradients(gates, recurrent_weight, dh_of_y, valid, dh, da)
    of_gates, of_candidate = rows(da)[:, : 2 * units], rows(da)[:, 2 * units :]
    drecurrent = np.concatenate([rows(past).T @ of_gates, rows(r * past).T @ of_candidate], axis=1)
    dx = batch_major((rows(da) @ input_weight.T).reshape(x.shape), None, reverse=reverse)
    dbias: Array = rows(da).sum(axis=0)
    return dx, dh, rows(x).T @ rows(da), drecurrent, dbias
