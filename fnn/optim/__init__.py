"""Optimizers: pure transitions of gradients, state and parameters; one file a transform, its equations at the head.

The book in these pages is that of Kinsley and Kukieła (2020), "Neural networks from scratch in Python".
"""

from fnn.optim.accumulate import AccumulateState, accumulate
from fnn.optim.adadelta import AdadeltaState, adadelta
from fnn.optim.adagrad import AdaGradState, adagrad
from fnn.optim.adam import AdamState, adam
from fnn.optim.adamax import AdamaxState, adamax
from fnn.optim.adamw import adamw
from fnn.optim.amsgrad import AMSGradState, amsgrad
from fnn.optim.base import Arrays, Optimizer, Paths, Transform
from fnn.optim.chain import chain
from fnn.optim.clip import ClipState, clip_by_global_norm, clip_by_value, global_norm
from fnn.optim.ema import EMAState, averaged, ema
from fnn.optim.lbfgs import Minimum, Objective, lbfgs
from fnn.optim.lion import LionState, lion
from fnn.optim.lookahead import LookaheadState, lookahead
from fnn.optim.momentum import MomentumState, momentum
from fnn.optim.nadam import NAdamState, nadam
from fnn.optim.nesterov import nesterov
from fnn.optim.plateau import PlateauState, plateau
from fnn.optim.radam import radam
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
    "AMSGradState",
    "AccumulateState",
    "AdaGradState",
    "AdadeltaState",
    "AdamState",
    "AdamaxState",
    "Arrays",
    "ClipState",
    "EMAState",
    "LionState",
    "LookaheadState",
    "Minimum",
    "MomentumState",
    "NAdamState",
    "Objective",
    "Optimizer",
    "Paths",
    "PlateauState",
    "RMSPropState",
    "Rate",
    "SGDState",
    "Schedule",
    "Transform",
    "accumulate",
    "adadelta",
    "adagrad",
    "adam",
    "adamax",
    "adamw",
    "amsgrad",
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
    "lbfgs",
    "learning_rate",
    "linear_warmup",
    "lion",
    "lookahead",
    "momentum",
    "nadam",
    "nesterov",
    "piecewise_constant",
    "plateau",
    "radam",
    "rmsprop",
    "sgd",
    "step_decay",
    "weight_decay",
]
