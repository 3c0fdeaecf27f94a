"""The LSTM through time, forward and back; the mathematics stands in `fnn.ops.lstm`."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array, BoolArray
from fnn.kernels.choice import kernel
from fnn.kernels.transpose import turned


@kernel
def lstm_step(gates: Array, bias: Array, c: Array, new_c: Array, tanh_c: Array, new_h: Array) -> None:
    """Turn ``gates``, which hold x W + h R, into i, f, g, o in place, and write the new cell and output.

    Shapes: gates (batch, 4 units), bias (4 units,), the others (batch, units).

    >>> gates, new_c, tanh_c, new_h = np.zeros((1, 4)), np.empty((1, 1)), np.empty((1, 1)), np.empty((1, 1))
    >>> lstm_step(gates, np.zeros(4), np.ones((1, 1)), new_c, tanh_c, new_h)
    >>> gates, new_c
    (array([[0.5, 0.5, 0. , 0.5]]), array([[0.5]]))
    """
    units = c.shape[1]
    i, f, g, o = (gates[:, k * units : (k + 1) * units] for k in range(4))
    gates += bias
    g *= 2  # one tanh serves all: sigmoid(a) = 1/2 + 1/2 tanh(a/2)
    gates *= 0.5
    np.tanh(gates, out=gates)
    for gate in (gates[:, : 2 * units], o):
        gate *= 0.5
        gate += 0.5
    np.multiply(f, c, out=new_c)
    new_c += i * g
    np.tanh(new_c, out=tanh_c)
    np.multiply(o, tanh_c, out=new_h)


@kernel
def lstm_step_gradients(gates: Array, c: Array, tanh_c: Array, dy: Array, dh: Array, dc: Array, da: Array) -> None:
    """Write ``da`` (batch, 4 units), and turn ``dc``, of the cell after the step, into that of the cell before it.

    ``gates`` are i, f, g, o, ``c`` is the cell before the step. ``dy`` is what the loss wants of the output itself,
    ``dh`` what it wants by way of the steps behind.

    >>> gates, one, da = np.array([[0.5, 0.5, 0.0, 0.5]]), np.ones((1, 1)), np.empty((1, 4))
    >>> lstm_step_gradients(gates, one, np.zeros((1, 1)), np.zeros((1, 1)), np.zeros((1, 1)), one, da)
    >>> da, one
    (array([[0.  , 0.25, 0.5 , 0.  ]]), array([[0.5]]))
    """
    units = c.shape[1]
    i, f, g, o = (gates[:, k * units : (k + 1) * units] for k in range(4))
    dh = dh + dy
    slope = tanh_c * tanh_c
    np.subtract(1, slope, out=slope)
    slope *= o
    slope *= dh
    dc += slope
    np.subtract(1, gates, out=da)
    da *= gates  # the slopes of the three gates; that of g is 1 - g^2
    da_i, da_f, da_g, da_o = (da[:, k * units : (k + 1) * units] for k in range(4))
    np.multiply(g, g, out=da_g)
    np.subtract(1, da_g, out=da_g)
    da_i *= g
    da_f *= c
    da_g *= i
    for da_gate in (da_i, da_f, da_g):
        da_gate *= dc
    da_o *= tanh_c
    da_o *= dh
    dc *= f


@kernel
def lstm_steps(
    gates: Array,
    recurrent_weight: Array,
    bias: Array,
    h: Array,
    c: Array,
    tanh_c: Array,
    valid: BoolArray | None,
) -> None:
    """Take all steps: turn ``gates``, which hold x W, into i, f, g, o, and write h and c behind the first, and tanh_c.

    Shapes: gates (time, batch, 4 units), recurrent_weight (units, 4 units), bias (4 units,), h and c (time + 1, batch,
    units), tanh_c (time, batch, units), valid (time, batch, 1). Where ``valid`` is false h and c stay as they are.

    >>> gates, h, c, tanh_c = np.zeros((2, 1, 4)), np.zeros((3, 1, 1)), np.ones((3, 1, 1)), np.empty((2, 1, 1))
    >>> lstm_steps(gates, np.zeros((1, 4)), np.zeros(4), h, c, tanh_c, None)
    >>> c.ravel()
    array([1.  , 0.5 , 0.25])
    """
    columns = turned(recurrent_weight, len(gates), gates.shape[1])
    for t in range(len(gates)):
        gates[t] += (columns @ h[t].T).T  # h R, faster the other way round, as h has few rows
        lstm_step(gates[t], bias, c[t], c[t + 1], tanh_c[t], h[t + 1])
        if valid is not None:
            np.copyto(h[t + 1], h[t], where=~valid[t])
            np.copyto(c[t + 1], c[t], where=~valid[t])


@kernel
def lstm_steps_gradients(
    gates: Array,
    recurrent_weight: Array,
    c: Array,
    tanh_c: Array,
    dy: Array,
    valid: BoolArray | None,
    dh: Array,
    dc: Array,
    da: Array,
) -> None:
    """Go back through all steps: write ``da``, and turn ``dh`` and ``dc``, of the last carry, into those of the first.

    Shapes: dy (time, batch, units), dh and dc (batch, units), da (time, batch, 4 units), others as above.

    >>> gates, one, da = np.array([[[0.5, 0.5, 0.0, 0.5]]] * 2), np.ones((1, 1)), np.empty((2, 1, 4))
    >>> none = np.zeros((2, 1, 1))
    >>> lstm_steps_gradients(gates, np.zeros((1, 4)), np.ones((3, 1, 1)), none, none, None, np.zeros((1, 1)), one, da)
    >>> da, one
    (array([[[0.   , 0.125, 0.25 , 0.   ]],
    <BLANKLINE>
           [[0.   , 0.25 , 0.5  , 0.   ]]]), array([[0.25]]))
    """
    for t in reversed(range(len(gates))):
        dc_after = dc if valid is None else dc.copy()
        lstm_step_gradients(gates[t], c[t], tanh_c[t], dy[t], dh, dc, da[t])
        if valid is not None:
            da[t] *= valid[t]
            np.copyto(dc, dc_after, where=~valid[t])
        through = (recurrent_weight @ da[t].T).T
        np.copyto(dh, through, where=True if valid is None else valid[t])
