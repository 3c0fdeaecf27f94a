"""The simple recurrent network through time, forward and back."""

from __future__ import annotations

from fnn.arrays import Array, BoolArray
from fnn.kernels import rnn
from fnn.kernels.choice import reference
from fnn.kernels.compiled.functions import tanh
from fnn.kernels.compiled.options import loop
from fnn.kernels.compiled.product import add_products, panels, panels_of_transpose, pays


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


def rnn_steps(h: Array, recurrent_weight: Array, rectified: bool, valid: BoolArray | None) -> None:
    """Overwrite h."""
    run = _steps if pays(len(h) - 1, h.shape[1], recurrent_weight) else reference(rnn.rnn_steps)
    run(h, recurrent_weight, rectified, valid)


def rnn_steps_gradients(da: Array, recurrent_weight: Array, dy: Array, valid: BoolArray | None, dh: Array) -> None:
    """Overwrite da and dh."""
    run = _gradients if pays(len(da), da.shape[1], recurrent_weight) else reference(rnn.rnn_steps_gradients)
    run(da, recurrent_weight, dy, valid, dh)
