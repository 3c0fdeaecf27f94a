"""Runs that went wrong: where numbers are no longer finite, and the error that says so."""

from __future__ import annotations

from typing import Any

import numpy as np

from fnn import tree
from fnn.errors import DivergenceError
from fnn.train.state import TrainState


def first_not_finite(node: object) -> str | None:
    """Return the path of the first array that holds NaN or infinity, if there is one."""
    for path, leaf in tree.leaves_with_paths(node):
        if not np.isfinite(leaf).all():
            return path or "the parameters"
    return None


def diverged(
    state: TrainState[Any, Any], what: str, grads: object = None, *, good: TrainState[Any, Any] | None = None
) -> DivergenceError:
    """Describe a run that went wrong at ``state``: the step, and the first parameter or gradient that is not finite.

    The error holds ``good``, or ``state`` itself if it is no worse.
    """
    bad = first_not_finite(state.params)
    if bad is not None:
        cause = f"{bad} holds values that are not finite"
    elif grads is not None and (bad := first_not_finite(grads)) is not None:
        cause = f"the gradient of {bad} is not finite"
    else:
        sizes = {path: float(abs(leaf).max(initial=0)) for path, leaf in tree.leaves_with_paths(state.params)}
        largest = max(sizes, key=lambda path: sizes[path], default="nothing")
        cause = f"all parameters are finite, the largest entry is {sizes.get(largest, 0):.3g} in {largest}"
    return DivergenceError(
        f"step {state.step} (epoch {state.epoch}, batch {state.batch})",
        "a finite loss and finite parameters",
        f"{what}; {cause}",
        "Lower the learning rate, clip gradients, or look for NaN in the data. The last good state is in error.state.",
        state=state if good is None else good,
    )
