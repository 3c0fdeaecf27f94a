"""One step of an LSTM, forward and back; the mathematics stands in `fnn.ops.lstm`."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array
from fnn.kernels.choice import kernel


@kernel
def lstm_step(gates: Array, past: Array, bias: Array, c: Array, new_c: Array, tanh_c: Array, new_h: Array) -> None:
    """Turn ``gates``, which hold x W, into i, f, g, o in place, and write the new cell and output.

    Shapes: gates and past, which is h R, (batch, 4 units), bias (4 units,), the others (batch, units).

    >>> gates, new_c, tanh_c, new_h = np.zeros((1, 4)), np.empty((1, 1)), np.empty((1, 1)), np.empty((1, 1))
    >>> lstm_step(gates, np.zeros((1, 4)), np.zeros(4), np.ones((1, 1)), new_c, tanh_c, new_h)
    >>> gates, new_c
    (array([[0.5, 0.5, 0. , 0.5]]), array([[0.5]]))
    """
    units = c.shape[1]
    i, f, g, o = (gates[:, k * units : (k + 1) * units] for k in range(4))
    gates += past
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
