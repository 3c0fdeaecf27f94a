"""Several transforms, one after the other, as one optimizer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, overload

import attrs

from fnn.arrays import describe
from fnn.errors import HyperparameterError, StructureError
from fnn.optim.base import STATE_HINT, Arrays, Optimizer, Overwriting, Paths, Step, Transform

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
E = TypeVar("E")
F = TypeVar("F")


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
