"""L-BFGS: Newton's method with the curvature learned from the last few steps, for objectives without noise.

Newton's direction is ``-H g`` with the inverse ``H`` of the matrix of second derivatives. What a step ``s = w' - w``
and the change of the gradient that it brought, ``y = g' - g``, tell about it is ``H y = s``. The BFGS update is the
symmetric ``H`` nearest to the one before that says so:

    H <- (I - r s y^T) H (I - r y s^T) + r s s^T        r = 1 / (y^T s)

Unrolled over the last ``memory`` pairs, from a multiple of the identity, ``H g`` needs no matrix, only two loops:

    q = g           from the newest pair to the oldest:   a_i = r_i s_i^T q,   q <- q - a_i y_i
    q <- (s^T y / y^T y) q     with the newest pair: the size of H along the last step
                    from the oldest pair to the newest:   q <- q + (a_i - r_i y_i^T q) s_i

A line search for the strong Wolfe conditions (`fnn.optim.line_search`) says how far to go along ``-q``; its second
condition makes ``y^T s > 0``, so that ``H`` stays positive definite and ``-q`` leads downhill. The first step, and one
after a search that failed, goes along the gradient.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Generic, Literal, TypeAlias, TypeVar

import attrs
import numpy as np
from numpy.typing import NDArray

from fnn import tree
from fnn.arrays import Array, check_float, freeze
from fnn.errors import DivergenceError
from fnn.optim.base import check_gradients
from fnn.optim.line_search import Point, strong_wolfe
from fnn.validate import in_range, positive

P = TypeVar("P")

Objective: TypeAlias = Callable[[P], tuple[float, P]]
"""``objective(params) -> (value, gradient)``; the same parameters must always give the same."""

Reason: TypeAlias = Literal["gradient", "value", "steps", "line search"]
"""Why `lbfgs` ended."""

Vector: TypeAlias = NDArray[np.float64]
_Place: TypeAlias = tuple[Vector, Vector]  # parameters and gradient, flat


@attrs.frozen(eq=False)
class Minimum(Generic[P]):
    """What `lbfgs` found, and how: prints as one line.

    ``slope`` is the largest entry of the gradient, ``values`` the objective before the first step and after each.
    ``reason`` is why it ended: the gradient or the change of the value became small enough (then it ``converged``), the
    steps were used up, or not even along the gradient could a step be found that made the value smaller, as happens at
    the limit of the dtype.
    """

    params: P = attrs.field(repr=False)
    value: float
    slope: float
    steps: int
    evaluations: int
    reason: Reason
    values: tuple[float, ...] = attrs.field(repr=False)

    @property
    def converged(self) -> bool:
        """Whether it ended because there was nothing left to do."""
        return self.reason in ("gradient", "value")

    def __str__(self) -> str:
        end = "converged" if self.converged else "not converged"
        return (
            f"{end} ({self.reason}): {self.values[0]:.6g} to {self.value:.6g} in {self.steps} steps, "
            f"{self.evaluations} evaluations; largest slope {self.slope:.2g}"
        )


def lbfgs(
    objective: Objective[P],
    params: P,
    *,
    steps: int = 100,
    memory: int = 10,
    gradient_tolerance: float = 1e-6,
    value_tolerance: float = 1e-9,
) -> Minimum[P]:
    """Minimize ``objective(params) -> (value, gradient)``, from ``params`` on, in at most ``steps`` steps.

    It wants the whole data set in one batch, and no dropout but with a fixed key: see `fnn.objective`. For small
    problems it is far quicker and more exact than the optimizers that follow noisy gradients. ``memory`` is the number
    of pairs that are kept. It ends where the largest entry of the gradient is at most ``gradient_tolerance``, or a step
    has changed the value by at most ``value_tolerance``, relative to the value if that is above 1. All is computed in
    float64, but the objective is called with parameters of their own dtype: float32 is as exact as it can be. Buffers
    stay as they are.

    Raises HyperparameterError for options outside their ranges, DivergenceError if value or gradient is not finite at
    the start, and errors as `Optimizer.update` where the gradient does not fit the parameters.

    Reference: Liu and Nocedal (1989), "On the limited memory BFGS method for large scale optimization"; Nocedal and
    Wright (2006), "Numerical optimization", algorithms 7.4 and 7.5.

    >>> def rosenbrock(params):
    ...     x, y = params["x"]
    ...     slope = np.array([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)])
    ...     return (1 - x) ** 2 + 100 * (y - x * x) ** 2, {"x": slope}
    >>> end = lbfgs(rosenbrock, {"x": np.array([-1.2, 1.0])})
    >>> end.converged, end.params["x"].round(6)
    (True, array([1., 1.]))
    """
    positive("lbfgs", steps=steps, memory=memory)
    in_range("lbfgs", 0, math.inf, gradient_tolerance=gradient_tolerance, value_tolerance=value_tolerance)
    for path, leaf in tree.leaves_with_paths(params, trained_only=True):
        check_float(leaf, path or "params", "parameter")
    evaluations = 0

    def evaluate(at: Vector) -> tuple[float, _Place]:
        nonlocal evaluations
        evaluations += 1
        here = _unflattened(at, params)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # what is not finite is too high
            value, grads = objective(here)
        check_gradients(grads, params)
        return float(value), (_flat(here), _flat(grads))

    def ended() -> Reason | None:
        if _largest(g) <= gradient_tolerance:
            return "gradient"
        if len(values) > 1 and abs(values[-2] - values[-1]) <= value_tolerance * max(1.0, abs(values[-1])):
            return "value"
        return "steps" if len(values) > steps else None

    value, (w, g) = evaluate(_flat(params))
    if not (math.isfinite(value) and np.isfinite(g).all()):
        raise DivergenceError("lbfgs", "a finite value and gradient at the start", f"a value of {value}")
    values = [value]
    pairs: list[tuple[Vector, Vector]] = []
    while (reason := ended()) is None:
        found = _search(evaluate, values[-1], w, g, pairs)
        if found is not None:
            s, y = found.at[0] - w, found.at[1] - g
            if s @ y > 1e-10 * (y @ y):
                pairs = [*pairs, (s, y)][-memory:]
            w, g = found.at
            values.append(found.value)
        elif pairs:
            pairs = []  # forget what was learned, and try the gradient itself
        else:
            reason = "line search"
            break
    found_params = _unflattened(w, params)
    return Minimum(found_params, values[-1], _largest(g), len(values) - 1, evaluations, reason, tuple(values))


def _times_inverse(g: Vector, pairs: Sequence[tuple[Vector, Vector]]) -> Vector:
    """Return ``H g`` by the two loops; ``g`` itself without pairs."""
    q = g.copy()
    weights: list[float] = []
    for s, y in reversed(pairs):
        weights.append(float(s @ q) / float(s @ y))
        q -= weights[-1] * y
    if pairs:
        s, y = pairs[-1]
        q *= float(s @ y) / float(y @ y)
    for (s, y), weight in zip(pairs, reversed(weights), strict=True):
        q += (weight - float(y @ q) / float(s @ y)) * s
    return q


def _search(
    evaluate: Callable[[Vector], tuple[float, _Place]],
    value: float,
    w: Vector,
    g: Vector,
    pairs: Sequence[tuple[Vector, Vector]],
) -> Point[_Place] | None:
    """Search along ``-H g``; a first step, whose size nobody knows, has a length of at most 1 to begin with."""
    direction = -_times_inverse(g, pairs)

    def along(step: float) -> Point[_Place]:
        value, place = evaluate(w + step * direction)
        return Point(step, value, float(place[1] @ direction), place)

    start = Point(0.0, value, float(g @ direction), (w, g))
    first = 1.0 if pairs else min(1.0, 1 / float(np.abs(direction).sum()))
    return strong_wolfe(along, start, first) if start.slope < 0 else None


def _largest(g: Vector) -> float:
    return float(np.abs(g).max(initial=0))


def _flat(node: object) -> Vector:
    leaves = tree.trained_leaves(node)
    return np.concatenate([np.zeros(0), *(leaf.ravel() for leaf in leaves)])


def _unflattened(vector: Vector, example: P) -> P:
    leaves: list[Array] = []
    position = 0
    for leaf in tree.trained_leaves(example):
        part = vector[position : position + leaf.size]
        leaves.append(freeze(part.reshape(leaf.shape).astype(leaf.dtype)))
        position += leaf.size
    return tree.with_trained_leaves(example, leaves)
