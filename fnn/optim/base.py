"""What an optimizer is: a pure transition of gradients, state and parameters.

A `Transform` threads gradients *and* parameters through, over flat lists of arrays:

    step(grads, state, params, paths) -> (grads, params, state)

Clipping changes the gradients and hands the parameters on; Adam hands the gradients on and returns new parameters; a
moving average looks at the new parameters. `chain` runs transforms one after the other; one that moves the parameters
is an `Optimizer`, whose `update` lifts all this to trees of any type.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeAlias, TypeVar, overload

import attrs

from fnn import tree
from fnn.arrays import Array, freeze
from fnn.errors import HyperparameterError, ShapeError

S = TypeVar("S")
P = TypeVar("P")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
E = TypeVar("E")

Arrays: TypeAlias = Sequence[Array]
"""The trained leaves of a tree, in order."""

Paths: TypeAlias = Callable[[], Sequence[str]]
"""Gives the dotted paths of these leaves, for the transforms that choose by path."""

Step: TypeAlias = Callable[[Arrays, S, Arrays, Paths], tuple[Arrays, Arrays, S]]


@attrs.frozen(eq=False)
class Transform(Generic[S]):
    """One link of a chain: ``init(params) -> state`` and ``step(grads, state, params, paths)``, over flat leaves.

    ``step`` returns ``(grads, params, state)``. It must not change any array that it was given.
    """

    init: Callable[[Arrays], S]
    step: Step[S]
    name: str = attrs.field(default="transform", kw_only=True)

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
        """Return the state before the first step."""
        return self.init(tree.trained_leaves(params))

    def update(self, grads: P, state: S, params: P) -> tuple[P, S]:
        """Return new parameters (read-only) and the new state; buffers stay as they are in ``params``."""
        leaves, slopes = tree.trained_leaves(params), tree.trained_leaves(grads)
        if len(leaves) != len(slopes) or any(a.shape != b.shape for a, b in zip(leaves, slopes, strict=True)):
            _explain_mismatch(grads, params)
        _, moved, state = self.step(slopes, state, leaves, lambda: _paths(params))
        return tree.with_trained_leaves(params, [freeze(leaf) for leaf in moved]), state

    def __repr__(self) -> str:
        return self.name


def _paths(params: object) -> list[str]:
    return [path for path, _ in tree.leaves_with_paths(params, trained_only=True)]


def _explain_mismatch(grads: P, params: P) -> None:
    """Raise for the first place where the gradients do not fit the parameters."""

    def compare(leaf: Array, gradient: Array) -> Array:
        return leaf

    tree.map(compare, params, grads)
    for (path, leaf), (_, gradient) in zip(tree.leaves_with_paths(params), tree.leaves_with_paths(grads), strict=True):
        if leaf.shape != gradient.shape:
            raise ShapeError(path, f"a gradient of shape {leaf.shape}", f"shape {gradient.shape}")


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
def chain(*transforms: Transform[Any]) -> Optimizer[Any]:
    """Run transforms one after the other: ``chain(clip_by_global_norm(1.0), adam(1e-3))``.

    What stands before the optimizer changes its gradients, what stands after sees the new parameters. The state is the
    tuple of the states. Raises HyperparameterError if no optimizer is among them, for then nothing would be trained.

    >>> import fnn
    >>> fnn.chain(fnn.clip_by_global_norm(1.0), fnn.sgd(0.1))
    chain(clip_by_global_norm(1), sgd(0.1))
    """
    name = f"chain({', '.join(t.name for t in transforms)})"
    if not any(isinstance(t, Optimizer) for t in transforms):
        raise HyperparameterError(name, "an optimizer in the chain, such as fnn.adam(1e-3)", "transforms only")

    def init(params: Arrays) -> tuple[Any, ...]:
        return tuple(t.init(params) for t in transforms)

    def step(
        grads: Arrays, state: tuple[Any, ...], params: Arrays, paths: Paths
    ) -> tuple[Arrays, Arrays, tuple[Any, ...]]:
        new = []
        for t, s in zip(transforms, state, strict=True):
            grads, params, s = t.step(grads, s, params, paths)
            new.append(s)
        return grads, params, tuple(new)

    return Optimizer(init, step, name=name)
