"""Checking hand-written gradients against numerical ones, in float64, for every parameter and the input.

With a random ``dy`` the scalar ``f = sum(dy * y)`` has the gradient that the backward must return. Each entry of each
input is displaced, and

    central    f' = (8 (f(+h) - f(-h)) - (f(+2h) - f(-2h))) / 12 h  + O(h^4)
    complex    f' = Im f(x + i h) / h                               + O(h^2), with no cancellation, so h may be 1e-30

The complex step works for functions that NumPy computes on complex numbers without abs, max or comparison.
References: Abramowitz and Stegun (1964), 25.3.6; Squire and Trapp (1998), "Using complex variables to estimate
derivatives of real functions".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from fnn import tree
from fnn.errors import GradientError, StructureError
from fnn.model import Fn, Model
from fnn.random import Key

Pair: TypeAlias = tuple[Callable[..., tuple[Any, Any]], Callable[[Any, Any], Any]]
"""An op: ``forward(*inputs) -> (y, cache)`` and ``backward(dy, cache) -> gradients of the inputs``."""


@attrs.frozen
class Entry:
    """The comparison at one leaf: its path, its number of entries, and where it is worst."""

    path: str
    size: int
    error: float
    index: tuple[int, ...]
    expected: float
    got: float


@attrs.frozen
class Report:
    """What `gradients` found: one entry for each parameter and each input, and the largest relative error."""

    subject: str
    method: str
    tolerance: float
    entries: tuple[Entry, ...]

    @property
    def worst(self) -> Entry:
        """The entry with the largest error."""
        return max(self.entries, key=lambda entry: entry.error)

    @property
    def passed(self) -> bool:
        """Whether every error is within the tolerance (NaN never is)."""
        return all(entry.error <= self.tolerance for entry in self.entries)

    def __str__(self) -> str:
        lines = [f"{self.subject}: {self.method} differences, tolerance {self.tolerance:g}"]
        lines += [f"  {e.path:<24} {e.size:>7} entries   relative error {e.error:.1e}" for e in self.entries]
        return "\n".join(lines)


def gradients(
    subject: Model[Any, Any, Any] | Fn[Any, Any] | Pair,
    *inputs: Any,
    params: Any = None,
    key: Key | None = None,
    method: Literal["central", "complex"] = "central",
    tolerance: float = 1e-6,
    step: float | None = None,
) -> Report:
    """Compare the backward of a model, stage or op with numerical differences; return a report or raise.

    ``subject`` is a Model, a Fn, or a pair ``(forward, backward)`` of an op. ``inputs`` are the arrays, or trees of
    arrays, to call it with; integers and booleans are passed through and not displaced, floats become float64.
    ``params`` are the model's parameters (by default new ones, displaced at random so that no bias is 0); ``key``
    feeds them, ``dy``, and the model's own randomness. The error at an entry is ``|expected - got|`` over the largest
    ``|expected|`` of its array, or over 1e-4 of the largest anywhere if that is more, so that rounding in a gradient
    that is all but zero is no mistake. ``step`` is the displacement (1e-4 central, 1e-30 complex by default).

    Raises GradientError with the worst path, expected and got; StructureError where a gradient has not the structure or
    shape of what it belongs to.

    >>> import fnn
    >>> report = gradients(fnn.dense(3, 2), np.ones((4, 3)))
    >>> [entry.path for entry in report.entries], report.passed
    (['params.weight', 'params.bias', 'input'], True)
    >>> gradients((lambda x: (x * x, x), lambda dy, x: x * dy), np.array([1.0, 3.0]), method="complex")
    Traceback (most recent call last):
    fnn.errors.GradientError: op: expected gradient -6.22... at input[0], got -3.11..., relative error 5.0e-01 ...
    """
    key = Key(0) if key is None else key
    name, places, arguments, run = _prepare(subject, inputs, params, key)
    y, backward = run(*arguments)
    rng = key.fold(2).rng()
    dy = tree.map(lambda leaf: rng.standard_normal(leaf.shape), y)
    found = [_matched(name, *triple) for triple in zip(places, arguments, backward(dy), strict=True)]
    if method == "complex":
        arguments = [tree.map(_complex, argument) for argument in arguments]

    def objective() -> complex:
        pairs = zip(tree.leaves(dy), tree.leaves(run(*arguments)[0]), strict=True)
        return complex(sum((a * b).sum() for a, b in pairs))

    compared: list[tuple[str, NDArray[Any], NDArray[Any]]] = []
    for place, argument, gradients_at in zip(places, arguments, found, strict=True):
        for path, gradient in gradients_at.items():
            leaf = tree.get(argument, path) if path else argument
            compared.append((f"{place}.{path}" if path else place, _numeric(objective, leaf, method, step), gradient))
    report = Report(name, method, tolerance, _entries(compared))
    if not report.passed:
        worst = report.worst
        at = ", ".join(map(str, worst.index))
        raise GradientError(
            name,
            f"gradient {worst.expected:.10g} at {worst.path}[{at}]",
            f"{worst.got:.10g}, relative error {worst.error:.1e} over the tolerance {tolerance:g}",
            "Compare the backward with its derivation; at a kink, such as relu at 0, choose other inputs.",
        )
    return report


def _prepare(
    subject: Model[Any, Any, Any] | Fn[Any, Any] | Pair, inputs: Sequence[Any], params: Any, key: Key
) -> tuple[str, list[str], list[Any], Callable[..., tuple[Any, Callable[[Any], list[Any]]]]]:
    """Bring the three kinds of subject to one: ``run(*arguments) -> (y, backward)``, with a place name an argument."""
    places = ["input"] if len(inputs) == 1 else [f"input{i}" for i in range(len(inputs))]
    if isinstance(subject, Model | Fn) and len(inputs) != 1:
        raise StructureError(subject.name, "one input", f"{len(inputs)}", "Several arrays make one tuple.")
    if isinstance(subject, Model):
        model = subject
        if params is None:
            params = _displaced(model.init(key.fold(0)), key.fold(1))

        def run_model(parameters: Any, x: Any) -> tuple[Any, Callable[[Any], list[Any]]]:
            y, _, backward = model.forward(parameters, x, key.fold(3))
            return y, lambda dy: list(backward(dy))

        return model.name, ["params", *places], [tree.map(_owned, a) for a in (params, *inputs)], run_model
    if isinstance(subject, Fn):
        stage = subject

        def run_fn(x: Any) -> tuple[Any, Callable[[Any], list[Any]]]:
            y, backward = stage.forward(x, key.fold(3))
            return y, lambda dy: [backward(dy)]

        return stage.name, places, [tree.map(_owned, a) for a in inputs], run_fn
    op_forward, op_backward = subject

    def run_op(*arrays: Any) -> tuple[Any, Callable[[Any], list[Any]]]:
        y, cache = op_forward(*arrays)

        def backward(dy: Any) -> list[Any]:
            result = op_backward(dy, cache)
            return [result] if len(arrays) == 1 else list(result)

        return y, backward

    name = getattr(op_forward, "__name__", "op").removesuffix("_forward").replace("<lambda>", "op")
    return name, places, [tree.map(_owned, a) for a in inputs], run_op


def _owned(leaf: NDArray[Any]) -> NDArray[Any]:
    """Copy, so that it may be displaced; floats become float64."""
    return leaf.astype(np.float64) if leaf.dtype.kind == "f" else leaf.copy()


def _complex(leaf: NDArray[Any]) -> NDArray[Any]:
    return leaf.astype(np.complex128) if leaf.dtype.kind == "f" else leaf


def _displaced(params: Any, key: Key) -> Any:
    """Move every parameter off the special values that initializers choose, such as biases of zero."""
    rng = key.rng()
    moved = [leaf.astype(np.float64) + 0.1 * rng.standard_normal(leaf.shape) for leaf in tree.trained_leaves(params)]
    return tree.with_trained_leaves(params, moved)


def _matched(name: str, place: str, argument: Any, gradient: Any) -> dict[str, NDArray[Any]]:
    """Return the gradients by path, and refuse a gradient of another structure than its argument."""
    wanted = {path: leaf for path, leaf in _trained(argument).items() if leaf.dtype.kind == "f"}
    given = {path: leaf for path, leaf in _trained(gradient).items() if path in wanted} if wanted else {}
    for path, leaf in wanted.items():
        at = f"{place}.{path}" if path else place
        if path not in given:
            raise StructureError(name, f"a gradient at {at}", f"gradients at {', '.join(given) or 'no path'}")
        if given[path].shape != leaf.shape:
            raise StructureError(name, f"gradient of shape {leaf.shape} at {at}", f"shape {given[path].shape}")
    return given


def _trained(argument: Any) -> dict[str, NDArray[Any]]:
    return dict(tree.leaves_with_paths(argument, trained_only=True))


def _numeric(
    objective: Callable[[], complex], leaf: NDArray[Any], method: str, step: float | None
) -> NDArray[np.float64]:
    """Differentiate the objective by every entry of ``leaf``, displacing it in place and putting it back."""
    result = np.zeros(leaf.shape)
    for index in np.ndindex(leaf.shape):
        value = leaf[index]

        def at(displacement: complex, index: tuple[int, ...] = index, value: Any = value) -> complex:
            leaf[index] = value + displacement
            return objective()

        if method == "complex":
            h = 1e-30 if step is None else step
            result[index] = at(1j * h).imag / h
        else:
            h = 1e-4 * max(1.0, abs(float(value))) if step is None else step
            result[index] = ((8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)).real
        leaf[index] = value
    return result


def _entries(compared: list[tuple[str, NDArray[Any], NDArray[Any]]]) -> tuple[Entry, ...]:
    sizes = [float(np.abs(numeric).max(initial=0)) for _, numeric, _ in compared]
    floor = max([1e-8, *(1e-4 * size for size in sizes)])
    entries = []
    for (path, numeric, gradient), size in zip(compared, sizes, strict=True):
        errors = np.abs(numeric - gradient) / max(floor, size)
        errors = np.where(np.isnan(errors), np.inf, errors)
        index = tuple(int(i) for i in np.unravel_index(int(errors.argmax()), errors.shape)) if errors.size else ()
        worst = (
            (float(errors[index]), float(numeric[index]), float(gradient[index])) if errors.size else (0.0, 0.0, 0.0)
        )
        entries.append(Entry(path, errors.size, worst[0], index, worst[1], worst[2]))
    return tuple(entries)
