"""Dropout as a stage: random in training, the identity in inference."""

from __future__ import annotations

from collections.abc import Callable

from fnn.arrays import Array, check_float, check_not_empty
from fnn.model import Fn, per_input
from fnn.ops.dropout import dropout_backward, dropout_forward
from fnn.random import Key, check_key
from fnn.validate import in_range


def dropout(rate: float) -> Fn[Array, Array]:
    """Drop entries with probability ``rate`` in training, and scale the others up; leave all alone in inference.

    ``rate`` in [0, 1); of any shape. Raises HyperparameterError for a rate outside. The mathematics stands in
    `fnn.ops.dropout`.

    >>> import fnn, numpy as np
    >>> stage = fnn.dropout(0.5)
    >>> stage(np.ones(4))
    array([1., 1., 1., 1.])
    >>> bool((stage.forward(np.ones(4), fnn.Key(3))[0] == 0).any())
    True
    """
    in_range("dropout", 0, 1, high_open=True, rate=rate)
    name = f"dropout({rate:g})"

    def apply(x: Array) -> Array:
        check_float(x, name)
        check_not_empty(x, name)
        return x

    def forward(x: Array, key: Key) -> tuple[Array, Callable[[Array], Array]]:
        check_key(key, name)
        y, mask = dropout_forward(apply(x), key, rate=rate)
        return y, lambda dy: dropout_backward(dy, mask)

    return Fn(apply, forward, name=name, shape=lambda s: s, flops=per_input)
