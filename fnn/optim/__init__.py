"""Optimizers: pure transitions of gradients, state and parameters; one file a transform, its equations at the head.

The book in these pages is that of Kinsley and Kukieła (2020), "Neural networks from scratch in Python".
"""

from fnn.optim.adagrad import AdaGradState, adagrad
from fnn.optim.adam import AdamState, adam
from fnn.optim.adamw import adamw
from fnn.optim.base import Arrays, Optimizer, Paths, Transform, chain
from fnn.optim.clip import ClipState, clip_by_global_norm, clip_by_value, global_norm
from fnn.optim.ema import EMAState, averaged, ema
from fnn.optim.momentum import MomentumState, momentum
from fnn.optim.nesterov import nesterov
from fnn.optim.rmsprop import RMSPropState, rmsprop
from fnn.optim.schedules import (
    Rate,
    Schedule,
    constant,
    cosine_decay,
    exponential_decay,
    inverse_time,
    linear_warmup,
    piecewise_constant,
    step_decay,
)
from fnn.optim.sgd import SGDState, sgd
from fnn.optim.state import learning_rate
from fnn.optim.weight_decay import weight_decay

__all__ = [
    "AdaGradState",
    "AdamState",
    "Arrays",
    "ClipState",
    "EMAState",
    "MomentumState",
    "Optimizer",
    "Paths",
    "RMSPropState",
    "Rate",
    "SGDState",
    "Schedule",
    "Transform",
    "adagrad",
    "adam",
    "adamw",
    "averaged",
    "chain",
    "clip_by_global_norm",
    "clip_by_value",
    "constant",
    "cosine_decay",
    "ema",
    "exponential_decay",
    "global_norm",
    "inverse_time",
    "learning_rate",
    "linear_warmup",
    "momentum",
    "nesterov",
    "piecewise_constant",
    "rmsprop",
    "sgd",
    "step_decay",
    "weight_decay",
]
