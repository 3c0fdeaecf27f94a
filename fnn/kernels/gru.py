"""One step of a GRU, forward and back; the mathematics stands in `fnn.ops.gru`."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.kernels.choice import kernel


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
    rz *= 0.5
    np.tanh(rz, out=rz)  # sigmoid(a) = 1/2 + 1/2 tanh(a/2)
    rz *= 0.5
    rz += 0.5
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
