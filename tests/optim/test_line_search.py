"""The line search: on many functions the point it returns meets both conditions, or there was none to be found."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fnn.optim.line_search import Point, strong_wolfe

Line = Callable[[float], Point[None]]


def line(value: Callable[[float], float], slope: Callable[[float], float]) -> Line:
    return lambda t: Point(t, value(t), slope(t), None)


def meets_both(f: Line, found: Point[None] | None, c1: float, c2: float) -> bool:
    start = f(0.0)
    return (
        found is not None
        and found.value == f(found.step).value
        and found.value <= start.value + c1 * found.step * start.slope
        and abs(found.slope) <= c2 * abs(start.slope)
    )


def bumpy(beta: float = 0.01, bumps: int = 39) -> Line:
    """Almost ``|1 - t|``, with a sine upon it."""

    def value(t: float) -> float:
        base = abs(1 - t) if abs(1 - t) >= beta else (1 - t) ** 2 / (2 * beta) + beta / 2
        return base + 2 * (1 - beta) / (bumps * math.pi) * math.sin(bumps * math.pi / 2 * t)

    def slope(t: float) -> float:
        base = math.copysign(1, t - 1) if abs(1 - t) >= beta else (t - 1) / beta
        return base + (1 - beta) * math.cos(bumps * math.pi / 2 * t)

    return line(value, slope)


# The test functions of Moré and Thuente (1994), "Line search algorithms with guaranteed sufficient decrease", eqs. 5.1
# to 5.3: a wide valley, one that is all but flat at the start, and one with many bumps.
MORE_THUENTE: dict[str, Line] = {
    "wide": line(lambda t: -t / (t * t + 2), lambda t: (t * t - 2) / (t * t + 2) ** 2),
    "flat": line(
        lambda t: (t + 0.004) ** 5 - 2 * (t + 0.004) ** 4,
        lambda t: 5 * (t + 0.004) ** 4 - 8 * (t + 0.004) ** 3,
    ),
    "bumpy": bumpy(),
}


@pytest.mark.parametrize("first", [1e-3, 1e-1, 1.0, 10.0, 1e3])
@pytest.mark.parametrize(("c1", "c2"), [(1e-4, 0.9), (1e-3, 0.5)])
@pytest.mark.parametrize("name", MORE_THUENTE)
def test_functions_of_more_and_thuente(name: str, c1: float, c2: float, first: float) -> None:
    f = MORE_THUENTE[name]
    assert meets_both(f, strong_wolfe(f, f(0.0), first, c1=c1, c2=c2), c1, c2)


@given(
    roots=st.lists(st.floats(-5, 5), min_size=1, max_size=4),
    first=st.floats(1e-3, 1e3),
    bound=st.sampled_from([0.1, 0.5, 0.9]),
)
@settings(deadline=None, max_examples=50)
def test_polynomials_that_rise_on_both_sides(roots: list[float], first: float, bound: float) -> None:
    p = np.polynomial.Polynomial.fromroots([r for r in roots for _ in range(2)])
    slope = p.deriv()
    sign = -math.copysign(1, slope(0.0))
    f = line(lambda t: float(p(sign * t)), lambda t: float(sign * slope(sign * t)))
    assume(f(0.0).slope < -1e-3)
    assert meets_both(f, strong_wolfe(f, f(0.0), first, c2=bound), 1e-4, bound)


def test_a_good_first_step_is_taken_at_once() -> None:
    seen: list[float] = []

    def f(t: float) -> Point[None]:
        seen.append(t)
        return Point(t, (t - 1) ** 2, 2 * (t - 1), None)

    start = f(0.0)
    found = strong_wolfe(f, start, 1.0)
    assert found is not None
    assert seen == [0.0, 1.0]


def test_steps_that_are_not_finite_are_too_long() -> None:
    def value(t: float) -> float:
        return -math.log(1 - t) - 2 * t if t < 1 else math.nan

    f = line(value, lambda t: 1 / (1 - t) - 2 if t < 1 else math.nan)
    found = strong_wolfe(f, f(0.0), 100.0, c2=0.1)
    assert meets_both(f, found, 1e-4, 0.1)
    assert found is not None
    assert found.step == pytest.approx(0.5, abs=0.05)


def test_where_there_is_nothing_to_be_found() -> None:
    """No step lowers a function that only climbs; one that falls for ever has no flat place, but lower ones."""
    climbing = line(lambda t: t, lambda t: 1.0 if t else -1.0)
    assert strong_wolfe(climbing, climbing(0.0), 1.0) is None
    falling = line(lambda t: -t, lambda t: -1.0)
    found = strong_wolfe(falling, falling(0.0), 1.0, trials=5)
    assert found is not None
    assert found.value < -15
