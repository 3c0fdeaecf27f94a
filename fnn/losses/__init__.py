"""Losses: ``loss(y, target) -> (value, dy)``, the value as a number, and its gradient with respect to the prediction.

Value and gradient always belong together: ``dy`` has the shape and dtype of ``y``, of each member of a pair or triple,
and is the derivative of exactly the value that stands beside it, for every reduction and all weights.
``reduction="mean"`` is the mean over all outputs of all samples, for the losses over classes, vectors, pairs and
triples the mean over the samples; ``"sum"`` adds instead. Options are bound with `functools.partial`; weights that
differ from batch to batch come in through `weighted`.

Each page, such as fnn/losses/huber.py, begins with the derivation.

The book in these pages is that of Kinsley and Kukieła (2020), "Neural networks from scratch in Python".
"""

from fnn.losses.binary_cross_entropy import binary_cross_entropy
from fnn.losses.categorical_cross_entropy import categorical_cross_entropy
from fnn.losses.contrastive import contrastive
from fnn.losses.cosine_distance import cosine_distance
from fnn.losses.hinge import hinge
from fnn.losses.huber import huber
from fnn.losses.kl_divergence import kl_divergence
from fnn.losses.mean_absolute_error import mean_absolute_error
from fnn.losses.mean_squared_error import mean_squared_error
from fnn.losses.multiclass_hinge import multiclass_hinge
from fnn.losses.negative_log_likelihood import negative_log_likelihood
from fnn.losses.reduction import ClassWeight, Reduction
from fnn.losses.sequence_cross_entropy import sequence_cross_entropy
from fnn.losses.sigmoid_cross_entropy import sigmoid_cross_entropy
from fnn.losses.sigmoid_focal import sigmoid_focal
from fnn.losses.softmax_cross_entropy import softmax_cross_entropy
from fnn.losses.softmax_focal import softmax_focal
from fnn.losses.sum_of_squares import sum_of_squares
from fnn.losses.supervised_contrastive import supervised_contrastive
from fnn.losses.targets import Labels
from fnn.losses.triplet import triplet
from fnn.losses.weighted import Weighted, WeightedLoss, weighted

__all__ = [
    "ClassWeight",
    "Labels",
    "Reduction",
    "Weighted",
    "WeightedLoss",
    "binary_cross_entropy",
    "categorical_cross_entropy",
    "contrastive",
    "cosine_distance",
    "hinge",
    "huber",
    "kl_divergence",
    "mean_absolute_error",
    "mean_squared_error",
    "multiclass_hinge",
    "negative_log_likelihood",
    "sequence_cross_entropy",
    "sigmoid_cross_entropy",
    "sigmoid_focal",
    "softmax_cross_entropy",
    "softmax_focal",
    "sum_of_squares",
    "supervised_contrastive",
    "triplet",
    "weighted",
]
