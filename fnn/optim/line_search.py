"""How far to go along a direction: a line search for the strong Wolfe conditions.

Along a direction of descent the objective is a function ``f(t)`` of the step, with ``f'(0) < 0``. A step is taken if it

    lowers the value enough     f(t) <= f(0) + c1 t f'(0)        and
    flattens the slope enough   |f'(t)| <= c2 |f'(0)|            with 0 < c1 < c2 < 1

The first refuses steps that are too long, the second those that are too short; both can always be met if ``f`` is
smooth and bounded from below. Two phases find such a step:

- *bracket*: go on, farther each time, until an interval must hold one: its far end is too high, or climbs;
- *zoom*: try a place inside, where the cubic through the values and slopes of both ends has its minimum, and keep the
  part of the interval that still must hold one.

The cubic through ``(a, fa, sa)`` and ``(b, fb, sb)`` has its minimum at

    b - (b - a) (sb + r - d) / (sb - sa + 2 r)

    d = sa + sb - 3 (fa - fb) / (a - b)        r = sign(b - a) sqrt(d^2 - sa sb)

Reference: Nocedal and Wright (2006), "Numerical optimization", algorithms 3.5 and 3.6, eq. 3.59.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Generic, TypeVar

import attrs

A = TypeVar("A")


@attrs.frozen(eq=False)
class Point(Generic[A]):
    """A place on the line: the step to it, value and slope there, and whatever else was found there."""

    step: float
    value: float
    slope: float
    at: A


def strong_wolfe(
    f: Callable[[float], Point[A]],
    start: Point[A],
    first: float,
    *,
    c1: float = 1e-4,
    c2: float = 0.9,
    trials: int = 30,
) -> Point[A] | None:
    """Return a point that meets both conditions, trying the step ``first`` first; None if there is none to be found.

    ``f(step)`` evaluates the objective; a value that is not finite counts as too high. After ``trials`` evaluations,
    or where the interval has become too small for the floating-point numbers, the best point that meets the first
    condition is returned, if there is one.

    >>> def f(t):
    ...     return Point(t, (t - 3) ** 2, 2 * (t - 3), None)
    >>> round(strong_wolfe(f, f(0.0), 1.0, c2=0.1).step, 6)
    3.0
    """

    def too_high(point: Point[A]) -> bool:
        enough = start.value + c1 * point.step * start.slope  # for the shortest steps rounded to the value itself
        return not (point.value <= enough and point.value < start.value)

    def flat(point: Point[A]) -> bool:
        return abs(point.slope) <= -c2 * start.slope

    low = start  # the best point yet that is not too high
    high: Point[A] | None = None  # the other end of an interval that must hold what is looked for
    step = first
    for _ in range(trials):
        here = f(step)
        if too_high(here) or (low is not start and here.value >= low.value):
            high = here
        else:
            if flat(here):
                return here
            if high is None:
                low, high, before = here, low if here.slope >= 0 else None, low
            else:
                high = low if here.slope * (high.step - low.step) >= 0 else high
                low = here
        if high is None:
            step = _between(_cubic(before, low), 2 * low.step, 10 * low.step)
        else:
            width = high.step - low.step
            if abs(width) <= 1e-15 * max(low.step, high.step):
                break
            step = _between(_cubic(low, high), low.step + 0.1 * width, low.step + 0.9 * width)
    return None if low is start else low


def _cubic(a: Point[A], b: Point[A]) -> float:
    """Return where the cubic through two points has its minimum; NaN if it has none, or a value is not finite."""
    if not (math.isfinite(b.value) and math.isfinite(b.slope)):
        return math.nan
    d = a.slope + b.slope - 3 * (a.value - b.value) / (a.step - b.step)
    square = d * d - a.slope * b.slope
    if not square >= 0:
        return math.nan
    r = math.copysign(math.sqrt(square), b.step - a.step)
    below = b.slope - a.slope + 2 * r
    return b.step - (b.step - a.step) * (b.slope + r - d) / below if below else math.nan


def _between(step: float, one: float, other: float) -> float:
    """Return ``step`` moved into the interval, or the middle of it for NaN."""
    low, high = min(one, other), max(one, other)
    return (low + high) / 2 if math.isnan(step) else min(max(step, low), high)
