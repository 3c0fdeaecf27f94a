"""The GRU with its reset gate before the product, through time; the mathematics is in `fnn.ops.gru_reset_before`."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array, BoolArray
from fnn.kernels.choice import kernel
from fnn.kernels.gates import sigmoid_in_place


@kernel
def gru_reset_before_steps(gates: Array, recurrent_weight: Array, h: Array, valid: BoolArray | None) -> None:
    """Take all steps: turn ``gates``, which hold x W + b, into r, z, n, and write h behind the first.

    Shapes: gates (time, batch, 3 units), recurrent_weight (units, 3 units), h (time + 1, batch, units), valid (time,
    batch, 1). Where ``valid`` is false h stays as it is.

    >>> gates, h = np.zeros((2, 1, 3)), np.ones((3, 1, 1))
    >>> gru_reset_before_steps(gates, np.zeros((1, 3)), h, None)
    >>> h.ravel()
    array([1.  , 0.5 , 0.25])
    """
    units = h.shape[2]
    of_gates, of_candidate = recurrent_weight[:, : 2 * units], recurrent_weight[:, 2 * units :]
    for t in range(len(gates)):
        rz, n = gates[t, :, : 2 * units], gates[t, :, 2 * units :]
        rz += h[t] @ of_gates
        sigmoid_in_place(rz)
        n += (rz[:, :units] * h[t]) @ of_candidate
        np.tanh(n, out=n)
        np.subtract(h[t], n, out=h[t + 1])
        h[t + 1] *= rz[:, units:]
        h[t + 1] += n
        if valid is not None:
            np.copyto(h[t + 1], h[t], where=~valid[t])


@kernel
def gru_reset_before_steps_gradients(
    gates: Array, recurrent_weight: Array, dy: Array, valid: BoolArray | None, dh: Array, da: Array
) -> None:
    """Go back through all steps: turn ``da``, which holds slopes, into gradients, and ``dh`` into that of the first h.

    Shapes: dy (time, batch, units), dh (batch, units), da (time, batch, 3 units), others as above. The slopes are those
    of h by the sums that go into z and n, and of r h by that of r; they are 0 where ``valid`` is false.

    >>> gates, da, dh = np.full((1, 1, 3), 0.5), np.array([[[0.25, 0.125, 0.375]]]), np.ones((1, 1))
    >>> gru_reset_before_steps_gradients(gates, np.ones((1, 3)), np.ones((1, 1, 1)), None, dh, da)
    >>> da, dh
    (array([[[0.1875, 0.25  , 0.75  ]]]), array([[1.8125]]))
    """
    units = dh.shape[1]
    of_gates, of_candidate = recurrent_weight[:, : 2 * units], recurrent_weight[:, 2 * units :]
    for t in reversed(range(len(gates))):
        dr, dz, dn = (da[t, :, k * units : (k + 1) * units] for k in range(3))
        r, z = gates[t, :, :units], gates[t, :, units : 2 * units]
        dh += dy[t]
        dz *= dh
        dn *= dh
        ds = dn @ of_candidate.T
        dr *= ds
        dh *= z if valid is None else np.where(valid[t], z, 1)
        dh += ds * r
        dh += da[t, :, : 2 * units] @ of_gates.T
