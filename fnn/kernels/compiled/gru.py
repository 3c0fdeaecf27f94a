"""One step of a GRU, forward and back."""

from __future__ import annotations

from fnn.arrays import Array
from fnn.kernels.compiled.functions import sigmoid, tanh
from fnn.kernels.compiled.options import loop


@loop
def gru_step(gates: Array, past: Array, recurrent_bias: Array, h: Array, q: Array, new_h: Array) -> None:
    """Overwrite gates, q and new_h."""
    units = h.shape[1]
    for b in range(h.shape[0]):
        r, z, n = gates[b, :units], gates[b, units : 2 * units], gates[b, 2 * units :]
        for u in range(units):
            r[u] = sigmoid(r[u] + past[b, u])
            z[u] = sigmoid(z[u] + past[b, units + u])
            q[b, u] = past[b, 2 * units + u] + recurrent_bias[u]
            n[u] = tanh(n[u] + r[u] * q[b, u])
            new_h[b, u] = n[u] + z[u] * (h[b, u] - n[u])


@loop
def gru_step_gradients(gates: Array, q: Array, h: Array, dh: Array, back: Array, da: Array) -> None:
    """Overwrite back, da and dh."""
    units = h.shape[1]
    for b in range(h.shape[0]):
        r, z, n = gates[b, :units], gates[b, units : 2 * units], gates[b, 2 * units :]
        for u in range(units):
            of_h = dh[b, u]
            dn = of_h * (1 - z[u]) * (1 - n[u] * n[u])
            dr = dn * q[b, u] * r[u] * (1 - r[u])
            dz = of_h * (h[b, u] - n[u]) * z[u] * (1 - z[u])
            da[b, u] = dr
            da[b, units + u] = dz
            da[b, 2 * units + u] = dn
            back[b, u] = dr
            back[b, units + u] = dz
            back[b, 2 * units + u] = dn * r[u]
            dh[b, u] = of_h * z[u]
