"""The LSTM through time, forward and back."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array, BoolArray
from fnn.kernels import lstm
from fnn.kernels.compiled.functions import sigmoid, tanh
from fnn.kernels.compiled.masks import clear, keep
from fnn.kernels.compiled.options import loop
from fnn.kernels.compiled.product import add_products, panels, panels_of_transpose, where_it_pays


@loop
def lstm_step(gates: Array, bias: Array, c: Array, new_c: Array, tanh_c: Array, new_h: Array) -> None:
    """Overwrite gates, new_c, tanh_c and new_h."""
    units = c.shape[1]
    for n in range(c.shape[0]):
        i, f = gates[n, :units], gates[n, units : 2 * units]
        g, o = gates[n, 2 * units : 3 * units], gates[n, 3 * units :]
        for u in range(units):
            i[u] = sigmoid(i[u] + bias[u])
            f[u] = sigmoid(f[u] + bias[units + u])
            g[u] = tanh(g[u] + bias[2 * units + u])
            o[u] = sigmoid(o[u] + bias[3 * units + u])
            cell = f[u] * c[n, u] + i[u] * g[u]
            shown = tanh(cell)
            new_c[n, u] = cell
            tanh_c[n, u] = shown
            new_h[n, u] = o[u] * shown


@loop
def lstm_step_gradients(gates: Array, c: Array, tanh_c: Array, dy: Array, dh: Array, dc: Array, da: Array) -> None:
    """Overwrite da and dc."""
    units = c.shape[1]
    for n in range(c.shape[0]):
        i, f = gates[n, :units], gates[n, units : 2 * units]
        g, o = gates[n, 2 * units : 3 * units], gates[n, 3 * units :]
        da_i, da_f = da[n, :units], da[n, units : 2 * units]
        da_g, da_o = da[n, 2 * units : 3 * units], da[n, 3 * units :]
        for u in range(units):
            of_h, shown = dh[n, u] + dy[n, u], tanh_c[n, u]
            of_c = dc[n, u] + of_h * o[u] * (1 - shown * shown)
            da_i[u] = of_c * g[u] * i[u] * (1 - i[u])
            da_f[u] = of_c * c[n, u] * f[u] * (1 - f[u])
            da_g[u] = of_c * i[u] * (1 - g[u] * g[u])
            da_o[u] = of_h * shown * o[u] * (1 - o[u])
            dc[n, u] = of_c * f[u]


@loop
def _steps(
    gates: Array,
    recurrent_weight: Array,
    bias: Array,
    h: Array,
    c: Array,
    tanh_c: Array,
    valid: BoolArray | None,
) -> None:
    weight = panels(recurrent_weight)
    for t in range(len(gates)):
        add_products(h[t], weight, gates[t])
        lstm_step(gates[t], bias, c[t], c[t + 1], tanh_c[t], h[t + 1])
        if valid is not None:
            keep(valid[t], h[t], h[t + 1])
            keep(valid[t], c[t], c[t + 1])


@loop
def _gradients(
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
    weight = panels_of_transpose(recurrent_weight)
    dc_after, through = np.empty_like(dc), np.empty_like(dh)
    for t in range(len(gates) - 1, -1, -1):
        if valid is not None:
            dc_after[:] = dc
        lstm_step_gradients(gates[t], c[t], tanh_c[t], dy[t], dh, dc, da[t])
        if valid is not None:
            clear(valid[t], da[t])
            keep(valid[t], dc_after, dc)
        through[:] = 0
        add_products(da[t], weight, through)
        if valid is not None:
            keep(valid[t], dh, through)
        dh[:] = through


lstm_steps = where_it_pays(_steps, lstm.lstm_steps)
lstm_steps_gradients = where_it_pays(_gradients, lstm.lstm_steps_gradients)
