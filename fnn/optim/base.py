"""What an optimizer is: a pure transition of gradients, state and parameters.

A `Transform` threads gradients *and* parameters through, over flat lists of arrays:

    step(grads, state, params, paths) -> (grads, params, state)

Clipping changes the gradients and hands the parameters on; Adam hands the gradients on and returns new parameters; a
moving average looks at the new parameters. `fnn.optim.chain` runs transforms one after the other; one that moves the
parameters is an `Optimizer`, whose `update` lifts all this to trees of any type.

Besides, a transform may react to how training goes: `fit` hands it the figures of each epoch,

    observe(state, metrics) -> state
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, Literal, Protocol, TypeAlias, TypeVar, runtime_checkable

import attrs
import numpy as np

from fnn import tree
from fnn.arrays import Array, check_float, describe, freeze
from fnn.errors import DtypeError, ShapeError, StructureError
from fnn.memory import keep_freed_memory
from fnn.tree.records import children, known_plans
from fnn.tree.walk import join
from fnn.validate import positive

S = TypeVar("S")
P = TypeVar("P")

Arrays: TypeAlias = Sequence[Array]
"""The trained leaves of a tree, in order."""

Paths: TypeAlias = Callable[[], Sequence[str]]
"""Gives the dotted paths of these leaves, for the transforms that choose by path."""

Step: TypeAlias = Callable[[Arrays, S, Arrays, Paths], tuple[Arrays, Arrays, S]]


@runtime_checkable
class Overwriting(Protocol[S]):
    """A step that can also write over what it is given, for a loop whose states nobody else sees.

    ``overwrite`` returns what the step itself returns, bit for bit. ``state`` is what the step before returned, and
    nobody needs it afterwards. Parameters that anything but ``params`` refers to stay as they are. All arrays are
    read-only before and after.
    """

    def __call__(self, grads: Arrays, state: S, params: Arrays, paths: Paths) -> tuple[Arrays, Arrays, S]: ...
    def overwrite(self, grads: Arrays, state: S, params: Arrays, paths: Paths) -> tuple[Arrays, Arrays, S]: ...


Observe: TypeAlias = Callable[[S, Mapping[str, float]], S]

STATE_HINT = "Take the state from this optimizer's start, or load it with that as the example."


def unmoved(state: S, metrics: Mapping[str, float]) -> S:
    """Return the state as it is: what transforms do that do not react to metrics."""
    return state


@attrs.frozen(eq=False)
class Transform(Generic[S]):
    """One link of a chain: ``init(params) -> state`` and ``step(grads, state, params, paths)``, over flat leaves.

    ``step`` returns ``(grads, params, state)``. It must not change any array that it was given. ``observe(state,
    metrics)`` is called at the end of each epoch with its figures, and returns the state to go on with, by default the
    same. ``position`` is where it belongs in a chain, before or after the optimizer; None if it may stand anywhere.
    """

    init: Callable[[Arrays], S]
    step: Step[S]
    observe: Observe[S] = attrs.field(default=unmoved, kw_only=True)
    name: str = attrs.field(default="transform", kw_only=True)
    position: Literal["before", "after"] | None = attrs.field(default=None, kw_only=True)

    def __repr__(self) -> str:
        return self.name


@attrs.frozen(eq=False)
class Optimizer(Transform[S]):
    """A transform that moves the parameters, usable on trees of any type.

    >>> import fnn, numpy as np
    >>> optimizer = fnn.sgd(0.1)
    >>> params = (np.array([1.0]),)
    >>> state = optimizer.start(params)
    >>> optimizer.update((np.array([2.0]),), state, params)[0]
    (array([0.8]),)
    """

    def start(self, params: P) -> S:
        """Return the state before the first step; raise DtypeError for a parameter that is not float."""
        keep_freed_memory()
        for path, leaf in tree.leaves_with_paths(params, trained_only=True):
            check_float(leaf, path or "params", "parameter")
        return self.init(tree.trained_leaves(params))

    def update(self, grads: P, state: S, params: P) -> tuple[P, S]:
        """Return new parameters (read-only) and the new state; buffers stay as they are in ``params``.

        Raises StructureError, ShapeError or DtypeError, with the path, where the gradients do not fit the parameters.
        """
        check_gradients(grads, params)
        leaves = tree.trained_leaves(params)
        _, moved, state = self.step(tree.trained_leaves(grads), state, leaves, lambda: paths_of(params))
        return tree.with_trained_leaves(params, [owned(*pair) for pair in zip(leaves, moved, strict=True)]), state

    def run(self, gradient: Callable[[P], P], state: S, params: P, steps: int) -> tuple[P, S]:
        """Take many steps, each with the gradient that a function gives for the parameters; return the last of both.

        ``steps`` is at least 1. The numbers are those of as many calls of `update`, bit for bit; but as nobody sees the
        parameters in between, Adam and AdamW write the new ones over the old. Raises what `update` raises, and
        HyperparameterError for steps below 1.

        >>> import fnn, numpy as np
        >>> optimizer, params = fnn.sgd(0.25), (np.array([1.0]),)
        >>> optimizer.run(lambda p: (2 * p[0],), optimizer.start(params), params, steps=3)[0]  # of x^2
        (array([0.125]),)
        """
        positive("optimizer.run", steps=steps)
        if type(self) is not Optimizer:  # its update may be another
            for _ in range(steps):
                params, state = self.update(gradient(params), state, params)
            return params, state
        moving = Moving(self, state, params)
        for _ in range(steps):
            moving.move(gradient(moving.params()))
        return moving.params(), moving.state

    def __repr__(self) -> str:
        return self.name


class Moving(Generic[P, S]):
    """Parameters and an optimizer's state that move on step by step, over the same memory where that can be.

    States are values: a step makes new arrays and leaves the old ones as they are. Within a loop that alone has them,
    nobody can tell whether arrays are new or the old ones written over, and writing over them saves memory and time.
    The first step makes new arrays, as what it starts from is somebody else's; those after it write over them, if the
    optimizer can, as Adam can, and if nothing else refers to a parameter, for a stage may have kept it.
    """

    def __init__(self, optimizer: Optimizer[S], state: S, params: P) -> None:
        self.state, self._example = state, params
        self._move = optimizer.step
        self._next = optimizer.step.overwrite if isinstance(optimizer.step, Overwriting) else optimizer.step
        self._leaves = self._given = tree.trained_leaves(params)

    def params(self) -> P:
        """Return the parameters as they stand, which the next step may write over."""
        return tree.with_trained_leaves(self._example, self._leaves)

    def renew(self, params: P) -> None:
        """Go on from other parameters: those of another forward pass, with renewed buffers."""
        self._example, self._leaves = tree.with_trained_leaves(params, self._given), tree.trained_leaves(params)

    def move(self, grads: P) -> None:
        """Take a step."""
        check_gradients(grads, self._example)
        old, slopes = self._leaves, tree.trained_leaves(grads)
        _, moved, self.state = self._move(slopes, self.state, old, lambda: paths_of(self._example))
        self._leaves, self._move = [_own(*pair) for pair in zip(old, moved, strict=True)], self._next


def paths_of(params: object) -> list[str]:
    """Return the dotted paths of the trained leaves."""
    return [path for path, _ in tree.leaves_with_paths(params, trained_only=True)]


def owned(old: Array, new: Array) -> Array:
    """Freeze a new leaf; one that was handed through may be the caller's, which is not ours to freeze: copy it."""
    return freeze(np.array(new) if new is old and new.flags.writeable else new)


def _own(old: Array, new: Array) -> Array:
    """Freeze a new leaf, or a copy if its memory is not its own."""
    leaf = owned(old, new)
    return leaf if leaf.flags.owndata else freeze(leaf.copy())


def check_gradients(grads: object, params: object) -> None:
    """Raise, with the path, where gradients do not fit the parameters."""
    if not _fits(params, grads):
        _check_fit(params, grads, "")


def _fits(params: Any, grads: Any) -> bool:
    """Tell quickly whether the gradients surely fit; if not, `_check_fit` looks closely."""
    kind = type(params)
    if kind is not type(grads):
        return False
    if kind is np.ndarray:
        same: bool = params.shape == grads.shape and params.dtype == grads.dtype
        return same
    if kind is tuple:
        return len(params) == len(grads) and all(map(_fits, params, grads))
    plan = known_plans.get(kind)
    return plan is not None and all(
        is_buffer or _fits(getattr(params, name), getattr(grads, name)) for name, is_buffer in plan.children
    )


def _check_fit(params: object, grads: object, path: str) -> None:
    """Raise for the first place where the gradients do not fit the trained leaves of the parameters."""
    place = path or "grads"
    if isinstance(params, np.ndarray) and isinstance(grads, np.ndarray):
        if params.shape != grads.shape:
            raise ShapeError(place, f"a gradient of shape {params.shape}", f"shape {grads.shape}")
        if params.dtype != grads.dtype:
            hint = "Compute in the parameters' dtype: convert the input and the targets."
            raise DtypeError(place, f"a gradient of dtype {params.dtype}", str(grads.dtype), hint)
        return
    if type(params) is not type(grads):
        raise StructureError(place, f"the gradient of {describe(params)}", describe(grads), "It has the same type.")
    wanted, given = children(params, path), children(grads, path)
    if [name for name, _, _ in wanted] != [name for name, _, _ in given]:
        names = [", ".join(name for name, _, _ in part) or "nothing" for part in (wanted, given)]
        raise StructureError(place, f"gradients of {names[0]}", names[1])
    for (name, child, is_buffer), (_, other, _) in zip(wanted, given, strict=True):
        if not is_buffer:
            _check_fit(child, other, join(path, name))
