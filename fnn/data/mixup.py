"""Mixup: training between the samples, on weighted means of two of them and of their targets.

With another sample j of the batch, and a share ``s`` drawn from the beta distribution whose parameters are both
``alpha``,

    x = s x_i + (1 - s) x_j        t = s t_i + (1 - s) t_j

For a small ``alpha`` most shares are near 0 or 1, so that most mixtures are almost one of the two. The network learns
to go in straight lines between the classes, and to be unsure there.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from fnn.arrays import Array, IntArray, check_float, check_not_empty, describe
from fnn.data.batches import Batch
from fnn.errors import DtypeError, HyperparameterError, LabelError
from fnn.random import Key
from fnn.validate import in_range, positive


def mixup(
    alpha: float = 0.2, *, classes: int | None = None
) -> Callable[[Key, Batch[Array, IntArray | Array]], Batch[Array, Array]]:
    """Make a change for `Batches.augment` that mixes each sample with another one of its batch.

    Inputs are float32 or float64 of any shape; targets are integer labels below ``classes``, of which rows of shares
    are made in the inputs' dtype, or floats, rows of shares or numbers, which are mixed as they are. ``alpha`` is above
    0. The same key mixes the same samples. Raises HyperparameterError for labels without ``classes``, LabelError for
    labels out of range, DtypeError for other inputs and targets.

    Reference: Zhang, Cisse, Dauphin, Lopez-Paz (2018), "mixup: beyond empirical risk minimization", eq. 1; one share a
    sample, not one a batch.

    >>> import fnn
    >>> data = fnn.batches(np.eye(3), np.arange(3), batch_size=3, key=fnn.Key(0)).augment(mixup(classes=3))
    >>> batch = next(data.epoch(0))
    >>> np.array_equal(batch.inputs, batch.targets), batch.targets.sum(axis=1)
    (True, array([1., 1., 1.]))
    """
    in_range("mixup", 0, math.inf, low_open=True, high_open=True, alpha=alpha)
    if classes is not None:
        positive("mixup", classes=classes)

    def change(key: Key, batch: Batch[Array, IntArray | Array]) -> Batch[Array, Array]:
        x = batch.inputs
        check_float(x, "mixup", "inputs")
        check_not_empty(x, "mixup")
        targets = _floats(batch.targets, classes, x)
        rng = key.rng()
        share, other = rng.beta(alpha, alpha, len(x)), rng.permutation(len(x))
        return Batch(_mixed(x, share, other), _mixed(targets, share, other))

    return change


def _mixed(x: Array, share: Array, other: IntArray) -> Array:
    weight: Array = share.astype(x.dtype).reshape(-1, *(1,) * (x.ndim - 1))
    mixture: Array = weight * x + (1 - weight) * x[other]
    return mixture


def _floats(targets: IntArray | Array, classes: int | None, x: Array) -> Array:
    """Return the targets as they are if they are floats, as rows of shares if they are labels."""
    if getattr(targets, "dtype", x.dtype).kind in "iu":
        if classes is None:
            hint = "Write mixup(0.2, classes=10), say."
            raise HyperparameterError("mixup", "the number of classes along with integer labels", "None", hint)
        if targets.min() < 0 or targets.max() >= classes:
            bad = int(targets[(targets < 0) | (targets >= classes)].flat[0])
            raise LabelError("mixup", f"labels from 0 to {classes - 1}", str(bad))
        rows: Array = np.eye(classes, dtype=x.dtype)[targets]
        return rows
    if classes is not None:
        hint = "Leave out classes for targets that are shares or numbers."
        raise DtypeError("mixup", f"integer labels of {classes} classes", describe(targets), hint)
    check_float(targets, "mixup", "targets")
    return targets  # type: ignore[return-value]  # checked just now
