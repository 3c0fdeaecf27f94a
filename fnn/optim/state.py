"""The states of optimizers: made, checked, and searched for what stands in them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fnn.arrays import Array, describe, freeze
from fnn.errors import StructureError
from fnn.optim.base import STATE_HINT, Arrays
from fnn.tree.records import children


def zeros(params: Arrays) -> tuple[Array, ...]:
    """Return a read-only zero array for each parameter.

    >>> zeros([np.ones(2)])
    (array([0., 0.]),)
    """
    return tuple(freeze(np.zeros_like(w)) for w in params)


def check_state(state: object, kind: type, params: Arrays, place: str) -> None:
    """Refuse the state of another optimizer, or one made for other parameters.

    A field named ``inner`` is the state of a wrapped optimizer, which checks it itself.
    """
    check_kind(state, kind, place)
    for name, arrays, _ in children(state):
        if name == "inner":
            continue
        if len(arrays) != len(params) or any(
            a.shape != w.shape or a.dtype != w.dtype for a, w in zip(arrays, params, strict=True)
        ):
            expected, got = (", ".join(map(describe, group)) or "none" for group in (params, arrays))
            raise StructureError(
                place, f"{name} for parameters {expected}", got, "This state was made for other parameters."
            )


def check_slopes(grads: Arrays, params: Arrays, place: str) -> None:
    """Refuse gradients that are not like the parameters, as a transform may have made them."""
    if len(grads) != len(params) or any(
        g.shape != w.shape or g.dtype != w.dtype for g, w in zip(grads, params, strict=True)
    ):
        expected, got = (", ".join(map(describe, group)) or "none" for group in (params, grads))
        hint = "A transform before the optimizer returns one gradient for each parameter, of its shape and dtype."
        raise StructureError(place, f"gradients like the parameters, {expected}", got, hint)


def check_kind(state: object, kind: type, place: str) -> None:
    """Refuse the state of another optimizer."""
    if not isinstance(state, kind):
        raise StructureError(place, f"a state {kind.__name__}", describe(state), STATE_HINT)


def nodes(state: object) -> Iterator[object]:
    """Walk over a state and all that stands in it, depth first, in order."""
    yield state
    if not isinstance(state, np.ndarray):
        for _, child, _ in children(state):
            yield from nodes(child)


def learning_rate(state: object) -> float:
    """Return the learning rate of the last step (of the first, before any), from the state of any optimizer or chain.

    With several optimizers in a chain, that of the first. Raises StructureError if no part of the state has one; the
    state of an optimizer of your own needs a field ``learning_rate`` for it.

    >>> import fnn
    >>> optimizer = fnn.chain(fnn.clip_by_global_norm(1.0), fnn.sgd(0.1))
    >>> learning_rate(optimizer.start((np.ones(2),)))
    0.1
    """
    for node in nodes(state):
        rate = getattr(node, "learning_rate", None)
        if isinstance(rate, float | int):
            return float(rate)
    raise StructureError("learning_rate", "the state of an optimizer, which has a learning rate", describe(state))
