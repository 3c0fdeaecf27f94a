"""A recurrent model from any step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from fnn import tree
from fnn.arrays import Shape, check_not_empty, describe, format_shape
from fnn.errors import DtypeError, ShapeError, StructureError, Within
from fnn.model import Model, output_shape
from fnn.random import Key
from fnn.recurrent.model import Recurrent, Steps, recurrent

P = TypeVar("P")
C = TypeVar("C")
X = TypeVar("X")
Y = TypeVar("Y")


def scan(step: Model[P, tuple[X, C], tuple[Y, C]], start: C) -> Recurrent[P, C, X, Y]:
    """Run a step along time: a model from ``(x[t], carry)`` to ``(y[t], carry)``, with the same parameters every time.

    ``x[t]`` and ``y[t]`` are arrays (batch, ...); the carry is a tree of arrays (batch, ...), and ``start`` the first
    one of a single sequence, without the batch axis; its floats take the dtype of the input. With ``c[t]`` the carry,

        y[t], c[t] = f(w, x[t], c[t-1])        d(x[t], c[t-1]) = (df/d(x, c))^T (dy[t], dc[t])
                                               dw              = sum_t (df/dw)^T (dy[t], dc[t])

    Where a mask says that no step is, the carry stays, and passes its gradient on, and the output is 0; the step sees
    zeros there. Buffers are renewed step after step. A step that is not written for speed is slow: the layers `rnn`,
    `gru` and `lstm` compute all they can for all steps at once.

    Raises ShapeError or DtypeError for input that is no array (batch, time, ...).

    >>> import fnn
    >>> def forward(params: None, x):
    ...     total = x[0] + x[1]
    ...     return (total, total), None
    >>> def backward(dy, cache):
    ...     return None, (dy[0] + dy[1], dy[0] + dy[1])
    >>> running_sum = scan(fnn.layer(lambda key: None, forward, backward, name="add"), np.zeros(1))
    >>> running_sum.apply(None, np.array([[[1.0], [2.0], [3.0]]]))
    array([[[1.], [3.], [6.]]])
    """
    if not isinstance(step, Model):
        raise StructureError("scan", "a model of one step", describe(step), "Build it with fnn.layer or fnn.Model.")
    name = f"scan({step.name})"

    def begin(batch_size: int, dtype: DTypeLike) -> C:
        def repeated(leaf: NDArray[Any]) -> NDArray[Any]:
            return np.repeat(leaf[None].astype(dtype if leaf.dtype.kind == "f" else leaf.dtype), batch_size, axis=0)

        return tree.map(repeated, start)

    def run(steps: Steps[Any, C], at: Callable[[tuple[Any, C]], tuple[Any, C]]) -> tuple[Any, C]:
        carry, y = steps.carry, {}
        for t in _order(steps):
            with Within(f"{name} > step {t}"):
                y[t], new = at((_here(steps, t, steps.values[:, t]), carry))
            y[t], carry = _here(steps, t, y[t]), _here(steps, t, new, carry)
        return np.stack([y[t] for t in sorted(y)], axis=1), carry

    def apply(params: P, steps: Steps[Any, C]) -> tuple[Any, C]:
        _check(steps, name)
        return run(steps, lambda x: step.apply(params, x))

    def forward(
        params: P, steps: Steps[Any, C], key: Key
    ) -> tuple[tuple[Any, C], P, Callable[[tuple[Any, C]], tuple[P, Steps[Any, C]]]]:
        _check(steps, name)
        backs: list[Callable[[tuple[Any, C]], tuple[P, tuple[Any, C]]]] = []

        def at(x: tuple[Any, C]) -> tuple[Any, C]:
            nonlocal params
            y, params, back = step.forward(params, x, key.fold(len(backs)))
            backs.append(back)
            return y

        def backward(dy: tuple[Any, C]) -> tuple[P, Steps[Any, C]]:
            dvalues, dcarry = dy
            dx: dict[int, Any] = {}
            total: Any = None
            for t, back in zip(reversed(_order(steps)), reversed(backs), strict=True):
                grads, (dx_t, before) = back((_here(steps, t, dvalues[:, t]), _here(steps, t, dcarry)))
                dx[t], dcarry = _here(steps, t, dx_t), _here(steps, t, before, dcarry)
                total = grads if total is None else tree.add(total, grads)
            return total, Steps(np.stack([dx[t] for t in sorted(dx)], axis=1), dcarry)

        return run(steps, at), params, backward

    def shape(s: Shape) -> Shape:
        if not s:
            raise ShapeError(name, "input of shape (batch, time, ...)", format_shape(s))
        carry = tree.map(lambda leaf: leaf.shape, start)
        out: Shape = output_shape(step, (s[1:], carry))[0]
        return (s[0], *out)

    def flops(s: Shape) -> int:
        of_step: Any = step.flops
        times: int = s[0]
        return times * int(of_step((s[1:], tree.map(lambda leaf: leaf.shape, start))))

    known = None if step.flops is None else flops
    return recurrent(Model(step.init, apply, forward, name=name, shape=shape, flops=known), begin)


def _order(steps: Steps[Any, Any]) -> range:
    time = steps.values.shape[1]
    return range(time - 1, -1, -1) if steps.reverse else range(time)


def _here(steps: Steps[Any, Any], t: int, node: C, otherwise: C | None = None) -> C:
    """Return ``node`` for the sequences that have a step at ``t``, and zeros or ``otherwise`` for all others."""
    if steps.mask is None:
        return node
    there = steps.mask[:, t]

    def chosen(leaf: NDArray[Any], *other: NDArray[Any]) -> NDArray[Any]:
        wide = there.reshape(-1, *(1,) * (leaf.ndim - 1))
        return np.where(wide, leaf, other[0] if other else np.zeros((), leaf.dtype))

    return tree.map(chosen, node) if otherwise is None else tree.map(chosen, node, otherwise)


def _check(steps: Steps[Any, Any], place: str) -> None:
    x = steps.values
    if not isinstance(x, np.ndarray):
        raise DtypeError(place, "input as an array", describe(x), "Pass a NumPy array (batch, time, ...).")
    if x.ndim < 2:
        raise ShapeError(place, "input of shape (batch, time, ...)", f"shape {x.shape}")
    check_not_empty(x, place)
