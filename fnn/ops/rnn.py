"""The simple recurrent network (Elman's), through time, and its derivative.

    h[t] = phi(x[t] W + h[t-1] R + b)        phi = tanh or relu,  y = h

Every step uses the same parameters, so their gradients are sums over the steps. Let ``dh[t]`` be all that the loss
wants of ``h[t]``: through ``y[t]``, and through the step after it. Going back from the last step,

    da[t]   = dh[t] phi'(a[t])               phi' = 1 - h^2 for tanh, 1 where h > 0 for relu
    dh[t-1] = dy[t-1] + da[t] R^T            at the last step dh = dy + dcarry; what is left before the first is dcarry0

    dx[t] = da[t] W^T        dW = sum_t x[t]^T da[t]        dR = sum_t h[t-1]^T da[t]        db = sum_t da[t]

Only the product with ``R`` has to wait for the step before. The product with ``W``, the slopes ``phi'`` and the last
line are computed for all steps at once; the loops over the steps are in `fnn.kernels.rnn`. The outputs of all steps are
cached, and the inputs.

Where a mask says that a step is not there, the carry passes as it is, ``h[t] = h[t-1]``, and the output is 0: then
``da[t] = 0`` and ``dh[t-1] = dy[t-1] + dh[t]``. At ``a = 0`` the subgradient of relu is 0.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from fnn.arrays import Array, BoolArray
from fnn.errors import HyperparameterError
from fnn.kernels import rnn_steps, rnn_steps_gradients
from fnn.ops.time_major import batch_major, check_dys, check_fit, rows, time_major, valid_steps

Activation: TypeAlias = Literal["tanh", "relu"]


class RNNCache(NamedTuple):
    """All with time first; h has one step more, the carry before the first."""

    x: Array
    h: Array
    valid: BoolArray | None
    input_weight: Array
    recurrent_weight: Array
    activation: Activation
    reverse: bool


def rnn_forward(
    x: Array,
    carry: Array,
    input_weight: Array,
    recurrent_weight: Array,
    bias: Array,
    *,
    activation: Activation = "tanh",
    mask: BoolArray | None = None,
    reverse: bool = False,
) -> tuple[tuple[Array, Array], RNNCache]:
    """Return the outputs of all steps with the carry after the last, ``(y, carry)``, and the cache.

    Shapes: x (batch, time, inputs), carry (batch, units), input_weight (inputs, units), recurrent_weight (units,
    units), bias (units,); y (batch, time, units). ``activation`` is ``"tanh"`` or ``"relu"``. ``mask`` (batch, time) is
    true where a step is there: at others the carry stays and y is 0. With ``reverse`` the steps are taken from the last
    to the first, and the carry returned is that after the first. Raises ShapeError and DtypeError for arrays and masks
    that do not fit, HyperparameterError for another activation.

    References: Elman (1990), "Finding structure in time"; Werbos (1990), "Backpropagation through time: what it does
    and how to do it".

    >>> x, one = np.array([[[1.0], [2.0]]]), np.ones((1, 1))
    >>> (y, carry), _ = rnn_forward(x, 0 * one, one, one, np.zeros(1), activation="relu")
    >>> y.tolist(), carry.tolist()
    ([[[1.0], [3.0]]], [[3.0]])
    """
    if activation not in ("tanh", "relu"):
        raise HyperparameterError("rnn", 'activation "tanh" or "relu"', repr(activation))
    check_fit(
        "rnn",
        x=(x, "batch time inputs"),
        carry=(carry, "batch units"),
        input_weight=(input_weight, "inputs units"),
        recurrent_weight=(recurrent_weight, "units units"),
        bias=(bias, "units"),
    )
    valid = valid_steps(mask, x.shape[:2], "rnn", reverse=reverse)
    x = time_major(x, valid, reverse=reverse)
    h: Array = np.empty((len(x) + 1, *carry.shape), x.dtype)
    h[0] = carry
    np.matmul(rows(x), input_weight, out=rows(h[1:]))
    h[1:] += bias
    rnn_steps(h, recurrent_weight, activation == "relu", valid)
    y = batch_major(h[1:], valid, reverse=reverse)
    return (y, h[-1].copy()), RNNCache(x, h, valid, input_weight, recurrent_weight, activation, reverse)


def rnn_backward(dy: tuple[Array, Array], cache: RNNCache) -> tuple[Array, Array, Array, Array, Array]:
    """Return ``(dx, dcarry, dinput_weight, drecurrent_weight, dbias)`` for ``dy``, the pair of dy and dcarry.

    For truncated back-propagation through time, cut a sequence into pieces, hand the carry on, and pass zeros as the
    dcarry of each piece; for the whole derivative, pass it the dcarry of the piece behind it.

    >>> one = np.ones((1, 1))
    >>> (y, carry), cache = rnn_forward(np.ones((1, 2, 1)), 0 * one, one, one, np.zeros(1), activation="relu")
    >>> [g.tolist() for g in rnn_backward((np.ones((1, 2, 1)), 0 * one), cache)]
    [[[[2.0], [1.0]]], [[2.0]], [[3.0]], [[1.0]], [3.0]]
    """
    x, h, valid, input_weight, recurrent_weight, activation, reverse = cache
    check_dys("rnn", h, dy[0], dcarry=dy[1])
    dh_of_y, dh = time_major(dy[0], valid, reverse=reverse), dy[1].astype(h.dtype, order="C")
    da: Array = 1 - h[1:] * h[1:] if activation == "tanh" else (h[1:] > 0).astype(h.dtype)
    if valid is not None:
        da *= valid
    rnn_steps_gradients(da, recurrent_weight, dh_of_y, valid, dh)
    dx = batch_major((rows(da) @ input_weight.T).reshape(x.shape), None, reverse=reverse)
    dbias: Array = rows(da).sum(axis=0)
    return dx, dh, rows(x).T @ rows(da), rows(h[:-1]).T @ rows(da), dbias
