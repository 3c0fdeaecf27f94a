"""What an optimizer is: a pure transition of gradients, state and parameters.

A `Transform` threads gradients *and* parameters through, over flat lists of arrays:

    step(grads, state, params, paths) -> (grads, params, state)

Clipping changes the gradients and hands the parameters on; Adam hands the gradients on and returns new parameters; a
moving average looks at the new parameters. `chain` runs transforms one after the other; one that moves the parameters
is an `Optimizer`, whose `update` lifts all this to trees of any type.

Besides, a transform may react to how training goes: `fit` hands it the figures of each epoch,

    observe(state, metrics) -> state
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, Literal, Protocol, TypeAlias, TypeVar, overload, runtime_checkable

import attrs
import numpy as np

from fnn import tree
from fnn.arrays import Array, check_float, describe, freeze
from fnn.errors import DtypeError, HyperparameterError, ShapeError, StructureError
from fnn.memory import keep_freed_memory
from fnn.tree.records import children, known_plans
from fnn.tree.walk import join

S = TypeVar("S")
P = TypeVar("P")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
E = TypeVar("E")
F = TypeVar("F")

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

    def __repr__(self) -> str:
        return self.name


def paths_of(params: object) -> list[str]:
    """Return the dotted paths of the trained leaves."""
    return [path for path, _ in tree.leaves_with_paths(params, trained_only=True)]


def owned(old: Array, new: Array) -> Array:
    """Freeze a new leaf; one that was handed through may be the caller's, which is not ours to freeze: copy it."""
    return freeze(np.array(new) if new is old and new.flags.writeable else new)


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


@overload
def chain(first: Transform[A], second: Transform[B], /) -> Optimizer[tuple[A, B]]: ...
@overload
def chain(first: Transform[A], second: Transform[B], third: Transform[C], /) -> Optimizer[tuple[A, B, C]]: ...
@overload
def chain(
    first: Transform[A], second: Transform[B], third: Transform[C], fourth: Transform[D], /
) -> Optimizer[tuple[A, B, C, D]]: ...
@overload
def chain(
    first: Transform[A], second: Transform[B], third: Transform[C], fourth: Transform[D], fifth: Transform[E], /
) -> Optimizer[tuple[A, B, C, D, E]]: ...
@overload
def chain(
    first: Transform[A],
    second: Transform[B],
    third: Transform[C],
    fourth: Transform[D],
    fifth: Transform[E],
    sixth: Transform[F],
    /,
) -> Optimizer[tuple[A, B, C, D, E, F]]: ...
def chain(*transforms: Transform[Any]) -> Optimizer[Any]:
    """Run transforms one after the other: ``chain(clip_by_global_norm(1.0), adam(1e-3))``.

    What stands before the optimizer changes its gradients, what stands after sees the new parameters. The state is the
    tuple of the states. A chain is an optimizer and may stand in another chain. Raises HyperparameterError if no
    optimizer is among them, for then nothing would be trained, or if one stands where it would do nothing, such as
    clipping after the optimizer.

    >>> import fnn
    >>> fnn.chain(fnn.clip_by_global_norm(1.0), fnn.sgd(0.1))
    chain(clip_by_global_norm(1), sgd(0.1))
    """
    for given in transforms:
        _check_transform(given)
    name = f"chain({', '.join(t.name for t in transforms)})"
    _check_order(transforms, name)

    def init(params: Arrays) -> tuple[Any, ...]:
        return tuple(t.init(params) for t in transforms)

    def observe(state: tuple[Any, ...], metrics: Mapping[str, float]) -> tuple[Any, ...]:
        _check_states(state, len(transforms), name)
        return tuple(t.observe(s, metrics) for t, s in zip(transforms, state, strict=True))

    step = _InTurn(name, [t.step for t in transforms])
    return Optimizer(init, step, observe=observe, name=name)


@attrs.frozen(eq=False)
class _InTurn:
    """The step of a chain."""

    name: str
    steps: Sequence[Step[Any]]

    def __call__(
        self, grads: Arrays, state: tuple[Any, ...], params: Arrays, paths: Paths
    ) -> tuple[Arrays, Arrays, tuple[Any, ...]]:
        _check_states(state, len(self.steps), self.name)
        new = []
        for step, part in zip(self.steps, state, strict=True):
            grads, params, part = step(grads, part, params, paths)
            new.append(part)
        return grads, params, tuple(new)

    def overwrite(
        self, grads: Arrays, state: tuple[Any, ...], params: Arrays, paths: Paths
    ) -> tuple[Arrays, Arrays, tuple[Any, ...]]:
        _check_states(state, len(self.steps), self.name)
        new = []
        for step, part in zip(self.steps, state, strict=True):
            if isinstance(step, Overwriting):
                grads, params, part = step.overwrite(grads, part, params, paths)
            else:  # it may keep the sequence that it is given, or that it returns: neither is handed on
                given = [*params]
                grads, moved, part = step(grads, part, given, paths)
                params = params if moved is given else [*moved]
                del given, moved
            new.append(part)
        return grads, params, tuple(new)


def _check_transform(given: object) -> None:
    if not isinstance(given, Transform):
        hint = "Call the factories, and write them one after the other: chain(clip_by_value(1.0), adam(1e-3))."
        raise StructureError("chain", "transforms and an optimizer", describe(given), hint)


def _check_states(states: object, count: int, name: str) -> None:
    if not isinstance(states, tuple) or len(states) != count:
        got = f"a tuple of {len(states)}" if isinstance(states, tuple) else describe(states)
        raise StructureError(name, f"a tuple of {count} states", got, STATE_HINT)


def _check_order(transforms: Sequence[Transform[Any]], name: str) -> None:
    moving = [i for i, t in enumerate(transforms) if isinstance(t, Optimizer)]
    if not moving:
        raise HyperparameterError(name, "an optimizer in the chain, such as fnn.adam(1e-3)", "transforms only")
    for i, t in enumerate(transforms):
        if t.position == "before" and i > moving[-1]:
            hint = "There it changes nothing: the gradients are used already."
            raise HyperparameterError(name, f"{t.name} before the optimizer", "it after", hint)
        if t.position == "after" and i < moving[0]:
            hint = "There it does not see the new parameters."
            raise HyperparameterError(name, f"{t.name} after the optimizer", "it before", hint)
