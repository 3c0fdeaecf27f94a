"""The simple recurrent network through time, forward and back."""

from __future__ import annotations

from fnn.arrays import Array, BoolArray
from fnn.kernels import rnn
from fnn.kernels.compiled.functions import tanh
from fnn.kernels.compiled.options import loop
from fnn.kernels.compiled.product import add_products, panels, panels_of_transpose, where_it_pays


@loop
def _steps(h: Array, recurrent_weight: Array, rectified: bool, valid: BoolArray | None) -> None:
    weight = panels(recurrent_weight)
    for t in range(len(h) - 1):
        add_products(h[t], weight, h[t + 1])
        for n in range(h.shape[1]):
            a = h[t + 1, n]
            if valid is not None and not valid[t, n, 0]:
                a[:] = h[t, n]
            elif rectified:
                for u in range(len(a)):
                    a[u] = 0 if a[u] < 0 else a[u]
            else:
                for u in range(len(a)):
                    a[u] = tanh(a[u])


@loop
def _gradients(da: Array, recurrent_weight: Array, dy: Array, valid: BoolArray | None, dh: Array) -> None:
    weight = panels_of_transpose(recurrent_weight)
    for t in range(len(da) - 1, -1, -1):
        for n in range(len(dh)):
            for u in range(dh.shape[1]):
                dh[n, u] += dy[t, n, u]
                da[t, n, u] *= dh[n, u]
            if valid is None or valid[t, n, 0]:
                dh[n] = 0
        add_products(da[t], weight, dh)


rnn_steps = where_it_pays(_steps, rnn.rnn_steps)
rnn_steps_gradients = where_it_pays(_gradients, rnn.rnn_steps_gradients)
