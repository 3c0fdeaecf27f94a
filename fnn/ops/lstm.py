"""The long short-term memory (LSTM), through time, and its derivative.

    a[t] = x[t] W + h[t-1] R + b                 in four blocks of columns: i, f, g, o
    i, f, o = sigmoid(a_i), sigmoid(a_f), sigmoid(a_o)        g = tanh(a_g)
    c[t] = f c[t-1] + i g                        the cell: what is kept, and what comes in
    h[t] = o tanh(c[t]),  y = h                  the output: what is shown

Let ``dh[t]`` and ``dc[t]`` be all that the loss wants of ``h[t]`` and ``c[t]``, through ``y[t]`` and through the step
after it. Going back from the last step, the product and chain rules give

    dc[t]  += dh[t] o (1 - tanh^2 c[t])          for h[t] depends on c[t]
    da_i    = dc[t] g i (1 - i)                  da_g = dc[t] i (1 - g^2)
    da_f    = dc[t] c[t-1] f (1 - f)             da_o = dh[t] tanh(c[t]) o (1 - o)
    dc[t-1] = dc[t] f                            dh[t-1] = dy[t-1] + da[t] R^T

and, as every step uses the same parameters, sums over the steps:

    dx[t] = da[t] W^T        dW = sum_t x[t]^T da[t]        dR = sum_t h[t-1]^T da[t]        db = sum_t da[t]

Only the product with ``R`` has to wait for the step before. The product with ``W`` and the last line are computed for
all steps at once. The loops over the steps are in `fnn.kernels.lstm`.

Where a mask says that a step is not there, the carry passes as it is, ``h[t], c[t] = h[t-1], c[t-1]``, and the output
is 0: then ``da[t] = 0``, ``dc[t-1] = dc[t]`` and ``dh[t-1] = dy[t-1] + dh[t]``.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np

from fnn.arrays import Array, BoolArray
from fnn.kernels import lstm_steps, lstm_steps_gradients
from fnn.ops.sums import column_sums
from fnn.ops.time_major import batch_major, check_dys, check_fit, rows, time_major, valid_steps


class LSTMCarry(NamedTuple):
    """What an LSTM hands from one step to the next: the output h and the cell c, each (batch, units)."""

    h: Array
    c: Array


class LSTMCache(NamedTuple):
    """All with time first; h and c have one step more, the carry before the first; gates are i, f, g, o."""

    x: Array
    h: Array
    c: Array
    gates: Array
    tanh_c: Array
    valid: BoolArray | None
    input_weight: Array
    recurrent_weight: Array
    reverse: bool


def lstm_forward(
    x: Array,
    carry: LSTMCarry,
    input_weight: Array,
    recurrent_weight: Array,
    bias: Array,
    *,
    mask: BoolArray | None = None,
    reverse: bool = False,
) -> tuple[tuple[Array, LSTMCarry], LSTMCache]:
    """Return the outputs of all steps with the carry after the last, ``(y, carry)``, and the cache.

    Shapes: x (batch, time, inputs), carry h and c (batch, units), input_weight (inputs, 4 units), recurrent_weight
    (units, 4 units), bias (4 units,), columns in the order i, f, g, o; y (batch, time, units). ``mask`` (batch, time)
    is true where a step is there: at others the carry stays and y is 0. With ``reverse`` the steps are taken from the
    last to the first, and the carry returned is that after the first. Raises ShapeError and DtypeError for arrays and
    masks that do not fit.

    References: Hochreiter and Schmidhuber (1997), "Long short-term memory"; with the forget gate: Gers, Schmidhuber,
    Cummins (2000), "Learning to forget: continual prediction with LSTM".

    >>> carry = LSTMCarry(np.zeros((1, 1)), np.ones((1, 1)))
    >>> (y, carry), _ = lstm_forward(np.zeros((1, 2, 3)), carry, np.zeros((3, 4)), np.zeros((1, 4)), np.zeros(4))
    >>> carry.c
    array([[0.25]])
    """
    check_fit(
        "lstm",
        x=(x, "batch time inputs"),
        h=(carry.h, "batch units"),
        c=(carry.c, "batch units"),
        input_weight=(input_weight, "inputs 4*units"),
        recurrent_weight=(recurrent_weight, "units 4*units"),
        bias=(bias, "4*units"),
    )
    valid = valid_steps(mask, x.shape[:2], "lstm", reverse=reverse)
    x = time_major(x, valid, reverse=reverse)
    time, (batch, units) = len(x), carry.h.shape
    gates: Array = (rows(x) @ input_weight).reshape(time, batch, 4 * units)
    h: Array = np.empty((time + 1, batch, units), x.dtype)
    c, tanh_c = np.empty_like(h), np.empty_like(h[1:])
    h[0], c[0] = carry
    lstm_steps(gates, recurrent_weight, bias, h, c, tanh_c, valid)
    y = batch_major(h[1:], valid, reverse=reverse)
    last = LSTMCarry(h[-1].copy(), c[-1].copy())
    return (y, last), LSTMCache(x, h, c, gates, tanh_c, valid, input_weight, recurrent_weight, reverse)


LSTMGradients: TypeAlias = tuple[LSTMCarry, Array, Array, Array]
"""``(dcarry, dinput_weight, drecurrent_weight, dbias)``."""


def lstm_backward(dy: tuple[Array, LSTMCarry], cache: LSTMCache) -> tuple[Array, LSTMCarry, Array, Array, Array]:
    """Return ``(dx, dcarry, dinput_weight, drecurrent_weight, dbias)`` for ``dy``, the pair of dy and dcarry.

    For truncated back-propagation through time, cut a sequence into pieces, hand the carry on, and pass zeros as the
    dcarry of each piece; for the whole derivative, pass it the dcarry of the piece behind it.

    >>> carry = LSTMCarry(np.zeros((1, 1)), np.ones((1, 1)))
    >>> (y, _), cache = lstm_forward(np.zeros((1, 2, 3)), carry, np.zeros((3, 4)), np.zeros((1, 4)), np.zeros(4))
    >>> lstm_backward((0 * y, LSTMCarry(np.zeros((1, 1)), np.ones((1, 1)))), cache)[1].c
    array([[0.25]])
    """
    da, gradients = _through_time(dy, cache)
    dx = batch_major((rows(da) @ cache.input_weight.T).reshape(cache.x.shape), None, reverse=cache.reverse)
    return dx, *gradients


def lstm_backward_params(dy: tuple[Array, LSTMCarry], cache: LSTMCache) -> LSTMGradients:
    """Return ``(dcarry, dinput_weight, drecurrent_weight, dbias)`` alone, for input that needs no gradient."""
    return _through_time(dy, cache)[1]


def _through_time(dy: tuple[Array, LSTMCarry], cache: LSTMCache) -> tuple[Array, LSTMGradients]:
    x, h, c, gates, tanh_c, valid, _, recurrent_weight, reverse = cache
    check_dys("lstm", h, dy[0], dh=dy[1].h, dc=dy[1].c)
    dh_of_y = time_major(dy[0], valid, reverse=reverse)
    da = np.empty_like(gates)
    dh, dc = (part.astype(h.dtype, order="C") for part in dy[1])
    lstm_steps_gradients(gates, recurrent_weight, c, tanh_c, dh_of_y, valid, dh, dc, da)
    dbias = column_sums(da)
    return da, (LSTMCarry(dh, dc), rows(x).T @ rows(da), rows(h[:-1]).T @ rows(da), dbias)
