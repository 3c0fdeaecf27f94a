"""Checking hand-written gradients against numerical ones, in float64, for every parameter and the input.

With a random ``dy`` the scalar ``f = sum(dy * y)`` has the gradient that the backward must return. Each entry of each
input is displaced, and

    central    f' = (8 (f(+h) - f(-h)) - (f(+2h) - f(-2h))) / 12 h  + O(h^4)
    complex    f' = Im f(x + i h) / h                               + O(h^2), with no cancellation, so h may be 1e-30

The complex step works for functions that NumPy computes on complex numbers, without abs or a check of the dtype.

The backward is called twice, right after its forward and once more when another forward has run in between. Both must
give the same bits: a backward that reads what another call left behind would not.

References: Abramowitz and Stegun (1964), 25.3.6; Squire and Trapp (1998), "Using complex variables to estimate
derivatives of real functions".
"""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from fnn import tree
from fnn.check.report import Entry, Report
from fnn.check.subjects import Arguments, Pair, Run, prepare
from fnn.errors import DtypeError, GradientError, HyperparameterError, ShapeError, StructureError
from fnn.model import Fn, Model
from fnn.random import Key, check_key
from fnn.validate import in_range

_PITFALLS = {
    "central": "at a kink, such as relu at 0, and at inputs far larger than 1: choose other inputs",
    "complex": "where abs is taken of a complex number: choose method='central'",
}


def gradients(
    subject: Model[Any, Any, Any] | Fn[Any, Any] | Pair,
    *inputs: Any,
    params: Any = None,
    key: Key | None = None,
    method: Literal["central", "complex"] = "central",
    tolerance: float = 1e-8,
    step: float | None = None,
) -> Report:
    """Compare the backward of a model, stage or op with numerical differences; return a report or raise.

    ``subject`` is a Model, a Fn, or a pair ``(forward, backward)`` of an op. ``inputs`` are the arrays, or trees of
    arrays, to call it with; integers and booleans are passed through and not displaced, floats become float64.
    ``params`` are the model's parameters (by default new ones, displaced at random so that no bias is 0); ``key``
    feeds them, ``dy``, and the model's own randomness. The error at an entry is ``|expected - got|`` over the largest
    ``|expected|`` of its array, or over 1e-2 of the largest anywhere if that is more, so that rounding in a gradient
    that is all but zero is no mistake. The default ``tolerance`` finds a float32 among the float64s too; inputs of the
    size of 1 keep the numerical error far below it. ``step`` is the displacement (1e-4 central, 1e-30 complex by
    default).

    Raises GradientError with the worst path, expected and got, or if a call changes its inputs or what another call
    returns; StructureError, ShapeError or DtypeError where a gradient has not the structure, shape or dtype of what it
    belongs to; StructureError where there is nothing to differentiate, or the complex step is asked of what refuses
    complex numbers.

    >>> import fnn
    >>> report = gradients(fnn.dense(3, 2), np.ones((4, 3)))
    >>> [entry.path for entry in report.entries], report.passed
    (['params.weight', 'params.bias', 'input'], True)
    >>> gradients((lambda x: (x * x, x), lambda dy, x: x * dy), np.array([1.0, 3.0]), method="complex")
    Traceback (most recent call last):
    fnn.errors.GradientError: op: expected gradient -6.22... at input[0], got -3.11..., relative error 5.0e-01 ...
    """
    if method not in ("central", "complex"):
        raise HyperparameterError("check.gradients", "method 'central' or 'complex'", repr(method))
    in_range("check.gradients", 0, math.inf, low_open=True, tolerance=tolerance, step=1.0 if step is None else step)
    key = Key(0) if key is None else key
    check_key(key, "check.gradients")
    name, arguments, run = prepare(subject, inputs, params, key)
    before = tree.copy(arguments)
    y, backward = run(arguments)
    dy = _direction(name, y, key.fold(2))
    dy_before = tree.copy(dy)
    found = _matched(name, arguments, backward(dy))
    if not tree.equal((before, dy_before), (arguments, dy)):
        raise GradientError(name, "inputs and dy left as they are", "changed ones", "Write results into new arrays.")
    numeric = _numeric(name, arguments, run, dy, method, step)
    run(tree.map(_other, arguments))
    again = _matched(name, arguments, backward(dy))
    if not tree.equal(tuple(found.values()), tuple(again.values())):
        hint = "Keep in the cache all that the backward needs, and write nothing into it."
        raise GradientError(name, "the same gradients when the backward is called again", "others", hint)
    report = Report(name, method, tolerance, _entries(found, numeric))
    if not report.passed:
        worst = report.worst
        at = ", ".join(map(str, worst.index))
        raise GradientError(
            name,
            f"gradient {worst.expected:.10g} at {worst.path}[{at}]",
            f"{worst.got:.10g}, relative error {worst.error:.1e} over the tolerance {tolerance:g}",
            f"Compare the backward with its derivation. The numerical side errs {_PITFALLS[method]}.",
        )
    return report


def _direction(name: str, y: Any, key: Key) -> Any:
    """Draw ``dy``, random, so that no error can hide behind a symmetry; integers and booleans stand as they are."""
    rng = key.rng()
    outputs = [(path, leaf) for path, leaf in tree.leaves_with_paths({"output": y}) if leaf.dtype.kind not in "iub"]
    for path, leaf in outputs:
        if leaf.dtype != np.float64:
            hint = "The forward changes the dtype: dtype in, dtype out."
            raise DtypeError(name, f"{path} in float64, as the inputs are", str(leaf.dtype), hint)
    if not outputs:
        raise StructureError(name, "an output of floats", "none", "Integers have no gradient.")
    return tree.map(lambda leaf: rng.standard_normal(leaf.shape) if leaf.dtype.kind == "f" else leaf, y)


def _floats(arguments: Arguments) -> dict[str, NDArray[Any]]:
    """What there is to differentiate by: the floating leaves but the buffers."""
    leaves: list[tuple[str, NDArray[Any]]] = list(tree.leaves_with_paths(arguments, trained_only=True))
    return {path: leaf for path, leaf in leaves if leaf.dtype.kind in "fc"}


def _matched(name: str, arguments: Arguments, gradients: Arguments) -> dict[str, NDArray[Any]]:
    """Return copies of the gradients by path; refuse any of another structure, shape or dtype than its argument."""
    wanted = _floats(arguments)
    if not wanted:
        raise StructureError(name, "an input or parameter of floats", "none", "Integers have no gradient.")
    given = dict(tree.leaves_with_paths(gradients, trained_only=True))
    for path, leaf in wanted.items():
        if path not in given:
            raise StructureError(name, f"a gradient at {path}", f"gradients at {', '.join(given) or 'no path'}")
        if given[path].shape != leaf.shape:
            raise ShapeError(name, f"gradient of shape {leaf.shape} at {path}", f"shape {given[path].shape}")
        if given[path].dtype != leaf.dtype:
            hint = "The backward changes the dtype: dtype in, dtype out."
            raise DtypeError(name, f"gradient in {leaf.dtype} at {path}", str(given[path].dtype), hint)
    return {path: given[path].copy() for path in wanted}


def _numeric(
    name: str, arguments: Arguments, run: Run, dy: Any, method: str, step: float | None
) -> dict[str, NDArray[np.float64]]:
    """Differentiate ``sum(dy * y)`` by every entry, displacing each in place and putting it back."""
    if method == "complex":
        arguments = tree.map(_complex, arguments)

    def objective() -> complex:
        pairs = zip(tree.leaves(dy), tree.leaves(run(arguments)[0]), strict=True)
        return complex(sum((a * b).sum() for a, b in pairs if a.dtype.kind == "f"))

    def slope(leaf: NDArray[Any], index: tuple[int, ...]) -> float:
        value = leaf[index]

        def at(displacement: complex) -> complex:
            leaf[index] = value + displacement
            return objective()

        try:
            if method == "complex":
                h = 1e-30 if step is None else step
                return at(1j * h).imag / h
            h = 1e-4 * max(1.0, abs(float(value))) if step is None else step
            return ((8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)).real
        finally:
            leaf[index] = value

    found: dict[str, NDArray[np.float64]] = {}
    for path, leaf in _floats(arguments).items():
        try:
            slopes = [slope(leaf, index) for index in np.ndindex(leaf.shape)]
        except TypeError as error:  # fnn's DtypeError is one
            if method != "complex":
                raise
            hint = "Take method='central'."
            raise StructureError(name, "a subject that computes on complex numbers", str(error), hint) from error
        found[path] = np.array(slopes, np.float64).reshape(leaf.shape)
    return found


def _complex(leaf: NDArray[Any]) -> NDArray[Any]:
    return leaf.astype(np.complex128) if leaf.dtype.kind == "f" else leaf


def _other(leaf: NDArray[Any]) -> NDArray[Any]:
    """Other values that are as good: inside what probabilities or positive numbers have to keep to."""
    return 0.9 * leaf if leaf.dtype.kind == "f" else leaf


def _entries(found: dict[str, NDArray[Any]], numeric: dict[str, NDArray[np.float64]]) -> tuple[Entry, ...]:
    sizes = {path: float(np.abs(expected).max(initial=0)) for path, expected in numeric.items()}
    floor = max(1e-6, 1e-2 * max(sizes.values()))
    entries = []
    for path, expected in numeric.items():
        got = found[path]
        errors = np.abs(expected - got) / max(floor, sizes[path])
        errors = np.where(np.isnan(errors), np.inf, errors)
        if errors.size:
            index = tuple(int(i) for i in np.unravel_index(int(errors.argmax()), errors.shape))
            entries.append(
                Entry(path, got.size, float(errors[index]), index, float(expected[index]), float(got[index]))
            )
        else:  # an empty array
            entries.append(Entry(path, 0, 0.0, (), 0.0, 0.0))
    return tuple(entries)
