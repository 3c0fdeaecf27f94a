"""The GRU through time, forward and back; the mathematics stands in `fnn.ops.gru`."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array, BoolArray
from fnn.kernels.choice import kernel
from fnn.kernels.gates import sigmoid_in_place
from fnn.kernels.transpose import turned


@kernel
def gru_step(gates: Array, past: Array, recurrent_bias: Array, h: Array, q: Array, new_h: Array) -> None:
    """Turn ``gates``, which hold x W + b, into r, z, n in place, and write ``q`` and the new output.

    Shapes: gates and past, which is h R, (batch, 3 units), recurrent_bias (units,), the others (batch, units).

    >>> gates, q, new_h = np.zeros((1, 3)), np.empty((1, 1)), np.empty((1, 1))
    >>> gru_step(gates, np.zeros((1, 3)), np.ones(1), np.ones((1, 1)), q, new_h)
    >>> gates.round(4), q, new_h.round(4)
    (array([[0.5   , 0.5   , 0.4621]]), array([[1.]]), array([[0.7311]]))
    """
    units = h.shape[1]
    rz, r, z, n = gates[:, : 2 * units], gates[:, :units], gates[:, units : 2 * units], gates[:, 2 * units :]
    rz += past[:, : 2 * units]
    sigmoid_in_place(rz)
    np.add(past[:, 2 * units :], recurrent_bias, out=q)
    n += r * q
    np.tanh(n, out=n)
    np.subtract(h, n, out=new_h)
    new_h *= z
    new_h += n


@kernel
def gru_step_gradients(gates: Array, q: Array, h: Array, dh: Array, back: Array, da: Array) -> None:
    """Write the gradients of ``h R + (0, 0, b_q)`` into ``back`` and of ``x W + b`` into ``da``, (batch, 3 units) both.

    ``dh``, of the output, is turned into what of it goes to the output before the step, ``z dh``. ``gates`` are r, z,
    n, and ``h`` is the output before the step.

    >>> gates, dh, back, da = np.array([[0.5, 0.5, 0.0]]), np.ones((1, 1)), np.empty((1, 3)), np.empty((1, 3))
    >>> gru_step_gradients(gates, np.ones((1, 1)), np.ones((1, 1)), dh, back, da)
    >>> back, da, dh
    (array([[0.125, 0.25 , 0.25 ]]), array([[0.125, 0.25 , 0.5  ]]), array([[0.5]]))
    """
    units = h.shape[1]
    r, z, n = gates[:, :units], gates[:, units : 2 * units], gates[:, 2 * units :]
    dn = da[:, 2 * units :]
    np.subtract(1, z, out=dn)
    dn *= dh
    dn *= 1 - n * n
    np.multiply(dn, r, out=back[:, 2 * units :])
    np.multiply(back[:, 2 * units :], q, out=da[:, :units])
    da[:, :units] *= 1 - r
    np.subtract(h, n, out=da[:, units : 2 * units])
    dh *= z
    da[:, units : 2 * units] *= dh
    da[:, units : 2 * units] *= 1 - z
    back[:, : 2 * units] = da[:, : 2 * units]


@kernel
def gru_steps(
    gates: Array, recurrent_weight: Array, recurrent_bias: Array, h: Array, q: Array, valid: BoolArray | None
) -> None:
    """Take all steps: turn ``gates``, which hold x W + b, into r, z, n, and write h behind the first, and q.

    Shapes: gates (time, batch, 3 units), recurrent_weight (units, 3 units), recurrent_bias (units,), h (time + 1,
    batch, units), q (time, batch, units), valid (time, batch, 1). Where ``valid`` is false h stays as it is.

    >>> gates, h, q = np.zeros((2, 1, 3)), np.ones((3, 1, 1)), np.empty((2, 1, 1))
    >>> gru_steps(gates, np.zeros((1, 3)), np.zeros(1), h, q, None)
    >>> h.ravel()
    array([1.  , 0.5 , 0.25])
    """
    columns, past = turned(recurrent_weight, len(gates), gates.shape[1]), np.empty(gates.shape[1:], gates.dtype)
    for t in range(len(gates)):
        np.copyto(past, (columns @ h[t].T).T)  # h R, faster the other way round, as h has few rows
        gru_step(gates[t], past, recurrent_bias, h[t], q[t], h[t + 1])
        if valid is not None:
            np.copyto(h[t + 1], h[t], where=~valid[t])


@kernel
def gru_steps_gradients(
    gates: Array,
    recurrent_weight: Array,
    h: Array,
    q: Array,
    dy: Array,
    valid: BoolArray | None,
    dh: Array,
    back: Array,
    da: Array,
) -> None:
    """Go back through all steps: write ``back`` and ``da``, and turn ``dh``, of the last h, into that of the first.

    Shapes: dy (time, batch, units), dh (batch, units), back and da (time, batch, 3 units), others as above.

    >>> gates, ones, dh = np.array([[[0.5, 0.5, 0.0]]] * 2), np.ones((3, 1, 1)), np.ones((1, 1))
    >>> back, da = np.empty((2, 1, 3)), np.empty((2, 1, 3))
    >>> gru_steps_gradients(gates, np.zeros((1, 3)), ones, ones, np.zeros((2, 1, 1)), None, dh, back, da)
    >>> dh, da[0]
    (array([[0.25]]), array([[0.0625, 0.125 , 0.25  ]]))
    """
    for t in reversed(range(len(gates))):
        dh += dy[t]
        dh_after = dh if valid is None else dh.copy()
        gru_step_gradients(gates[t], q[t], h[t], dh, back[t], da[t])
        if valid is not None:
            back[t] *= valid[t]
            da[t] *= valid[t]
            np.copyto(dh, dh_after, where=~valid[t])
        dh += (recurrent_weight @ back[t].T).T
