"""Sample weights that travel with the targets of each batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, NamedTuple, Protocol, TypeVar

from fnn.arrays import Array, describe
from fnn.errors import StructureError

Y = TypeVar("Y")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
T_contra = TypeVar("T_contra", contravariant=True)


class Weighted(NamedTuple, Generic[T_co]):
    """A batch's targets and the weight of each of its samples, of shape (batch,): the target of a `weighted` loss."""

    target: T_co
    weight: Array


class WeightedLoss(Protocol[Y, T_contra]):
    """A loss that takes sample weights, as all of `fnn.losses` do."""

    def __call__(self, y: Y, target: T_contra, /, *, sample_weight: Array | None = None) -> tuple[float, Y]:
        """Return the value and the gradient with respect to ``y``."""
        ...


def weighted(loss: WeightedLoss[Y, T]) -> Callable[[Y, Weighted[T]], tuple[float, Y]]:
    """Return the loss whose target is ``Weighted(target, weight)``, so that each batch brings its own sample weights.

    Batches of such targets are cut from ``Weighted(targets, weights)`` like from any tree of arrays. A metric looks at
    the target in it: ``lambda y, t: accuracy(y, t.target)``. Raises StructureError for another target.

    >>> import numpy as np
    >>> from fnn.losses.mean_squared_error import mean_squared_error
    >>> loss = weighted(mean_squared_error)
    >>> loss(np.array([1.0, 2.0]), Weighted(np.zeros(2), weight=np.array([3.0, 1.0])))
    (1.75, array([1.5, 1. ]))
    """

    def weigh(y: Y, target: Weighted[T]) -> tuple[float, Y]:
        if not isinstance(target, Weighted):
            raise StructureError(
                "weighted",
                "a target of fnn.Weighted(target, weight)",
                describe(target),
                "Weights come with each batch.",
            )
        return loss(y, target.target, sample_weight=target.weight)

    return weigh
