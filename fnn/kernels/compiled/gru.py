"""The GRU through time, forward and back."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array, BoolArray
from fnn.kernels import gru
from fnn.kernels.compiled.functions import sigmoid, tanh
from fnn.kernels.compiled.masks import clear, keep
from fnn.kernels.compiled.options import loop
from fnn.kernels.compiled.product import add_products, panels, panels_of_transpose, where_it_pays


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


@loop
def _steps(
    gates: Array, recurrent_weight: Array, recurrent_bias: Array, h: Array, q: Array, valid: BoolArray | None
) -> None:
    weight, past = panels(recurrent_weight), np.empty(gates.shape[1:], gates.dtype)
    for t in range(len(gates)):
        past[:] = 0
        add_products(h[t], weight, past)
        gru_step(gates[t], past, recurrent_bias, h[t], q[t], h[t + 1])
        if valid is not None:
            keep(valid[t], h[t], h[t + 1])


@loop
def _gradients(
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
    weight, dh_after = panels_of_transpose(recurrent_weight), np.empty_like(dh)
    for t in range(len(gates) - 1, -1, -1):
        dh += dy[t]
        if valid is not None:
            dh_after[:] = dh
        gru_step_gradients(gates[t], q[t], h[t], dh, back[t], da[t])
        if valid is not None:
            clear(valid[t], back[t])
            clear(valid[t], da[t])
            keep(valid[t], dh_after, dh)
        add_products(back[t], weight, dh)


gru_steps = where_it_pays(_steps, gru.gru_steps)
gru_steps_gradients = where_it_pays(_gradients, gru.gru_steps_gradients)
