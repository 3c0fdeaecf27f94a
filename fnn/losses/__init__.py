"""Losses: ``loss(y, target) -> (value, dy)``, the value as a number, and its gradient with respect to the prediction.

Value and gradient always belong together: ``dy`` has the shape and dtype of ``y``, and is the derivative of exactly the
value that stands beside it, for every reduction and all weights. ``reduction="mean"`` is the mean over all outputs of
all samples, for the cross-entropies over classes the mean over the samples; ``"sum"`` adds instead. Options are bound
with `functools.partial`; weights that differ from batch to batch come in through `weighted`.

Each page, such as fnn/losses/huber.py, begins with the derivation.

The book in these pages is that of Kinsley and Kukieła (2020), "Neural networks from scratch in Python".
"""

from fnn.losses.binary_cross_entropy import binary_cross_entropy
from fnn.losses.categorical_cross_entropy import categorical_cross_entropy
from fnn.losses.huber import huber
from fnn.losses.mean_absolute_error import mean_absolute_error
from fnn.losses.mean_squared_error import mean_squared_error
from fnn.losses.reduction import ClassWeight, Reduction
from fnn.losses.sigmoid_cross_entropy import sigmoid_cross_entropy
from fnn.losses.softmax_cross_entropy import softmax_cross_entropy
from fnn.losses.sum_of_squares import sum_of_squares
from fnn.losses.targets import Labels
from fnn.losses.weighted import Weighted, WeightedLoss, weighted

__all__ = [
    "ClassWeight",
    "Labels",
    "Reduction",
    "Weighted",
    "WeightedLoss",
    "binary_cross_entropy",
    "categorical_cross_entropy",
    "huber",
    "mean_absolute_error",
    "mean_squared_error",
    "sigmoid_cross_entropy",
    "softmax_cross_entropy",
    "sum_of_squares",
    "weighted",
]
