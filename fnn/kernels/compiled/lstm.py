"""One step of an LSTM, forward and back."""

from __future__ import annotations

from fnn.arrays import Array
from fnn.kernels.compiled.functions import sigmoid, tanh
from fnn.kernels.compiled.options import loop


@loop
def lstm_step(gates: Array, past: Array, bias: Array, c: Array, new_c: Array, tanh_c: Array, new_h: Array) -> None:
    """Overwrite gates, new_c, tanh_c and new_h."""
    units = c.shape[1]
    for n in range(c.shape[0]):
        i, f = gates[n, :units], gates[n, units : 2 * units]
        g, o = gates[n, 2 * units : 3 * units], gates[n, 3 * units :]
        for u in range(units):
            i[u] = sigmoid(i[u] + past[n, u] + bias[u])
            f[u] = sigmoid(f[u] + past[n, units + u] + bias[units + u])
            g[u] = tanh(g[u] + past[n, 2 * units + u] + bias[2 * units + u])
            o[u] = sigmoid(o[u] + past[n, 3 * units + u] + bias[3 * units + u])
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
