"""Softmax and cross-entropy of every step of padded sequences, the padding left out, and the derivative.

With ``m[n, t]`` true where a step is there and ``l[n, t]`` the loss of `softmax_cross_entropy` at a step,

    mean    L = sum l[n, t] over all steps that are there / their number        sum    L = sum l[n, t]

so that each step counts the same, whatever the length of its sequence. The steps that are there are taken out as one
batch, and their gradients put back in their places; in the padding the gradient is 0. What stands there, in the scores
or in the targets, is never looked at.
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

from fnn.arrays import Array, BoolArray, describe
from fnn.errors import DataError, LabelError, ShapeError, StructureError, Within
from fnn.losses.reduction import ClassWeight, Reduction
from fnn.losses.softmax_cross_entropy import softmax_cross_entropy
from fnn.losses.targets import Labels, check_scores
from fnn.sequences import Padded, check_padded, scatter

Y = TypeVar("Y", Array, Padded[Array])

_PLACE = "sequence_cross_entropy"


def sequence_cross_entropy(
    y: Y,
    target: Labels | Padded[Labels],
    *,
    label_smoothing: float = 0.0,
    reduction: Reduction = "mean",
    class_weight: ClassWeight | None = None,
) -> tuple[float, Y]:
    """Return the cross-entropy over the steps that are there, and its gradient for the logits, `Padded` if they are.

    Shapes: y (batch, time, classes); target integer labels (batch, time), or one-hot or soft rows of y's shape. One of
    the two, or both, are `Padded`, and bring the mask (batch, time); of two masks a step must be in both. The options
    are those of `softmax_cross_entropy`; in the padding any label will do, -1 say.

    Raises DataError for a batch without a step, StructureError if no mask comes; LabelError, ShapeError, DtypeError as
    `softmax_cross_entropy` does.

    >>> y = np.log([[[0.5, 0.5], [0.25, 0.75]], [[0.1, 0.9], [0.5, 0.5]]])
    >>> mask = np.array([[True, True], [True, False]])
    >>> value, dy = sequence_cross_entropy(y, Padded(np.array([[0, 1], [1, -1]]), mask))
    >>> round(value, 6), dy[1].round(4).tolist()
    (0.362063, [[0.0333, -0.0333], [0.0, 0.0]])
    """
    scores, labels = _values(y), _values(target)
    mask = _mask(y, target)
    check_scores(scores, _PLACE)
    if scores.ndim != 3 or mask.shape != scores.shape[:2]:
        expected = f"scores of shape ({', '.join(map(str, mask.shape))}, classes), as the mask says"
        raise ShapeError(_PLACE, expected, f"shape {scores.shape}")
    if not isinstance(labels, np.ndarray) or labels.shape not in (scores.shape[:2], scores.shape):
        expected = f"labels of shape {scores.shape[:2]}, or shares of shape {scores.shape}"
        raise ShapeError(_PLACE, expected, describe(labels))
    if labels.ndim == 2:
        _check_labels(labels, mask, scores.shape[2])
    with Within(_PLACE):
        value, dsteps = softmax_cross_entropy(
            scores[mask],
            labels[mask],
            label_smoothing=label_smoothing,
            reduction=reduction,
            class_weight=class_weight,
        )
    return value, _like(y, scatter(dsteps, mask, mask.shape))


def _values(part: Any) -> Any:
    return part.values if isinstance(part, Padded) else part


def _like(y: Any, dy: Array) -> Any:
    return Padded(dy, y.mask) if isinstance(y, Padded) else dy


def _mask(y: object, target: object) -> BoolArray:
    masks: list[BoolArray] = []
    for part in (y, target):
        if isinstance(part, Padded):
            check_padded(part, _PLACE)
            masks.append(part.mask)
    if not masks:
        hint = "Without padding take softmax_cross_entropy."
        raise StructureError(_PLACE, "scores or target as Padded(values, mask)", describe(target), hint)
    if masks[0].shape != masks[-1].shape:
        raise ShapeError(_PLACE, f"target with a mask of shape {masks[0].shape}", f"shape {masks[-1].shape}")
    both: BoolArray = masks[0] & masks[-1]
    if not both.any():
        raise DataError(_PLACE, "a step that is in the masks of both, scores and target", "none")
    return both


def _check_labels(labels: Labels, mask: BoolArray, classes: int) -> None:
    """Refuse labels out of range where a step is, with their place among the steps of all sequences."""
    bad = mask & ~((labels >= 0) & (labels < classes))
    if bad.any():
        index = tuple(int(i) for i in np.argwhere(bad)[0])
        hint = f"The prediction has {classes} classes."
        raise LabelError(_PLACE, f"labels from 0 to {classes - 1}", f"{labels[index]} at index {index}", hint)
