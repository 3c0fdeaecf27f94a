"""Optimizers: pure transitions of gradients, state and parameters; one file a transform."""

from fnn.optim.base import Arrays, Optimizer, Paths, Transform, chain
from fnn.optim.clip import ClipState, clip_by_global_norm
from fnn.optim.schedules import Rate, Schedule, constant, inverse_time
from fnn.optim.sgd import SGDState, sgd

__all__ = [
    "Arrays",
    "ClipState",
    "Optimizer",
    "Paths",
    "Rate",
    "SGDState",
    "Schedule",
    "Transform",
    "chain",
    "clip_by_global_norm",
    "constant",
    "inverse_time",
    "sgd",
]
