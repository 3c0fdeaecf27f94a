"""The GRU with its reset gate before the product, through time, forward and back."""

from __future__ import annotations

import numpy as np

from fnn.arrays import Array, BoolArray
from fnn.kernels import gru_reset_before
from fnn.kernels.compiled.functions import sigmoid, tanh
from fnn.kernels.compiled.masks import keep
from fnn.kernels.compiled.options import loop
from fnn.kernels.compiled.product import add_products, panels, panels_of_transpose, where_it_pays


@loop
def _steps(gates: Array, recurrent_weight: Array, h: Array, valid: BoolArray | None) -> None:
    units = h.shape[2]
    of_gates, of_candidate = panels(recurrent_weight[:, : 2 * units]), panels(recurrent_weight[:, 2 * units :])
    shown = np.empty_like(h[0])
    for t in range(len(gates)):
        add_products(h[t], of_gates, gates[t, :, : 2 * units])
        for b in range(h.shape[1]):
            rz = gates[t, b, : 2 * units]
            for u in range(2 * units):
                rz[u] = sigmoid(rz[u])
            for u in range(units):
                shown[b, u] = rz[u] * h[t, b, u]
        add_products(shown, of_candidate, gates[t, :, 2 * units :])
        for b in range(h.shape[1]):
            z, n = gates[t, b, units : 2 * units], gates[t, b, 2 * units :]
            for u in range(units):
                n[u] = tanh(n[u])
                h[t + 1, b, u] = n[u] + z[u] * (h[t, b, u] - n[u])
        if valid is not None:
            keep(valid[t], h[t], h[t + 1])


@loop
def _gradients(gates: Array, recurrent_weight: Array, dy: Array, valid: BoolArray | None, dh: Array, da: Array) -> None:
    units = dh.shape[1]
    of_gates = panels_of_transpose(recurrent_weight[:, : 2 * units])
    of_candidate = panels_of_transpose(recurrent_weight[:, 2 * units :])
    ds = np.empty_like(dh)
    for t in range(len(gates) - 1, -1, -1):
        for b in range(len(dh)):
            for u in range(units):
                dh[b, u] += dy[t, b, u]
                da[t, b, units + u] *= dh[b, u]
                da[t, b, 2 * units + u] *= dh[b, u]
        ds[:] = 0
        add_products(da[t, :, 2 * units :], of_candidate, ds)
        for b in range(len(dh)):
            there = valid is None or valid[t, b, 0]
            for u in range(units):
                da[t, b, u] *= ds[b, u]
                kept = gates[t, b, units + u] * dh[b, u] if there else dh[b, u]
                dh[b, u] = kept + ds[b, u] * gates[t, b, u]
        add_products(da[t, :, : 2 * units], of_gates, dh)


gru_reset_before_steps = where_it_pays(_steps, gru_reset_before.gru_reset_before_steps)
gru_reset_before_steps_gradients = where_it_pays(_gradients, gru_reset_before.gru_reset_before_steps_gradients)
