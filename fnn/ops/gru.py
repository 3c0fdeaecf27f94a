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

Each is ``dh'`` times a slope, and the slopes are computed for all steps at once, outside the loop; so is the product
with W, and the sums over the steps, which all use the same parameters:

    dx[t] = (da_r, da_z, da_n) W^T        dW = sum_t x[t]^T (da_r, da_z, da_n)        db   = sum_t (da_r, da_z, da_n)
                                          dR = sum_t h^T (da_r, da_z, dq)             db_q = sum_t dq

The gates are ``sigmoid(a) = 1/2 + 1/2 tanh(a/2)``, which cannot overflow. Where a mask says that a step is not there,
the carry passes as it is, ``h' = h``, and the output is 0: then all slopes are 0 and ``dh = dy[t-1] + dh'``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fnn.arrays import Array, BoolArray
from fnn.ops.time_major import batch_major, check_fit, rows, sigmoid_in_place, time_major, valid_steps


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
    for t in range(time):
        rz, n = gates[t, :, : 2 * units], gates[t, :, 2 * units :]  # there stands x W + b; they are made in place
        past = h[t] @ recurrent_weight
        rz += past[:, : 2 * units]
        sigmoid_in_place(rz)
        np.add(past[:, 2 * units :], recurrent_bias, out=q[t])
        n += rz[:, :units] * q[t]
        np.tanh(n, out=n)
        np.subtract(h[t], n, out=h[t + 1])
        h[t + 1] *= rz[:, units:]
        h[t + 1] += n
        if valid is not None:
            np.copyto(h[t + 1], h[t], where=~valid[t])
    y = batch_major(h[1:], valid, reverse=reverse)
    return (y, h[-1].copy()), GRUCache(x, h, gates, q, valid, input_weight, recurrent_weight, reverse)


def gru_backward(dy: tuple[Array, Array], cache: GRUCache) -> tuple[Array, Array, Array, Array, Array, Array]:
    """Return ``(dx, dcarry, dinput_weight, drecurrent_weight, dbias, drecurrent_bias)`` for the pair ``(dy, dcarry)``.

    For truncated back-propagation through time, cut a sequence into pieces, hand the carry on, and pass zeros as the
    dcarry of each piece; for the whole derivative, pass it the dcarry of the piece behind it.

    >>> zeros = np.zeros((1, 6)), np.zeros((2, 6)), np.zeros(6), np.zeros(2)
    >>> (y, _), cache = gru_forward(np.ones((1, 3, 1)), np.full((1, 2), 8.0), *zeros)
    >>> gru_backward((0 * y, np.ones((1, 2))), cache)[1]
    array([[0.125, 0.125]])
    """
    x, h, gates, q, valid, input_weight, recurrent_weight, reverse = cache
    time, batch, units = q.shape
    r, z, n = gates.reshape(time, batch, 3, units).transpose(2, 0, 1, 3)
    dh_of_y = time_major(dy[0], valid, reverse=reverse)
    n_slope: Array = (1 - z) * (1 - n * n)
    keep: Array = z
    if valid is not None:
        n_slope *= valid
        keep = np.where(valid, z, 1)
    back: Array = np.empty_like(gates)  # first the slopes of r, z and q, then the gradients in place
    blocks = back.reshape(time, batch, 3, units)
    blocks[:, :, 0] = n_slope * q * r * (1 - r)
    blocks[:, :, 1] = (h[:-1] - n) * z * (1 - keep)
    blocks[:, :, 2] = n_slope * r
    dn = n_slope
    dh = dy[1]
    for t in reversed(range(time)):
        dh = dh + dh_of_y[t]
        blocks[t] *= dh[:, None]
        dn[t] *= dh
        dh = dh * keep[t] + back[t] @ recurrent_weight.T
    da = back.copy()
    da.reshape(blocks.shape)[:, :, 2] = dn
    dx = batch_major((rows(da) @ input_weight.T).reshape(x.shape), None, reverse=reverse)
    drecurrent: Array = rows(h[:-1]).T @ rows(back)
    return dx, dh, rows(x).T @ rows(da), drecurrent, rows(da).sum(axis=0), rows(blocks[:, :, 2]).sum(axis=0)
