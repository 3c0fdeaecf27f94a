"""Learning-rate schedules: pure functions from the number of steps taken (0 at first) to a rate.

Any function of that kind will do as a learning rate. Those made here check their numbers and know their names, which
optimizers show: ``adam(inverse_time(0.001, decay=0.001))``. A rate that reacts to how training goes is no such
function, but a part of the optimizer's state: see `fnn.optim.plateau`.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

import attrs

from fnn.arrays import describe
from fnn.errors import HyperparameterError
from fnn.validate import in_range, is_number, positive, shown

Schedule: TypeAlias = Callable[[int], float]

Rate: TypeAlias = float | Schedule
"""What optimizers take as their learning rate."""


@attrs.frozen(eq=False, repr=False)
class _Named:
    """A schedule that prints as the call that made it."""

    at: Schedule
    name: str

    def __call__(self, step: int) -> float:
        return self.at(step)

    def __repr__(self) -> str:
        return self.name


def constant(rate: float) -> Schedule:
    """Return the schedule ``rate`` (at least 0) at every step.

    >>> constant(0.1)(1000)
    0.1
    """
    in_range("constant", 0, math.inf, high_open=True, rate=rate)
    rate = float(rate)
    return _Named(lambda step: rate, f"constant({rate!r})")


def inverse_time(rate: float, *, decay: float) -> Schedule:
    """Return the book's decay, ``rate / (1 + decay * step)``; both at least 0.

    >>> [round(inverse_time(1.0, decay=0.1)(step), 4) for step in range(3)]
    [1.0, 0.9091, 0.8333]
    """
    in_range("inverse_time", 0, math.inf, high_open=True, rate=rate, decay=decay)
    rate, decay = float(rate), float(decay)
    return _Named(lambda step: rate / (1 + decay * step), f"inverse_time({rate!r}, decay={decay!r})")


def exponential_decay(rate: float, *, factor: float, steps: int = 1) -> Schedule:
    """Return ``rate * factor ** (step / steps)``: smooth, by ``factor`` in (0, 1] every ``steps`` steps.

    >>> exponential_decay(0.1, factor=0.25, steps=10)(5)
    0.05
    """
    rate, factor = _decaying("exponential_decay", rate, factor, steps)
    name = f"exponential_decay({rate!r}, factor={factor!r}, steps={steps})"
    return _Named(lambda step: rate * factor ** (step / steps), name)


def step_decay(rate: float, *, factor: float, steps: int) -> Schedule:
    """Return ``rate * factor ** (step // steps)``: in stairs, by ``factor`` in (0, 1] every ``steps`` steps.

    >>> [step_decay(1.0, factor=0.5, steps=2)(step) for step in range(5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """
    rate, factor = _decaying("step_decay", rate, factor, steps)
    name = f"step_decay({rate!r}, factor={factor!r}, steps={steps})"
    return _Named(lambda step: rate * factor ** (step // steps), name)


def cosine_decay(rate: float, *, steps: int, final: float = 0.0) -> Schedule:
    """Return half a cosine from ``rate`` down to ``final``, in [0, rate], in ``steps`` steps; ``final`` from then on.

    ``final + (rate - final) * (1 + cos(pi * step / steps)) / 2``

    Reference: Loshchilov and Hutter (2017), "SGDR: stochastic gradient descent with warm restarts", eq. 5, one run.

    >>> [round(cosine_decay(1.0, steps=4)(step), 4) for step in range(6)]
    [1.0, 0.8536, 0.5, 0.1464, 0.0, 0.0]
    """
    in_range("cosine_decay", 0, math.inf, high_open=True, rate=rate)
    in_range("cosine_decay", 0, rate, final=final)
    positive("cosine_decay", steps=steps)
    rate, final = float(rate), float(final)

    def at(step: int) -> float:
        return final + (rate - final) * (1 + math.cos(math.pi * min(step / steps, 1.0))) / 2

    return _Named(at, f"cosine_decay({rate!r}, steps={steps}, final={final!r})")


def linear_warmup(steps: int, then: Rate) -> Schedule:
    """Rise in a straight line for ``steps`` steps to the first rate of ``then``, which counts its steps from there.

    ``then(0) * (step + 1) / (steps + 1)`` before ``steps``, so that no step is lost at rate 0; then ``then(step -
    steps)``.

    Reference: Goyal et al. (2017), "Accurate, large minibatch SGD: training ImageNet in 1 hour", sec. 2.2.

    >>> [linear_warmup(3, step_decay(1.0, factor=0.5, steps=1))(step) for step in range(6)]
    [0.25, 0.5, 0.75, 1.0, 0.5, 0.25]
    """
    positive("linear_warmup", steps=steps)
    target = as_schedule(then, "linear_warmup")

    def at(step: int) -> float:
        return target(0) * ((step + 1) / (steps + 1)) if step < steps else target(step - steps)

    return _Named(at, f"linear_warmup({steps}, {show(then)})")


def piecewise_constant(boundaries: Sequence[int], rates: Sequence[float]) -> Schedule:
    """Return ``rates[0]`` before step ``boundaries[0]``, ``rates[1]`` from there to ``boundaries[1]``, and so on.

    The boundaries rise from at least 1, and there is one rate more than boundaries.

    >>> [piecewise_constant([2, 3], [1.0, 0.1, 0.01])(step) for step in range(5)]
    [1.0, 1.0, 0.1, 0.01, 0.01]
    """
    place = "piecewise_constant"
    try:
        at, values = tuple(boundaries), tuple(rates)
    except TypeError:
        got, hint = f"{shown(boundaries)} and {shown(rates)}", "Write piecewise_constant([1000], [0.1, 0.01]), say."
        raise HyperparameterError(place, "boundaries and rates as sequences", got, hint) from None
    if any(type(b) is not int or b < 1 for b in at) or any(a >= b for a, b in itertools.pairwise(at)):
        raise HyperparameterError(place, "boundaries as rising integers of at least 1", repr(boundaries))
    if len(values) != len(at) + 1:
        raise HyperparameterError(place, f"{len(at) + 1} rates for {len(at)} boundaries", f"{len(values)}")
    for i, value in enumerate(values):
        in_range(f"{place}, rates[{i}]", 0, math.inf, high_open=True, rate=value)
    values = tuple(float(value) for value in values)
    return _Named(lambda step: values[bisect.bisect_right(at, step)], f"{place}({[*at]}, {[*values]})")


def times(rate: Rate, factor: float) -> Schedule:
    """Return a schedule of ``factor`` times the rate.

    >>> times(constant(0.5), 0.5), times(0.5, 0.5)(0)
    (0.5 * constant(0.5), 0.25)
    """
    schedule = rate if callable(rate) else constant(rate)
    return _Named(lambda step: schedule(step) * factor, f"{factor:g} * {show(rate)}")


def as_schedule(rate: Rate, place: str) -> Schedule:
    """Return a schedule for a rate given as a number or as a schedule; it gives Python floats of at least 0, or raises.

    A rate that were a NumPy float64 would silently widen float32 parameters.
    """
    if not callable(rate):
        in_range(place, 0, math.inf, high_open=True, learning_rate=rate)
        return constant(rate)

    def checked(step: int) -> float:
        value = rate(step)
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise HyperparameterError(place, "a learning rate that is a number", describe(value)) from None
        in_range(f"{place}, step {step}", 0, math.inf, high_open=True, learning_rate=number)
        return number

    return checked


def show(rate: Rate) -> str:
    """Write a rate for the name of an optimizer.

    >>> show(0.1), show(constant(0.1)), show(lambda step: 0.1)
    ('0.1', 'constant(0.1)', 'schedule')
    """
    if not callable(rate):
        return repr(float(rate)) if is_number(rate) else shown(rate)
    name = getattr(rate, "__name__", repr(rate))
    return "schedule" if name == "<lambda>" else name


def _decaying(place: str, rate: float, factor: float, steps: int) -> tuple[float, float]:
    in_range(place, 0, math.inf, high_open=True, rate=rate)
    in_range(place, 0, 1, low_open=True, factor=factor)
    positive(place, steps=steps)
    return float(rate), float(factor)
