"""The loss over a whole batch as a function of the parameters alone, for minimizers such as `fnn.lbfgs`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from fnn import tree
from fnn.data.batches import Batch
from fnn.model import Model
from fnn.penalties import Penalty
from fnn.random import Key
from fnn.train.figures import Loss

P = TypeVar("P")
X = TypeVar("X")
Y = TypeVar("Y")
T = TypeVar("T")


def objective(
    model: Model[P, X, Y],
    loss: Loss[Y, T],
    batch: Batch[X, T],
    *,
    penalty: Penalty | None = None,
    key: Key | None = None,
) -> Callable[[P], tuple[float, P]]:
    """Return the function ``params -> (value, gradient)`` of a model's loss on one batch, with a penalty if given.

    What is random in the model is drawn from ``key``, the same at each call, so that the same parameters always give
    the same value. Buffers are used as the parameters hold them.

    >>> import fnn, numpy as np
    >>> x = np.linspace(-1, 1, 8)[:, None]
    >>> model = fnn.dense(1, 1)
    >>> line = objective(model, fnn.mean_squared_error, fnn.Batch(x, 3 * x - 1))
    >>> print(fnn.lbfgs(line, fnn.tree.astype(model.init(fnn.Key(0)), np.float64)))
    converged (gradient): ... in ... steps, ... evaluations; largest slope ...
    """
    fixed = Key(0) if key is None else key

    def evaluate(params: P) -> tuple[float, P]:
        y, _, backward = model.forward(params, batch.inputs, fixed)
        value, dy = loss(y, batch.targets)
        grads, _ = backward(dy)
        if penalty is not None:
            extra, slopes = penalty(params)
            return value + extra, tree.add(grads, slopes)
        return value, grads

    return evaluate
