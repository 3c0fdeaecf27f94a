"""Every optimizer and transform, with options as a user would choose them, for the tests that hold for all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from fnn.arrays import Array
from fnn.optim import (
    Optimizer,
    Rate,
    accumulate,
    adadelta,
    adagrad,
    adam,
    adamax,
    adamw,
    amsgrad,
    chain,
    clip_by_global_norm,
    clip_by_value,
    ema,
    lion,
    lookahead,
    momentum,
    nadam,
    nesterov,
    plateau,
    radam,
    rmsprop,
    sgd,
    weight_decay,
)
from fnn.tree import buffer, record

OPTIMIZERS: dict[str, Callable[[Rate], Optimizer[Any]]] = {
    "sgd": sgd,
    "momentum": momentum,
    "nesterov": nesterov,
    "adagrad": adagrad,
    "rmsprop": rmsprop,
    "adam": adam,
    "adamw": adamw,
    "adadelta": lambda rate: adadelta(rate, eps=0.1),
    "adamax": adamax,
    "amsgrad": amsgrad,
    "nadam": nadam,
    "radam": radam,
    "lion": lion,
    "lion, decay": lambda rate: lion(rate, weight_decay=0.01),
    "clip_by_value": lambda rate: chain(clip_by_value(0.5), sgd(rate)),
    "clip_by_global_norm": lambda rate: chain(clip_by_global_norm(0.5), sgd(rate)),
    "weight_decay": lambda rate: chain(weight_decay(0.1), sgd(rate)),
    "ema": lambda rate: chain(sgd(rate), ema(0.9)),
    "lookahead": lambda rate: lookahead(sgd(rate), steps=2, pace=0.75),
    "lookahead, chain": lambda rate: lookahead(chain(clip_by_global_norm(0.5), momentum(rate)), steps=3),
    "accumulate": lambda rate: accumulate(adam(rate), steps=2),
    "plateau": lambda rate: plateau(adam, rate),
    "nested": lambda rate: chain(weight_decay(0.1), chain(clip_by_global_norm(0.5), adam(rate)), ema(0.9)),
}


@record
class Layer:
    weight: Array
    bias: Array
    running: Array = buffer()


@record
class Net:
    hidden: Layer
    out: Layer


def net(dtype: type[np.float32 | np.float64] = np.float64, *, seed: int = 0) -> Net:
    rng = np.random.default_rng(seed)

    def layer(inputs: int, outputs: int) -> Layer:
        def draw(*shape: int) -> Array:
            return rng.standard_normal(shape).astype(dtype)

        return Layer(draw(inputs, outputs), draw(outputs), draw(outputs))

    return Net(layer(3, 4), layer(4, 2))
